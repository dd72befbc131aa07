"""Seeded Gaussian noise for denoising tests."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from mmrestore.datasets.transforms.base import Transform
from mmrestore.functional.unit_range import to_unit_range
from mmrestore.registry import TRANSFORMS

ORDERS = ('bgr', 'rgb')


def draw_noise(
    shape: tuple[int, int, int], *, sigma: float, seed: int, channel_order: str = 'bgr'
) -> np.ndarray:
    """Draw white Gaussian noise (H, W, C) for an RGB or gray image, float64, mean 0.

    It is ``numpy.random.RandomState(seed).normal(0, sigma / 255, shape)`` with channels in
    ``channel_order``: the papers' test scripts add it to images in OpenCV's order, BGR.

    Args:
        shape: height, width and channels.
        sigma: standard deviation in 8-bit gray levels.
        seed: seed of the draw.
        channel_order: ``'bgr'`` or ``'rgb'``.

    Examples:
        >>> draw_noise((1, 1, 3), sigma=255, seed=0).round(3).tolist()
        [[[0.979, 0.4, 1.764]]]
    """
    noise = np.random.RandomState(seed).normal(0, sigma / 255, shape)
    return noise[..., ::-1] if channel_order == 'bgr' else noise


@TRANSFORMS.register_module()
class AddGaussianNoise(Transform):
    """Add seeded Gaussian noise, identical in every test; each image uses the same seed.

    ``img`` becomes float32, ``img / 255 + noise``, neither clipped nor rounded. The clean image
    becomes ``gt``, unless ``gt`` exists. Published denoising results use this noise with seed 0, as
    in the test script of SwinIR; images of the same size get identical noise.

    Args:
        sigma: standard deviation in 8-bit gray levels.
        seed: seed of the draw.
        channel_order: channel order of the draw, ``'bgr'`` or ``'rgb'``.

    Raises:
        ValueError: ``sigma`` is negative, or the channel order is unknown.
    """

    def __init__(self, sigma: float, *, seed: int = 0, channel_order: str = 'bgr') -> None:
        if sigma < 0:
            raise ValueError(f'sigma must not be negative, got {sigma}')
        if channel_order not in ORDERS:
            raise ValueError(f'channel_order must be one of {ORDERS}, got {channel_order!r}')
        self.sigma, self.seed, self.channel_order = sigma, seed, channel_order
        self.adds_noise = sigma > 0

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Add noise to one image."""
        clean = results['img']
        noise = draw_noise(
            clean.shape, sigma=self.sigma, seed=self.seed, channel_order=self.channel_order
        )
        unit = to_unit_range(torch.from_numpy(np.ascontiguousarray(clean))).numpy()
        noisy = (unit + noise).astype(np.float32)
        return {'gt': clean, **results, 'img': noisy}
