"""Mixture noise: several noise models in sequence."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from mmrestore.functional.noise import gaussian_noise, salt_and_pepper_noise, speckle_noise
from mmrestore.functional.noise_level import MIXTURE
from mmrestore.functional.poisson_noise import poisson_noise
from mmrestore.functional.unit_range import to_8_bit, to_unit_range


class MixtureLevel(NamedTuple):
    """Parameters of a noise mixture; variances are for images in [0, 1]."""

    gaussian_variance: float
    amplification: float
    density: float
    speckle_variance: float


# Levels 1 to 5. Level 3 is fitted to a published noisy image; the others are scaled so that the
# PSNR of their noise follows the published curves.
MIXTURE_LEVELS = (
    MixtureLevel(0.0030, 1.15, 0.0020, 0.0030),
    MixtureLevel(0.0037, 1.25, 0.0020, 0.0038),
    MixtureLevel(0.0053, 1.50, 0.0030, 0.0055),
    MixtureLevel(0.0067, 1.68, 0.0038, 0.0069),
    MixtureLevel(0.0082, 1.87, 0.0047, 0.0085),
)


class MixtureDraws(NamedTuple):
    """Given draws of a noise mixture; None is drawn at random."""

    gaussian: Tensor | None = None
    counts: Tensor | None = None
    salt_and_pepper: Tensor | None = None
    speckle: Tensor | None = None


ALL_DRAWN = MixtureDraws()


def in_turn(x: Tensor, *noises: Callable[[Tensor], Tensor]) -> Tensor:
    """Apply noise functions in sequence; after each, clamp to [0, 1] and round to 8 bit.

    Examples:
        >>> in_turn(torch.tensor([0.5]), lambda x: x + 0.3, lambda x: 2 * x, lambda x: x - 0.6)
        tensor([0.4000])
    """
    for noise in noises:
        x = to_unit_range(to_8_bit(noise(x)), dtype=x.dtype)
    return x


def mixture_noise(
    x: Tensor,
    level: int | Tensor,
    *,
    generator: torch.Generator | None = None,
    draws: MixtureDraws = ALL_DRAWN,
) -> Tensor:
    """Add a reconstruction of the mixture noise of masked image training, at level 1 to 5.

    Gaussian noise, amplified Poisson noise, salt-and-pepper noise and speckle noise are added in
    this order, each followed by rounding to 8 bit. ``MIXTURE_LEVELS`` holds the parameters.

    The composition of the published mixture is not public (Chen et al., "Masked image training for
    generalizable deep image denoising", CVPR 2023). This one was derived from a noisy image in a
    later paper and from the published curves. Results measured with it are comparable with each
    other, but not with the paper's.

    Args:
        x: floating-point images (N, ...) in [0, 1].
        level: a whole number from 1 to 5, or (N,) one for each image.
        generator: random generator on the device of ``x``.
        draws: given values, used instead of draws.

    Raises:
        TypeError: ``x`` is not floating point.
        ValueError: the level is outside the range or has another length than ``x``, or given draws
            have the wrong shape.

    Examples:
        >>> x = torch.full((1, 3, 100, 100), 0.5)
        >>> noisy = mixture_noise(x, 3, generator=torch.Generator().manual_seed(0))
        >>> round((noisy - x).std().item() * 255)
        28
    """
    MIXTURE.for_images(level, x)
    parts: MixtureLevel | tuple[Tensor, ...]
    if isinstance(level, Tensor):
        dtype = torch.promote_types(x.dtype, torch.float32)
        table = torch.tensor(MIXTURE_LEVELS, dtype=dtype).to(x.device, non_blocking=True)
        parts = table[level.long() - 1].unbind(-1)
    else:
        parts = MIXTURE_LEVELS[int(level) - 1]
    gaussian_variance, amplification, density, speckle_variance = parts
    gaussian, counts, salt_and_pepper, speckle = draws
    sigma = 255 * gaussian_variance**0.5

    return in_turn(
        x,
        lambda y: gaussian_noise(y, sigma, generator=generator, noise=gaussian),
        lambda y: poisson_noise(y, amplification, generator=generator, counts=counts),
        lambda y: salt_and_pepper_noise(y, density, generator=generator, uniform=salt_and_pepper),
        lambda y: speckle_noise(y, speckle_variance, generator=generator, uniform=speckle),
    )
