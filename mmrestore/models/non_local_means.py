"""Non-local means, usable in place of a network."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from mmrestore.registry import MODELS


@MODELS.register_module()
class NonLocalMeans(nn.Module):
    """OpenCV's non-local means, image by image on the CPU; images are rounded to 8 bit.

    Every pixel becomes a mean of those in a search window, weighted by how similar the patches
    around them are. It has no parameters.

    Source: Buades, Coll and Morel, "A non-local algorithm for image denoising", CVPR 2005.

    Args:
        strength: decay of the weights with the difference of the patches, in 8-bit gray levels;
            about the standard deviation of the noise.
        patch: side of the patches in pixels, odd.
        window: side of the search window in pixels, odd.

    Raises:
        ValueError: an option is out of range.

    Examples:
        >>> noisy = 0.5 + 0.1 * torch.randn(1, 3, 32, 32, generator=torch.manual_seed(0))
        >>> bool(NonLocalMeans(strength=50)(noisy).std() < noisy.std() / 2)
        True
    """

    scale = 1
    size_multiple = 1

    def __init__(self, *, strength: float = 15.0, patch: int = 7, window: int = 21) -> None:
        super().__init__()
        if strength <= 0:
            raise ValueError(f'strength must be positive, got {strength}')
        if patch < 1 or window < 1 or not patch % 2 or not window % 2:
            raise ValueError(f'patch and window must be odd, got {patch} and {window}')
        self.strength, self.patch, self.window = strength, patch, window

    def forward(self, x: Tensor) -> Tensor:
        """Denoise images (N, C, H, W) in [0, 1] of 1 or 3 channels."""
        stored = (x.detach().clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).cpu().numpy()
        restored = [
            cv2.fastNlMeansDenoising(
                np.ascontiguousarray(image), None, self.strength, self.patch, self.window
            ).reshape(image.shape)
            for image in stored
        ]
        return torch.from_numpy(np.stack(restored)).permute(0, 3, 1, 2).to(x) / 255
