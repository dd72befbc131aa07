"""Blind-spot size at test time."""

from __future__ import annotations

from torch import Tensor

from mmrestore.models.backbones.base import facts
from mmrestore.models.inference.base import InferenceDecorator, Network
from mmrestore.registry import INFERENCE


@INFERENCE.register_module()
class BlindSpot(InferenceDecorator):
    """Run a network with a tunable blind spot with another one than in training.

    Source: AT-BSN, which is trained with 9 x 9 and tested with less.

    Args:
        shift: s of the blind spot of 2 s - 1 pixels on a side; with 0 nothing is hidden.

    Raises:
        TypeError: the network has no tunable blind spot.
        ValueError: ``shift`` is negative, or another decorator sets the blind spot.

    Examples:
        >>> import torch
        >>> from mmrestore.models.backbones import ATBSN
        >>> net, x = ATBSN(channels=8), torch.rand(1, 3, 32, 32)
        >>> y = BlindSpot(net, shift=1)(x)
        >>> net.shift
        5
        >>> net.shift = 1
        >>> bool((y == net(x)).all())
        True
    """

    alters_network = True

    def __init__(self, net: Network, *, shift: int) -> None:
        super().__init__(net)
        # A network of another package may have a `multi_shift` only.
        if not facts(self.backbone).tunable_blind_spot or not hasattr(self.backbone, 'shift'):
            raise TypeError(
                'BlindSpot needs a network with a tunable blind spot, such as ATBSN, got '
                f'{type(self.backbone).__name__}: put this network behind masks instead (the '
                'strategy `complementary_masks`), or leave BlindSpot out'
            )
        if self.blind_spot is not None:
            raise ValueError('two BlindSpot set the blind spot of one network: leave one out')
        if shift < 0:
            raise ValueError(f'shift must not be negative, got {shift}')
        self.shift = shift
        self.blind_spot = self

    def __call__(self, x: Tensor) -> Tensor:
        """Restore images (N, C, H, W)."""
        before = self.backbone.shift
        try:
            self.backbone.shift = self.shift
            return self.net(x)
        finally:
            self.backbone.shift = before
