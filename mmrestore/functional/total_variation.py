"""Forward differences and total variation."""

from __future__ import annotations

import torch
from torch import Tensor, nn


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


def minimize_total_variation(x: Tensor, *, weight: float, num_iterations: int) -> Tensor:
    """Return the minimum of ``|u - x|^2 / 2 + weight * TV(u)``, (N, C, H, W), approximately.

    TV is the isotropic total variation; channels share the direction of their edges.

    Source: Chambolle, "An algorithm for total variation minimization and applications", Journal of
    Mathematical Imaging and Vision 20, 2004, fixed point of equation 9 with step 1/4.

    Args:
        x: images (N, C, H, W).
        weight: of the total variation, in units of ``x``.
        num_iterations: steps of the fixed point.

    Examples:
        >>> step = torch.tensor([0.0, 0.0, 1.0, 1.0]).expand(1, 1, 4, 4)
        >>> minimize_total_variation(step, weight=0.2, num_iterations=300)[0, 0, 0]
        tensor([0.1000, 0.1000, 0.9000, 0.9000])
    """
    down, right = torch.zeros_like(x), torch.zeros_like(x)
    for _ in range(num_iterations):
        change = _divergence(down, right) - x / weight
        step_down = nn.functional.pad(change.diff(dim=-2), (0, 0, 0, 1)) / 4
        step_right = nn.functional.pad(change.diff(dim=-1), (0, 1)) / 4
        length = (step_down.square() + step_right.square()).sum(1, keepdim=True).sqrt()
        down = (down + step_down) / (1 + length)
        right = (right + step_right) / (1 + length)
    return x - weight * _divergence(down, right)


def _divergence(down: Tensor, right: Tensor) -> Tensor:
    """Return minus the adjoint of the forward differences, whose last row and column are 0."""
    vertical = down - nn.functional.pad(down[..., :-1, :], (0, 0, 1, 0))
    return vertical + right - nn.functional.pad(right[..., :-1], (1, 0))
