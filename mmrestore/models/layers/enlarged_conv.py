"""Convolution of nearest-neighbor upsampled features, without upsampling them."""

from __future__ import annotations

from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor


def enlarged_conv(
    x: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    *,
    padding: Sequence[int] = (1, 1, 1, 1),
) -> Tensor:
    """Convolve features as if each pixel were repeated 2 x 2, without repeating it.

    The nine weights of a kernel fall on four pixels of the features, in one of four ways for the
    pixels of the output: this is a transposed convolution of stride 2 whose kernel is the sum of
    neighbouring weights, at less than half of the multiplications.

    Args:
        x: features (B, C, H, W).
        weight: (D, C, 3, 3).
        bias: (D,), if any.
        padding: rows and columns of zeros around the enlarged features: left, right, top, bottom;
            0, 1 or 2 each and two in all for the size (B, D, 2H, 2W).

    Examples:
        >>> import torch
        >>> x = torch.tensor([[[[1.0, 2.0]]]])  # enlarged and padded: 0 1 1 2 2 0, twice
        >>> enlarged_conv(x, torch.ones(1, 1, 3, 3))[0, 0]
        tensor([[ 4.,  8., 10.,  8.],
                [ 4.,  8., 10.,  8.]])
    """
    left, right, top, bottom = padding
    # A transposed convolution takes the same number of pixels off both ends.
    x = F.pad(x, [max(n - 1, 0) for n in padding]) if max(padding) > 1 else x
    # Four times the mean is the sum, to the bit; exporters to ONNX lose a `divisor_override`.
    kernel = 4 * F.avg_pool2d(weight.transpose(0, 1).flip(2, 3), 2, stride=1, padding=1)
    lost = (max(top, bottom), max(left, right))
    return F.conv_transpose2d(x, kernel, bias, stride=2, padding=lost)
