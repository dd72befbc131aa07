"""A small network of dilated convolutions."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from mmrestore.models.backbones.base import Backbone
from mmrestore.registry import MODELS


@MODELS.register_module()
class DilatedNet(Backbone):
    """Convolutions with dilations that rise and fall; the sum with the input is the result.

    Args:
        in_channels: channels of the images.
        width: channels of the features.
        dilations: dilation of every convolution between the first and the last.

    Raises:
        ValueError: there is no dilation, or one is below 1.

    Examples:
        >>> import torch
        >>> DilatedNet(width=4)(torch.rand(1, 3, 9, 11)).shape
        torch.Size([1, 3, 9, 11])
    """

    def __init__(
        self, in_channels: int = 3, *, width: int = 32, dilations: Sequence[int] = (1, 2, 3, 2, 1)
    ) -> None:
        super().__init__()
        if min(dilations, default=0) < 1:
            raise ValueError(f'expected dilations of at least 1, got {dilations}')
        self.in_channels = in_channels
        layers: list[nn.Module] = [nn.Conv2d(in_channels, width, 3, padding=1), nn.ReLU()]
        for dilation in dilations:
            conv = nn.Conv2d(width, width, 3, padding=dilation, dilation=dilation)
            layers += [conv, nn.ReLU()]
        self.body = nn.Sequential(*layers, nn.Conv2d(width, in_channels, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (N, C, H, W) in [0, 1]."""
        return x + self.body(x)
