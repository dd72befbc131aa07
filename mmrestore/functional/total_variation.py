"""How much the values of images change from pixel to pixel."""

from __future__ import annotations

import torch
from torch import Tensor


def forward_differences(x: Tensor) -> tuple[Tensor, Tensor]:
    """Return what lies below minus each pixel, (N, C, H-1, W), and what is right, (N, C, H, W-1).

    Raises:
        ValueError: a side is shorter than 2 pixels.

    Examples:
        >>> down, right = forward_differences(torch.tensor([[[[1.0, 2.0], [4.0, 8.0]]]]))
        >>> down.flatten(), right.flatten()
        (tensor([3., 6.]), tensor([1., 4.]))
    """
    if min(x.shape[-2:]) < 2:
        raise ValueError(
            f'differences of neighbours need at least 2 x 2 pixels, got {tuple(x.shape[-2:])}'
        )
    return x.diff(dim=-2), x.diff(dim=-1)


def gradient_lengths(x: Tensor, *, eps: float = 0.0) -> Tensor:
    """Return sqrt(down^2 + right^2 + eps) of each pixel that has both neighbours, (N, C, H-1, W-1).

    Its sum is the isotropic total variation.

    Args:
        x: images (N, C, H, W).
        eps: keeps the root differentiable where neighbours are equal; in squared units of ``x``.

    Raises:
        ValueError: a side is shorter than 2 pixels.

    Examples:
        >>> gradient_lengths(torch.tensor([[[[1.0, 5.0], [4.0, 9.0]]]]))
        tensor([[[[5.]]]])
    """
    down, right = forward_differences(x)
    return torch.sqrt(down[..., :-1].square() + right[..., :-1, :].square() + eps)
