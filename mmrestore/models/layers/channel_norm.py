"""Layer normalization over the channels of each pixel.

They see the features channels-last, where the channels of a pixel lie together and PyTorch's fused
kernel needs no copy: ``contiguous(memory_format=torch.channels_last)`` on entry of the network.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable


class ChannelNorm(nn.Module):
    """Layer norm over the channels of every pixel.

    Args:
        channels: channels of input and output.
        eps: added to the variance.

    Examples:
        >>> ChannelNorm(2)(torch.tensor([1.0, 3.0]).view(1, 2, 1, 1)).flatten().detach()
        tensor([-1.0000,  1.0000])
    """

    def __init__(self, channels: int, *, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        y = F.layer_norm(x.permute(0, 2, 3, 1), self.weight.shape, self.weight, self.bias, self.eps)
        return y.permute(0, 3, 1, 2)


class BiasFreeChannelNorm(nn.Module):
    """The channels of every pixel divided by their standard deviation, times a weight.

    The mean is taken off for the variance and not for the result (Zamir et al., Restormer, CVPR
    2022): brighter features stay brighter.

    Args:
        channels: channels of input and output.
        eps: added to the variance.

    Examples:
        >>> BiasFreeChannelNorm(2)(torch.tensor([1.0, 3.0]).view(1, 2, 1, 1)).flatten().detach()
        tensor([1.0000, 3.0000])
    """

    def __init__(self, channels: int, *, eps: float = 1e-5) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        return bias_free_norm(x.permute(0, 2, 3, 1), self.weight, self.eps).permute(0, 3, 1, 2)


def bias_free_norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    """Return weight * x / sqrt(variance + eps), the biased variance of the last axis.

    Examples:
        >>> bias_free_norm(torch.tensor([1.0, 3.0]), torch.tensor([1.0, 2.0]), 3.0)
        tensor([0.5000, 3.0000])
    """
    if torch.compiler.is_compiling():  # a compiler fuses this by itself
        variance = x.var(-1, correction=0, keepdim=True)
        return x * (variance + eps).rsqrt() * weight
    return _BiasFreeNorm.apply(x, weight, eps)


class _BiasFreeNorm(torch.autograd.Function):
    """The bias-free norm, from PyTorch's fused layer norm and what the mean changes about it.

    With g the gradient times the weight, n = (x - mean) * rstd and m = mean * rstd, layer norm
    without a bias has the gradient rstd * (g - mean(g) - n * mean(g * n)), and this norm, whose
    result is n + m, has rstd * (g - n * mean(g * (n + m))). They differ by
    rstd * mean(g) * (1 - m * n). Automatic differentiation would take the mean and rstd that the
    fused kernel returns as constants.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, eps: float) -> Tensor:
        ctx.save_for_backward(x, weight)
        y, mean, rstd = torch.native_layer_norm(x.to(weight.dtype), weight.shape, weight, None, eps)
        ctx.statistics = mean, rstd
        return y.addcmul_(mean * rstd, weight).to(x.dtype)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor, None]:
        x, weight = ctx.saved_tensors
        mean, rstd = ctx.statistics
        dtype, x, grad = x.dtype, x.to(weight.dtype), grad.to(weight.dtype)
        grad_x, grad_weight, _ = torch.ops.aten.native_layer_norm_backward(
            grad, x, weight.shape, mean, rstd, weight, None, [True, True, False]
        )
        m = mean * rstd
        factor = (grad @ weight / len(weight)).unsqueeze(-1) * rstd
        grad_x.addcmul_(x, factor * m * -rstd).add_(factor * (1 + m * m))
        grad_weight += grad.reshape(-1, len(weight)).mT @ m.flatten().to(grad.dtype)
        return grad_x.to(dtype), grad_weight, None
