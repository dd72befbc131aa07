"""What lies beyond the border of an image."""

from __future__ import annotations

import torch
from torch import Tensor


def mirrored_places(places: Tensor, length: int, *, edge_twice: bool = True) -> Tensor:
    """Return where places along a side lie if the side goes on as its mirror image, and again.

    Args:
        places: whole numbers, from 0 to ``length`` - 1 inside.
        length: pixels of the side.
        edge_twice: whether the mirror image begins with the outermost pixel once more
            ('symmetric'), or with the one beside it ('reflect').

    Examples:
        >>> places = torch.arange(-2, 5)
        >>> mirrored_places(places, 3)
        tensor([1, 0, 0, 1, 2, 2, 1])
        >>> mirrored_places(places, 3, edge_twice=False)
        tensor([2, 1, 0, 1, 2, 1, 0])
    """
    shared = 0 if edge_twice else 1
    # A tensor, because a length that is traced for export cannot be compared.
    period = places.new_full((), 2 * (length - shared)).clamp(min=1)
    folded = places % period
    return torch.where(folded < length, folded, 2 * length - 1 - shared - folded)
