"""A part of what a network changes."""

from __future__ import annotations

from torch import Tensor

from mmrestore.models.inference.base import InferenceDecorator, Network, check_scale
from mmrestore.registry import INFERENCE


@INFERENCE.register_module()
class Blended(InferenceDecorator):
    """Add a share of the change that a network makes: ``x + strength * (net(x) - x)``.

    Attributes:
        strength: the share, which may be set between calls.

    Args:
        strength: 1 is the network itself, 0 the image.

    Raises:
        ValueError: the network enlarges images.

    Examples:
        >>> import torch
        >>> def net(x):
        ...     return 1 - x
        >>> net.scale, net.size_multiple = 1, 1
        >>> Blended(net, strength=0.25)(torch.tensor([[[[0.0, 1.0]]]]))
        tensor([[[[0.2500, 0.7500]]]])
    """

    def __init__(self, net: Network, *, strength: float = 1.0) -> None:
        super().__init__(net)
        check_scale(self)
        self.strength = strength

    def __call__(self, x: Tensor) -> Tensor:
        """Restore images (N, C, H, W) in [0, 1]."""
        return x.lerp(self.net(x).to(x), self.strength)
