"""Pad images to multiples of a network's size."""

from __future__ import annotations

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from mmrestore.functional.borders import mirrored_places
from mmrestore.functional.tracing import exporting
from mmrestore.models.inference.base import InferenceDecorator, Network
from mmrestore.registry import INFERENCE

MODES = ('reflect', 'symmetric', 'zero', 'replicate')


@INFERENCE.register_module()
class Pad(InferenceDecorator):
    """Pad images right and bottom to multiples of the network's size; crop the output.

    Args:
        mode: 'reflect' mirrors without repeating the edge and pads to the next multiple, by nothing
            if the size is one already (BasicSR). 'symmetric' mirrors with the edge repeated and
            always adds up to a whole window, size_multiple * (size // size_multiple + 1): the
            test protocol of SwinIR's published results. In both modes the mirror images repeat
            where an image is smaller than its padding. 'zero' and 'replicate' pad to the next
            multiple with zeros or with the last row and column. A network with a ``size_multiple``
            of 1 gets its images unchanged. If absent, the mode is the network's ``pad_mode``, that
            of its released code, and else 'reflect'.
        margin: rows and columns added on all four sides before that, in the same way: networks
            that were tested so see fewer zeros beyond the edges.

    Raises:
        ValueError: ``mode`` is none of them, ``margin`` is negative, or ``ComplementaryMasks`` are
            to get a margin.

    Examples:
        >>> def net(x):
        ...     return x
        >>> net.scale, net.size_multiple = 1, 4
        >>> x = torch.arange(6.0).view(1, 1, 1, 6)
        >>> net(Pad(net)(x)).shape
        torch.Size([1, 1, 1, 6])
        >>> wide = {mode: extend(x.int(), (1, 8), mode=mode) for mode in ('reflect', 'symmetric')}
        >>> wide['reflect'].flatten().tolist(), wide['symmetric'].flatten().tolist()
        ([0, 1, 2, 3, 4, 5, 4, 3], [0, 1, 2, 3, 4, 5, 5, 4])
        >>> Pad(net, margin=1).pad(x).shape  # 1 + 6 + 1 columns, 1 + 1 + 1 rows and one more
        torch.Size([1, 1, 4, 8])
    """

    def __init__(
        self,
        net: Network,
        *,
        mode: Literal['reflect', 'symmetric', 'zero', 'replicate'] | None = None,
        margin: int = 0,
    ) -> None:
        super().__init__(net)
        self.mode = self.pad_mode if mode is None else mode
        if self.mode not in MODES:
            raise ValueError(f'expected a mode of {", ".join(map(repr, MODES))}, got {mode!r}')
        if margin < 0:
            raise ValueError(f'margin must not be negative, got {margin}')
        if margin > 0 and self.mask_scheme is not None:
            raise ValueError(
                f'margin={margin} of Pad shows ComplementaryMasks the pixels that they hide, in '
                'their mirror images: margins are for blind-spot networks; set margin=0, or leave '
                'Pad out'
            )
        self.margin = margin
        self.multiple = self.size_multiple
        self.size_multiple = 1

    def __call__(self, x: Tensor) -> Tensor:
        """Restore images (N, C, H, W) of any size."""
        height, width = x.shape[-2:]
        top = self.margin * self.scale
        y = self.net(self.pad(x))
        return crop(y, (height * self.scale, width * self.scale), top=top, left=top)

    def pad(self, x: Tensor) -> Tensor:
        """Return images (N, C, H, W) of a size that the network takes."""
        return extend(x, self.padded_sides(x), mode=self.mode, margin=self.margin)

    def padded_sides(self, x: Tensor) -> tuple[int, int]:
        """Return the height and width that images (N, C, H, W) are padded to."""
        height, width = (side + 2 * self.margin for side in x.shape[-2:])
        return self._padded(height), self._padded(width)

    def _padded(self, side: int) -> int:
        # Products, so that a traced size is known to be a multiple.
        if self.mode == 'symmetric' and self.multiple > 1:
            return (side // self.multiple + 1) * self.multiple
        return (side + self.multiple - 1) // self.multiple * self.multiple


def crop(x: Tensor, size: tuple[int, int], *, top: int = 0, left: int = 0) -> Tensor:
    """Return a part of images (N, C, H, W), a view but in an export.

    Args:
        x: the images.
        size: height and width of the part, that lies inside.
        top: the rows above it.
        left: the columns to the left of it.

    Examples:
        >>> crop(torch.arange(6).view(1, 1, 2, 3), (1, 2), top=1)
        tensor([[[[3, 4]]]])
    """
    if not exporting():
        return x[..., top : top + size[0], left : left + size[1]]
    for dim, start, length in ((-2, top, size[0]), (-1, left, size[1])):
        # A slice compares the sizes, and would fix how they differ.
        x = x.index_select(dim, torch.arange(start, start + length, device=x.device))
    return x


def extend(x: Tensor, sides: tuple[int, int], *, mode: str, margin: int = 0) -> Tensor:
    """Pad images (N, C, H, W) by ``margin`` at the top and left, down and right to a size.

    Args:
        x: the images.
        sides: height and width of the result.
        mode: one of ``MODES``, as in :class:`Pad`; mirror images repeat.
        margin: rows and columns above and left.

    Examples:
        >>> import torch
        >>> extend(torch.tensor([[[[1, 2, 3]]]]), (1, 6), mode='reflect', margin=1)
        tensor([[[[2, 1, 2, 3, 2, 1]]]])
    """
    down, right = (padded - side - margin for padded, side in zip(sides, x.shape[-2:], strict=True))
    if mode in ('zero', 'replicate'):
        fill = 'constant' if mode == 'zero' else 'replicate'
        return F.pad(x, (margin, right, margin, down), mode=fill)
    for dim, missing in ((-2, down), (-1, right)):
        if exporting() or missing or margin:
            size = x.shape[dim]
            places = torch.arange(-margin, size + missing, device=x.device)
            inside = mirrored_places(places, size, edge_twice=mode == 'symmetric')
            x = x.index_select(dim, inside)
    return x
