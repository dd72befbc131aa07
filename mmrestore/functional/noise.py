"""Gaussian, correlated Gaussian, speckle and salt-and-pepper noise."""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from mmrestore.functional.noise_level import DENSITY, SIGMA, VARIANCE

BOX = 3  # side of the averaging window
# SciPy's names and PyTorch's modes. For a border of one pixel, SciPy's 'reflect' is 'replicate'.
BORDERS = {'mirror': 'reflect', 'reflect': 'replicate', 'zero': 'constant'}


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
        sigma: standard deviation in 8-bit gray levels, one number or (N,) one for each image.
        generator: random generator on the device of ``x``.
        noise: standard normal values in the shape of ``x``, used instead of a draw.

    Raises:
        TypeError: ``x`` is not floating point.
        ValueError: ``sigma`` is negative or has another length than ``x``, or ``noise`` has another
            shape.

    Examples:
        >>> gaussian_noise(torch.zeros(1, 1, 1, 2), 51.0, noise=torch.tensor([[[[1.0, -2.0]]]]))
        tensor([[[[ 0.2000, -0.4000]]]])
    """
    sigma = SIGMA.for_images(sigma, x)
    noise = _draw(torch.randn, x, generator, noise)
    return (x + noise * (sigma / 255)).to(x.dtype)


def correlated_gaussian_noise(
    x: Tensor,
    sigma: float | Tensor,
    *,
    border: str = 'mirror',
    generator: torch.Generator | None = None,
    noise: Tensor | None = None,
) -> Tensor:
    """Add Gaussian noise averaged over 3 x 3 windows: ``x + box(sigma / 255 * noise)``.

    Each channel is averaged separately; the result is not clipped. Away from the border, the noise
    has the standard deviation ``sigma / 3``; its correlation along rows and columns is 2/3 at a
    distance of one pixel and 1/3 at two pixels.

    Args:
        x: floating-point images (N, C, H, W) in [0, 1].
        sigma: standard deviation before averaging in 8-bit gray levels, one number or (N,).
        border: padding of the white noise, with SciPy's names: ``'mirror'`` mirrors about the
            outermost pixels, ``'reflect'`` mirrors with the outermost pixels repeated, ``'zero'``
            pads with zeros.
        generator: random generator on the device of ``x``.
        noise: standard normal values in the shape of ``x``, used instead of a draw.

    Raises:
        TypeError: ``x`` is not floating point.
        ValueError: ``sigma`` or ``noise`` is invalid (see ``gaussian_noise``), the border is
            unknown, or an image is too small to be mirrored.

    Examples:
        >>> white = torch.tensor([[[[9.0, 0.0, 0.0], [0.0, 0.0, 0.0]]]])
        >>> correlated_gaussian_noise(torch.zeros(1, 1, 2, 3), 255.0, border='zero', noise=white)
        tensor([[[[1., 1., 0.],
                  [1., 1., 0.]]]])
    """
    sigma = SIGMA.for_images(sigma, x)
    check_border(border)
    if border == 'mirror' and min(x.shape[-2:]) < 2:
        raise ValueError(
            "border='mirror' needs images of at least 2 x 2 pixels, got "
            f"{tuple(x.shape[-2:])}: use border='reflect'"
        )
    noise = _draw(torch.randn, x, generator, noise)
    padded = F.pad(noise, [BOX // 2] * 4, mode=BORDERS[border])
    return (x + F.avg_pool2d(padded, BOX, stride=1) * (sigma / 255)).to(x.dtype)


def check_border(border: str) -> None:
    """Check the name of a border mode.

    Raises:
        ValueError: the border mode is unknown.

    Examples:
        >>> check_border('mirrored')
        Traceback (most recent call last):
        ValueError: expected a border among mirror, reflect, zero, got 'mirrored'
    """
    if border not in BORDERS:
        raise ValueError(f'expected a border among {", ".join(BORDERS)}, got {border!r}')


def speckle_noise(
    x: Tensor,
    variance: float | Tensor,
    *,
    generator: torch.Generator | None = None,
    uniform: Tensor | None = None,
) -> Tensor:
    """Add uniform multiplicative noise: ``x + sqrt(12 variance) x (uniform - 1/2)``.

    This is ``x (1 + n)`` with n uniform in +-sqrt(3 variance), which has mean 0 and the given
    variance. It equals MATLAB's ``imnoise(x, 'speckle', variance)``, but is not clipped.

    Args:
        x: floating-point images (N, ...) in [0, 1].
        variance: variance of n, for x in [0, 1], one number or (N,) one for each image.
        generator: random generator on the device of ``x``.
        uniform: values in [0, 1) in the shape of ``x``, used instead of a draw.

    Raises:
        TypeError: ``x`` is not floating point.
        ValueError: ``variance`` is negative or has another length than ``x``, or ``uniform`` has
            another shape.

    Examples:
        >>> speckle_noise(torch.full((1, 1, 1, 2), 0.5), 0.03, uniform=torch.tensor([[[[0.0, 1]]]]))
        tensor([[[[0.3500, 0.6500]]]])
    """
    variance = VARIANCE.for_images(variance, x)
    uniform = _draw(torch.rand, x, generator, uniform)
    return (x + (12 * variance) ** 0.5 * x * (uniform - 0.5)).to(x.dtype)


def salt_and_pepper_noise(
    x: Tensor,
    density: float | Tensor,
    *,
    generator: torch.Generator | None = None,
    uniform: Tensor | None = None,
) -> Tensor:
    """Set elements to 0 where ``uniform < density / 2``, else to 1 where ``uniform < density``.

    Channels are replaced independently; other elements are unchanged. It equals MATLAB's
    ``imnoise(x, 'salt & pepper', density)``.

    Args:
        x: floating-point images (N, ...) in [0, 1].
        density: expected share of replaced elements, one number or (N,) one for each image.
        generator: random generator on the device of ``x``.
        uniform: values in [0, 1) in the shape of ``x``, used instead of a draw.

    Raises:
        TypeError: ``x`` is not floating point.
        ValueError: ``density`` is outside [0, 1] or has another length than ``x``, or ``uniform``
            has another shape.

    Examples:
        >>> x = torch.full((1, 1, 1, 3), 0.5)
        >>> salt_and_pepper_noise(x, 0.2, uniform=torch.tensor([[[[0.09, 0.1, 0.2]]]]))
        tensor([[[[0.0000, 1.0000, 0.5000]]]])
    """
    density = DENSITY.for_images(density, x)
    uniform = _draw(torch.rand, x, generator, uniform)
    return x.masked_fill(uniform < density, 1).masked_fill_(uniform < density / 2, 0)


def _draw(
    sampler: Callable[..., Tensor],
    x: Tensor,
    generator: torch.Generator | None,
    given: Tensor | None,
) -> Tensor:
    """Return the given values, or draw one value for each element of ``x``."""
    if given is None:
        # Half precision has only 2048 uniform values, too few for a density of 0.002.
        dtype = torch.promote_types(x.dtype, torch.float32)
        return sampler(x.shape, dtype=dtype, device=x.device, generator=generator)
    if given.shape != x.shape:
        raise ValueError(f'expected noise of shape {tuple(x.shape)}, got {tuple(given.shape)}')
    return given
