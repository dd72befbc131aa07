"""Sharpening by an unsharp mask."""

from __future__ import annotations

from torch import Tensor

from mmrestore.functional.blur import gaussian_blur
from mmrestore.models.inference.base import InferenceDecorator, Network
from mmrestore.registry import INFERENCE


@INFERENCE.register_module()
class UnsharpMask(InferenceDecorator):
    """Add to the restored image a multiple of its difference to a blurred copy.

    Args:
        amount: how many times the difference is added.
        std: of the Gaussian, in pixels.

    Raises:
        ValueError: ``amount`` is negative or ``std`` is not positive.

    Examples:
        >>> import torch
        >>> def net(x):
        ...     return x
        >>> net.scale, net.size_multiple = 1, 1
        >>> edge = torch.tensor([0.2] * 4 + [0.8] * 4).expand(1, 1, 8, 8)
        >>> UnsharpMask(net, amount=1.0, std=1.0)(edge)[0, 0, 4, 3:5] # undershoot and overshoot
        tensor([0.0197, 0.9803])
    """

    tiled_inside = True

    def __init__(self, net: Network, *, amount: float, std: float) -> None:
        super().__init__(net)
        if amount < 0 or std <= 0:
            raise ValueError(
                f'expected amount of at least 0 and a positive std, got {amount} and {std}'
            )
        self.amount, self.std = amount, std

    def __call__(self, x: Tensor) -> Tensor:
        """Restore images (N, C, H, W) and sharpen them."""
        restored = self.net(x)
        return restored + self.amount * (restored - gaussian_blur(restored, self.std))
