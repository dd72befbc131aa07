"""1x1 convolutions of channels-last features."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.functional.tracing import exporting

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
    if x.device.type != 'cpu' or exporting() or x.shape[3] < LEAST_WIDTH:
        return F.conv2d(x, weight, bias)
    return join_rows(F.conv2d(to_rows(x), weight, bias), x.shape[0])


def to_rows(x: Tensor) -> Tensor:
    """Return every row of features (B, C, H, W) as an image of its own, (B * H, C, 1, W).

    Channels-last, this is no copy.

    Examples:
        >>> import torch
        >>> to_rows(torch.arange(8).view(1, 2, 2, 2))[1, :, 0]
        tensor([[2, 3],
                [6, 7]])
    """
    return x.permute(0, 2, 3, 1).flatten(0, 1).unsqueeze(1).permute(0, 3, 1, 2)


def join_rows(rows: Tensor, batch: int) -> Tensor:
    """Return rows (B * H, C, 1, W) of :func:`to_rows` as features (B, C, H, W).

    Examples:
        >>> import torch
        >>> join_rows(torch.zeros(6, 5, 1, 4), 2).shape
        torch.Size([2, 5, 3, 4])
    """
    return rows.permute(0, 2, 3, 1).squeeze(1).unflatten(0, (batch, -1)).permute(0, 3, 1, 2)
