"""Synthetic noise of training images."""

from __future__ import annotations

import torch
from torch import Tensor

from mmrestore.functional.noise import gaussian_noise
from mmrestore.registry import BATCH_TRANSFORMS
from mmrestore.structures import DataSample


@BATCH_TRANSFORMS.register_module()
class GaussianNoise:
    """Add white Gaussian noise to the inputs; targets stay as they are.

    Args:
        sigma: standard deviation in 8-bit grey levels; of a pair (low, high) each image draws its
            own, uniformly.
        clip: clamp the noisy inputs to [0, 1].

    Raises:
        ValueError: ``sigma`` is negative, or not one number or an ordered pair.

    Examples:
        >>> clean = torch.full((2, 1, 100, 100), 0.5)
        >>> noisy, _ = GaussianNoise(10)(clean, DataSample(gt_img=clean))
        >>> round(noisy.std().item() * 255)
        10
    """

    def __init__(self, sigma: float | tuple[float, float], *, clip: bool = False) -> None:
        low, high = sigma if isinstance(sigma, (tuple, list)) else (sigma, sigma)
        if not 0 <= low <= high:
            raise ValueError(
                'expected a standard deviation of at least 0 grey levels, or a pair '
                f'(low, high) of them, got {sigma}'
            )
        self.low = low
        self.high = high
        self.clip = clip

    def __call__(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        """Degrade inputs (N, C, H, W), floating point in [0, 1]."""
        if self.low == self.high:
            noisy = gaussian_noise(inputs, self.low)
        else:
            sigma = torch.empty(len(inputs), device=inputs.device).uniform_(self.low, self.high)
            noisy = gaussian_noise(inputs, sigma)
        return (noisy.clamp_(0, 1) if self.clip else noisy), data_samples
