"""Mirroring at image borders."""

from __future__ import annotations

import torch
from torch import Tensor


def mirrored_places(places: Tensor, length: int, *, edge_twice: bool = True) -> Tensor:
    """Map positions along a side into the image, which is mirrored at both borders, repeatedly.

    Args:
        places: integer positions; 0 to ``length`` - 1 lie inside the image.
        length: number of pixels along the side.
        edge_twice: True repeats the outermost pixel ('symmetric' padding); False does not
            ('reflect' padding).

    Examples:
        >>> places = torch.arange(-2, 5)
        >>> mirrored_places(places, 3)
        tensor([1, 0, 0, 1, 2, 2, 1])
        >>> mirrored_places(places, 3, edge_twice=False)
        tensor([2, 1, 0, 1, 2, 1, 0])
    """
    shared = 0 if edge_twice else 1
    # A tensor, because a length traced for export cannot be compared.
    period = places.new_full((), 2 * (length - shared)).clamp(min=1)
    folded = places % period
    return torch.where(folded < length, folded, 2 * length - 1 - shared - folded)
