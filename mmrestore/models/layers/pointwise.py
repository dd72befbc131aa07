"""1x1 convolutions of channels-last features."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

LEAST_WIDTH = 32  # shorter rows are too little work for an image


class PointwiseConv(nn.Conv2d):
    """A 1x1 convolution, quick on one thread of a CPU too.

    PyTorch gives a 1x1 convolution of fewer than 16 images on one thread to its generic code, which
    takes up to twice as long as oneDNN. Channels-last, every row of an image can pass as an image
    of its own, without a copy.

    Args:
        in_channels: channels of the input.
        out_channels: channels of the output.
        bias: whether it has a bias.

    Examples:
        >>> sum(p.numel() for p in PointwiseConv(8, 4).parameters())
        36
    """

    def __init__(self, in_channels: int, out_channels: int, *, bias: bool = True) -> None:
        super().__init__(in_channels, out_channels, 1, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        return pointwise_conv(x, self.weight, self.bias)


def pointwise_conv(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return the 1x1 convolution of features (B, C, H, W); see :class:`PointwiseConv`.

    Examples:
        >>> import torch
        >>> pointwise_conv(torch.ones(1, 2, 3, 4), torch.ones(5, 2, 1, 1)).shape
        torch.Size([1, 5, 3, 4])
    """
    if x.device.type != 'cpu' or x.shape[3] < LEAST_WIDTH:
        return F.conv2d(x, weight, bias)
    rows = x.permute(0, 2, 3, 1).flatten(0, 1).unsqueeze(1)  # (B * H, 1, W, C)
    y = F.conv2d(rows.permute(0, 3, 1, 2), weight, bias).permute(0, 2, 3, 1)
    return y.squeeze(1).unflatten(0, (x.shape[0], x.shape[2])).permute(0, 3, 1, 2)
