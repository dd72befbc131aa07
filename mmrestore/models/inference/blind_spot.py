"""The blind spot of the test."""

from __future__ import annotations

from torch import Tensor

from mmrestore.models.inference.base import InferenceDecorator, Network
from mmrestore.registry import INFERENCE


@INFERENCE.register_module()
class BlindSpot(InferenceDecorator):
    """Run a network with a tunable blind spot with another one than in training.

    It stands next to the network. Source: AT-BSN, which is trained with 9 x 9 and tested with less.

    Args:
        shift: s of the blind spot of 2 s - 1 pixels on a side; with 0 nothing is hidden.

    Raises:
        TypeError: the network has no ``multi_shift``.
        ValueError: ``shift`` is negative.

    Examples:
        >>> import torch
        >>> from mmrestore.models.backbones import ATBSN
        >>> net, x = ATBSN(channels=8), torch.rand(1, 3, 32, 32)
        >>> y = BlindSpot(net, shift=1)(x)
        >>> net.shift = 1
        >>> bool((y - net(x)).abs().max() < 1e-5)
        True
    """

    def __init__(self, net: Network, *, shift: int) -> None:
        super().__init__(net)
        if not hasattr(net, 'multi_shift'):
            raise TypeError(
                f'BlindSpot needs a network with a tunable blind spot next to it, such as ATBSN, '
                f'got {type(net).__name__}: let it be the first of the decorators'
            )
        if shift < 0:
            raise ValueError(f'shift must not be negative, got {shift}')
        self.shift = shift
        self.multi_shift = net.multi_shift

    def __call__(self, x: Tensor) -> Tensor:
        """Restore images (N, C, H, W)."""
        return self.multi_shift(x, [self.shift]).squeeze(1)
