"""Forward differences and total variation."""

from __future__ import annotations

import torch
from torch import Tensor


def forward_differences(x: Tensor) -> tuple[Tensor, Tensor]:
    """Return vertical and horizontal forward differences, (N, C, H-1, W) and (N, C, H, W-1).

    Raises:
        ValueError: a side is shorter than 2 pixels.

    Examples:
        >>> down, right = forward_differences(torch.tensor([[[[1.0, 2.0], [4.0, 8.0]]]]))
        >>> down.flatten(), right.flatten()
        (tensor([3., 6.]), tensor([1., 4.]))
    """
    if min(x.shape[-2:]) < 2:
        raise ValueError(
            f'forward differences need at least 2 x 2 pixels, got {tuple(x.shape[-2:])}'
        )
    return x.diff(dim=-2), x.diff(dim=-1)


def gradient_lengths(x: Tensor, *, eps: float = 0.0) -> Tensor:
    """Return the gradient magnitudes sqrt(down^2 + right^2 + eps), (N, C, H-1, W-1).

    ``down`` and ``right`` are forward differences; pixels without both neighbors are omitted. The
    sum of the magnitudes is the isotropic total variation.

    Args:
        x: images (N, C, H, W).
        eps: makes the root differentiable where neighbors are equal; in squared units of ``x``.

    Raises:
        ValueError: a side is shorter than 2 pixels.

    Examples:
        >>> gradient_lengths(torch.tensor([[[[1.0, 5.0], [4.0, 9.0]]]]))
        tensor([[[[5.]]]])
    """
    down, right = forward_differences(x)
    return torch.sqrt(down[..., :-1].square() + right[..., :-1, :].square() + eps)
