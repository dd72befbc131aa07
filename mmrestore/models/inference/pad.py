"""Images of any size for networks that need multiples."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from mmrestore.models.inference.base import InferenceDecorator, Network
from mmrestore.registry import INFERENCE


@INFERENCE.register_module()
class Pad(InferenceDecorator):
    """Pad right and bottom to multiples of the network's ``size_multiple``, crop the output.

    Args:
        mode: 'reflect' mirrors without repeating the edge and pads to the next multiple, by nothing
            if the size is one already (BasicSR). 'symmetric' mirrors with the edge repeated and
            always adds up to a whole window, size_multiple * (size // size_multiple + 1): the
            test protocol of SwinIR's published results. In both modes the mirror images repeat
            where an image is smaller than its padding, and a network with a ``size_multiple`` of 1
            gets its images unchanged.

    Raises:
        ValueError: ``mode`` is neither.

    Examples:
        >>> def net(x):
        ...     return x
        >>> net.scale, net.size_multiple = 1, 4
        >>> x = torch.arange(6.0).view(1, 1, 1, 6)
        >>> net(Pad(net)(x)).shape
        torch.Size([1, 1, 1, 6])
        >>> mirrored_indices(6, 8, 'reflect').tolist(), mirrored_indices(6, 8, 'symmetric').tolist()
        ([0, 1, 2, 3, 4, 5, 4, 3], [0, 1, 2, 3, 4, 5, 5, 4])
    """

    def __init__(
        self,
        net: Network,
        *,
        mode: Literal['reflect', 'symmetric'] = 'reflect',
    ) -> None:
        super().__init__(net)
        if mode not in ('reflect', 'symmetric'):
            raise ValueError(f"expected mode 'reflect' or 'symmetric', got {mode!r}")
        self.mode = mode
        self.multiple = self.size_multiple
        self.size_multiple = 1

    def __call__(self, x: Tensor) -> Tensor:
        """Restore images (N, C, H, W) of any size."""
        height, width = x.shape[-2:]
        for dim in (-2, -1):
            size = x.shape[dim]
            padded = self._padded(size)
            if padded > size:
                x = x.index_select(dim, mirrored_indices(size, padded, self.mode).to(x.device))
        return self.net(x)[..., : height * self.scale, : width * self.scale]

    def _padded(self, size: int) -> int:
        if self.multiple == 1:
            return size
        whole = size // self.multiple * self.multiple
        return whole if whole == size and self.mode == 'reflect' else whole + self.multiple


def mirrored_indices(size: int, padded: int, mode: Literal['reflect', 'symmetric']) -> Tensor:
    """Return where each of ``padded`` positions comes from among ``size``, int64 (padded,)."""
    edge = 0 if mode == 'symmetric' else 1
    period = max(2 * (size - edge), 1)
    position = torch.arange(padded) % period
    return torch.where(position < size, position, 2 * size - 1 - edge - position)
