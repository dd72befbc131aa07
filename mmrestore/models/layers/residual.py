"""Residual block of super-resolution networks."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.models.layers.convolutions import conv3x3


class ResidualBlock(nn.Module):
    """x + scale * conv(relu(conv(x))), without a norm (Lim et al., EDSR, CVPR Workshops 2017).

    Args:
        channels: channels of input and output.
        scale: factor of the branch.

    Examples:
        >>> sum(p.numel() for p in ResidualBlock(64).parameters())
        73856
    """

    def __init__(self, channels: int, *, scale: float = 1.0) -> None:
        super().__init__()
        self.scale = scale
        self.conv1 = conv3x3(channels, channels)
        self.conv2 = conv3x3(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        return torch.add(x, self.conv2(F.relu(self.conv1(x), inplace=True)), alpha=self.scale)
