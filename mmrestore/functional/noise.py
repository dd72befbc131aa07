"""Noise models."""

from __future__ import annotations

import torch
from torch import Tensor


def gaussian_noise(
    x: Tensor,
    sigma: float | Tensor,
    *,
    generator: torch.Generator | None = None,
    noise: Tensor | None = None,
) -> Tensor:
    """Add white Gaussian noise: ``x + sigma / 255 * noise``, not clipped.

    Args:
        x: floating-point images (N, ...) in [0, 1].
        sigma: standard deviation in 8-bit grey levels, one number or (N,) one for each image.
        generator: source of the noise, of the device of ``x``.
        noise: standard normal values of the shape of ``x`` to be used instead of a draw.

    Raises:
        TypeError: ``x`` is not floating point.
        ValueError: ``sigma`` is a negative number or has another length than ``x``, or ``noise``
            has another shape.

    Examples:
        >>> gaussian_noise(torch.zeros(1, 1, 1, 2), 51.0, noise=torch.tensor([[[[1.0, -2.0]]]]))
        tensor([[[[ 0.2000, -0.4000]]]])
    """
    if not x.is_floating_point():
        raise TypeError(f'expected floating-point images in [0, 1], got {x.dtype}: divide by 255')
    if isinstance(sigma, Tensor) and sigma.ndim > 0:
        if tuple(sigma.shape) != (len(x),):
            raise ValueError(
                f'expected one sigma or one for each of {len(x)} images, got {tuple(sigma.shape)}'
            )
        sigma = sigma.to(x).view(-1, *[1] * (x.ndim - 1))
    elif not isinstance(sigma, Tensor) and sigma < 0:
        raise ValueError(f'expected a standard deviation of at least 0 grey levels, got {sigma}')
    if noise is None:
        noise = torch.randn(x.shape, dtype=x.dtype, device=x.device, generator=generator)
    elif noise.shape != x.shape:
        raise ValueError(f'expected noise of shape {tuple(x.shape)}, got {tuple(noise.shape)}')
    return x + noise * (sigma / 255)
