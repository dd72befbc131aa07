"""Recorrupted image pairs, to evaluate a denoiser without clean images."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import torch

from mmrestore.datasets.sample_key import image_rng
from mmrestore.datasets.transforms.base import Transform
from mmrestore.functional.unit_range import to_unit_range
from mmrestore.registry import TRANSFORMS

STRENGTH = 0.25
MEDIAN = 7  # side of the median window
BLOCK = 16  # side of the blocks with random sign
NUM_BRIGHTNESSES = 6
NUM_DEVIATIONS = 2.0  # larger differences count as edges
LEAST_DEVIATION = 0.3 / 255


def estimate_noise(image: np.ndarray) -> np.ndarray:
    """Estimate the noise in an image as its clipped difference to a median-filtered image.

    The difference to the 7 x 7 median is clipped at two standard deviations, which removes edges.
    The standard deviation is 1.4826 times the median absolute difference, per channel and per each
    of six brightness classes with equally many pixels, so that noise may depend on brightness.
    Low-frequency noise, which the median preserves, is not included.

    Args:
        image: (H, W, C) uint8, uint16, or float32 in [0, 1].

    Returns:
        (H, W, C) float32 for an image in [0, 1].

    Examples:
        >>> clean = np.full((64, 64, 1), 100.0)
        >>> noisy = clean + np.random.default_rng(0).normal(0, 5, clean.shape)
        >>> round(float(estimate_noise(noisy.round().astype(np.uint8)).std()) * 255)
        5
    """
    if image.dtype == np.uint8:
        smooth = cv2.medianBlur(image, MEDIAN).reshape(image.shape)
    else:  # for other dtypes OpenCV supports windows only up to 5 x 5
        from scipy.ndimage import median_filter  # slow import, needed only for these dtypes

        smooth = median_filter(image, (MEDIAN, MEDIAN, 1), mode='nearest')
    full_scale = np.iinfo(image.dtype).max if image.dtype.kind == 'u' else 1
    residual = (image.astype(np.float32) - smooth.astype(np.float32)) / full_scale
    brightness = cv2.GaussianBlur(image.mean(axis=-1, dtype=np.float32), (0, 0), 2.0)
    limits = np.quantile(brightness, np.linspace(0, 1, NUM_BRIGHTNESSES + 1)[1:-1])
    classes = np.searchsorted(limits, brightness)
    for number in np.unique(classes):
        inside = classes == number
        deviation = 1.4826 * np.median(np.abs(residual[inside]), axis=0)  # (C,)
        limit = NUM_DEVIATIONS * np.maximum(deviation, LEAST_DEVIATION)
        residual[inside] = residual[inside].clip(-limit, limit)
    return residual


def flip_blocks(noise: np.ndarray, rng: np.random.Generator, *, size: int = BLOCK) -> np.ndarray:
    """Change the sign of noise (H, W, C) in blocks of ``size`` pixels, each with probability 1/2.

    The result is uncorrelated with the input, but has the same variance everywhere and the same
    correlations within blocks.

    Examples:
        >>> flip_blocks(np.ones((1, 4, 1)), np.random.default_rng(1), size=2).flatten()
        array([-1., -1.,  1.,  1.])
    """
    height, width = noise.shape[:2]
    signs = rng.choice(np.array([-1, 1], noise.dtype), (-(-height // size), -(-width // size)))
    signs = signs.repeat(size, axis=0).repeat(size, axis=1)[:height, :width]
    return noise * signs[..., None]


def recorrupt(
    noisy: np.ndarray, noise: np.ndarray, strength: float = STRENGTH
) -> tuple[np.ndarray, np.ndarray]:
    """Return ``noisy + strength * noise`` and ``noisy - noise / strength``.

    If ``noise`` is independent of the noise in ``noisy`` and has the same covariance, the noises of
    both results are uncorrelated (-cov + cov = 0), for any correlation between pixels. The error of
    the restored first image against the second then equals its error against the clean image plus a
    constant.

    Source: Pang, Zheng, Quan and Ji, "Recorrupted-to-Recorrupted: unsupervised deep learning for
    image denoising", CVPR 2021, who train with such pairs.

    Examples:
        >>> recorrupt(np.array([0.5]), np.array([0.1]), 0.5)
        (array([0.55]), array([0.3]))
    """
    return noisy + strength * noise, noisy - noise / strength


@TRANSFORMS.register_module()
class Recorrupt(Transform):
    """Replace ``img`` and ``gt`` by a recorrupted pair for the metric ``RecorruptedGain``.

    Both become float32, neither clipped nor rounded; an existing ``gt`` is ignored. The noise is
    that of ``estimate_noise``, with signs that depend only on the seed and the file name, so that
    all checkpoints are measured on the same images.

    Args:
        strength: factor of the noise that is added to the input; the target loses ``1 / strength``
            times the noise. Smaller values change the input less, but make the metric less precise.
        seed: seed of the signs.

    Raises:
        ValueError: ``strength`` is not positive.
        TypeError: an image has neither 8 or 16 bit nor float32 values.
    """

    cacheable = True

    def __init__(self, strength: float = STRENGTH, *, seed: int = 0) -> None:
        if strength <= 0:
            raise ValueError(f'strength must be positive, got {strength}')
        self.strength, self.seed = strength, seed

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Replace the noisy image by the recorrupted pair."""
        image = results['img']
        if image.dtype not in (np.uint8, np.uint16, np.float32):
            raise TypeError(f'expected a noisy image of 8 or 16 bit or float32, got {image.dtype}')
        rng = image_rng(results['img_path'], self.seed)
        image = np.ascontiguousarray(image)
        noise = flip_blocks(estimate_noise(image), rng)
        unit = to_unit_range(torch.from_numpy(image)).numpy()
        first, second = recorrupt(unit, noise, self.strength)
        return {**results, 'img': first, 'gt': second}
