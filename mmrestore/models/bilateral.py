"""Bilateral filter, usable in place of a network."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from mmrestore.registry import MODELS


@MODELS.register_module()
class BilateralFilter(nn.Module):
    """OpenCV's bilateral filter, image by image on the CPU.

    Every pixel becomes a mean of its surroundings, weighted by a Gaussian of the distance and a
    Gaussian of the difference in color. It has no parameters.

    Source: Tomasi and Manduchi, "Bilateral filtering for gray and color images", ICCV 1998.

    Args:
        sigma_color: standard deviation of the Gaussian of the difference, in 8-bit grey levels.
        sigma_space: standard deviation of the Gaussian of the distance, in pixels.
        in_channels: 3, or 1 of gray images.

    Raises:
        ValueError: an option is out of range.

    Examples:
        >>> step = torch.tensor([0.0, 0.0, 0.0, 1.0, 1.0, 1.0]).expand(1, 3, 6, 6)
        >>> bool((BilateralFilter()(step) - step).abs().max() < 1e-4)  # edges stay
        True
    """

    scale = 1
    size_multiple = 1

    def __init__(
        self, *, sigma_color: float = 40.0, sigma_space: float = 2.0, in_channels: int = 3
    ) -> None:
        super().__init__()
        if sigma_color <= 0 or sigma_space <= 0:
            raise ValueError(
                f'sigma_color and sigma_space must be positive, got {sigma_color}, {sigma_space}'
            )
        if in_channels not in (1, 3):
            raise ValueError(f'in_channels must be 1 or 3, got {in_channels}')
        self.sigma_color, self.sigma_space = sigma_color, sigma_space
        self.in_channels = in_channels

    def forward(self, x: Tensor) -> Tensor:
        """Denoise images (N, C, H, W) in [0, 1]."""
        restored = []
        for image in x.detach().permute(0, 2, 3, 1).float().cpu().numpy():  # (H, W, C)
            filtered = cv2.bilateralFilter(
                np.ascontiguousarray(image), -1, self.sigma_color / 255, self.sigma_space
            )
            restored.append(filtered.reshape(image.shape))
        return torch.from_numpy(np.stack(restored)).permute(0, 3, 1, 2).to(x)
