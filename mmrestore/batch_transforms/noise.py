"""Synthetic noise; the functions in ``mmrestore.functional`` define the noise models."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from torch import Tensor

from mmrestore.functional import noise_level
from mmrestore.functional.jpeg import jpeg_compression
from mmrestore.functional.mixture_noise import mixture_noise
from mmrestore.functional.noise import (
    check_border,
    correlated_gaussian_noise,
    gaussian_noise,
    salt_and_pepper_noise,
    speckle_noise,
)
from mmrestore.functional.poisson_noise import poisson_noise
from mmrestore.models.batch_transform import BatchTransform
from mmrestore.registry import BATCH_TRANSFORMS
from mmrestore.structures import DataSample


class _Noise(BatchTransform):
    """Degrade each input at its own level; targets are unchanged."""

    adds_noise = True
    degrades_inputs = True

    def __init__(
        self,
        function: Callable[[Tensor, Any], Tensor],
        level: float | tuple[float, float],
        kind: noise_level.NoiseLevel,
        *,
        clip: bool = False,
    ) -> None:
        self.low, self.high = kind.pair(level)
        self.function, self.kind, self.clip = function, kind, clip

    def __call__(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        """Degrade inputs (N, C, H, W), floating point in [0, 1]."""
        noisy = self.function(inputs, self.kind.draw(self.low, self.high, inputs))
        return (noisy.clamp_(0, 1) if self.clip else noisy), data_samples


@BATCH_TRANSFORMS.register_module()
class GaussianNoise(_Noise):
    """Add white Gaussian noise to the inputs; targets are unchanged.

    Args:
        sigma: standard deviation in 8-bit gray levels, or a pair (low, high) from which it is drawn
            uniformly for each image.
        clip: clamp the noisy inputs to [0, 1].

    Raises:
        ValueError: ``sigma`` is negative, or not one number or an ordered pair.

    Examples:
        >>> import torch
        >>> clean = torch.full((2, 1, 100, 100), 0.5)
        >>> noisy, _ = GaussianNoise(10)(clean, DataSample(gt_img=clean))
        >>> round(noisy.std().item() * 255)
        10
    """

    def __init__(self, sigma: float | tuple[float, float], *, clip: bool = False) -> None:
        super().__init__(gaussian_noise, sigma, noise_level.SIGMA, clip=clip)


@BATCH_TRANSFORMS.register_module()
class CorrelatedGaussianNoise(_Noise):
    """Add Gaussian noise averaged over 3 x 3 pixels to the inputs; targets are unchanged.

    Args:
        sigma: standard deviation before averaging, in 8-bit gray levels, or a pair (low, high) from
            which it is drawn uniformly for each image. Averaging reduces it to a third.
        border: ``'mirror'``, ``'reflect'`` or ``'zero'``, see ``correlated_gaussian_noise``.
        clip: clamp the noisy inputs to [0, 1].

    Raises:
        ValueError: ``sigma`` is negative, or not one number or an ordered pair, or the border is
            unknown.
    """

    def __init__(
        self, sigma: float | tuple[float, float], *, border: str = 'mirror', clip: bool = False
    ) -> None:
        check_border(border)
        function = partial(correlated_gaussian_noise, border=border)
        super().__init__(function, sigma, noise_level.SIGMA, clip=clip)


@BATCH_TRANSFORMS.register_module()
class SpeckleNoise(_Noise):
    """Add uniform multiplicative noise to the inputs; targets are unchanged.

    Args:
        variance: variance of the relative deviation, or a pair (low, high) from which it is drawn
            uniformly for each image.
        clip: clamp the noisy inputs to [0, 1].

    Raises:
        ValueError: ``variance`` is negative, or not one number or an ordered pair.
    """

    def __init__(self, variance: float | tuple[float, float], *, clip: bool = False) -> None:
        super().__init__(speckle_noise, variance, noise_level.VARIANCE, clip=clip)


@BATCH_TRANSFORMS.register_module()
class PoissonNoise(_Noise):
    """Add amplified Poisson noise to the inputs; targets are unchanged.

    The peak count is ``poisson_peak`` of each input, so that patches with few gray levels get
    stronger noise.

    Args:
        amplification: factor of the deviation from the mean, or a pair (low, high) from which it is
            drawn uniformly for each image.
        clip: clamp the noisy inputs to [0, 1].

    Raises:
        ValueError: ``amplification`` is negative, or not one number or an ordered pair.
    """

    def __init__(self, amplification: float | tuple[float, float], *, clip: bool = False) -> None:
        super().__init__(poisson_noise, amplification, noise_level.AMPLIFICATION, clip=clip)


@BATCH_TRANSFORMS.register_module()
class SaltAndPepperNoise(_Noise):
    """Replace input elements by 0 or 1, equally likely; targets are unchanged.

    Args:
        density: expected share of replaced elements, in [0, 1], or a pair (low, high) from which it
            is drawn uniformly for each image.
        clip: clamp the noisy inputs to [0, 1]; it only matters if inputs are outside that range.

    Raises:
        ValueError: ``density`` is outside [0, 1], or not one number or an ordered pair.
    """

    def __init__(self, density: float | tuple[float, float], *, clip: bool = False) -> None:
        super().__init__(salt_and_pepper_noise, density, noise_level.DENSITY, clip=clip)


@BATCH_TRANSFORMS.register_module()
class JPEGCompression(_Noise):
    """Compress the inputs to 8-bit JPEG and decompress them; targets are unchanged.

    The compression runs on the CPU and synchronizes the device.

    Args:
        quality: libjpeg quality, a whole number from 1 to 100, or a pair (low, high) from which it
            is drawn for each image, both included.

    Raises:
        ValueError: ``quality`` is outside the range, or not one number or an ordered pair.
    """

    adds_noise = False

    def __init__(self, quality: int | tuple[int, int]) -> None:
        super().__init__(jpeg_compression, quality, noise_level.QUALITY)


@BATCH_TRANSFORMS.register_module()
class MixtureNoise(_Noise):
    """Add the reconstructed mixture noise to the inputs, in 8 bit; targets are unchanged.

    Args:
        level: a whole number from 1 to 5, or a pair (low, high) from which it is drawn for each
            image, both included.

    Raises:
        ValueError: ``level`` is outside the range, or not one number or an ordered pair.
    """

    def __init__(self, level: int | tuple[int, int]) -> None:
        super().__init__(mixture_noise, level, noise_level.MIXTURE)
