"""BM3D, usable in place of a network."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from mmrestore.functional.noise_estimate import diagonal_details
from mmrestore.registry import MODELS

PROFILES = ('np', 'refilter', 'vn', 'vn_old', 'high', 'deb')


def estimate_sigma(image: np.ndarray) -> float:
    """Estimate the standard deviation of white noise in an image (H, W, C), in its own unit.

    The median absolute value of the diagonal Haar coefficients, divided by 0.6745; the mean over
    channels. Noise that is correlated between neighbours, as in photographs, is underestimated.

    Source: Donoho and Johnstone, "Ideal spatial adaptation by wavelet shrinkage", Biometrika 81(3),
    1994.

    Raises:
        ValueError: a side is shorter than two pixels.

    Examples:
        >>> noise = np.random.default_rng(0).normal(0, 5, (100, 101, 3))
        >>> round(estimate_sigma(np.linspace(0, 255, 101)[:, None] + noise))
        5
    """
    diagonal = diagonal_details(image)
    return float(np.median(np.abs(diagonal), axis=(0, 1)).mean() / 0.6745)


@MODELS.register_module()
class BM3D(nn.Module):
    """Block matching and 3D filtering of the package ``bm3d``, image by image on the CPU.

    It has no parameters, so that ``mmrestore test`` runs it without a checkpoint. RGB images are
    filtered in the opponent colour space with blocks matched in its luminance. A photograph of
    512 x 512 takes seconds on one core. The package may be used for non-commercial purposes only.

    Source: Dabov, Foi, Katkovnik and Egiazarian, "Image denoising by sparse 3-D transform-domain
    collaborative filtering", IEEE TIP 16(8), 2007; Mäkinen, Azzari and Foi, IEEE TIP 29, 2020.

    Args:
        sigma: standard deviation of the noise in 8-bit grey levels; None estimates it in every
            image by ``estimate_sigma``, as of white noise.
        profile: ``np`` (normal), ``refilter``, ``vn``, ``vn_old``, ``high`` or ``deb``, as the
            package calls its settings.
        in_channels: 3, or 1 of gray images.

    Raises:
        ModuleNotFoundError: at the first image, the package is not installed.
        ValueError: an option is out of range.
    """

    scale = 1
    size_multiple = 1

    def __init__(
        self, sigma: float | None = None, *, profile: str = 'np', in_channels: int = 3
    ) -> None:
        super().__init__()
        if sigma is not None and sigma <= 0:
            raise ValueError(f'sigma must be positive, got {sigma}')
        if profile not in PROFILES:
            raise ValueError(f'profile must be one of {PROFILES}, got {profile!r}')
        if in_channels not in (1, 3):
            raise ValueError(f'in_channels must be 1 or 3, got {in_channels}')
        self.sigma, self.profile, self.in_channels = sigma, profile, in_channels

    def forward(self, x: Tensor) -> Tensor:
        """Denoise images (N, C, H, W)."""
        try:
            from bm3d import bm3d, bm3d_rgb
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError('BM3D needs the package bm3d: pip install bm3d') from error
        restored = []
        for image in x.detach().permute(0, 2, 3, 1).double().cpu().numpy():  # (H, W, C)
            sigma = estimate_sigma(image) if self.sigma is None else self.sigma / 255
            if sigma == 0:
                restored.append(image)
            elif self.in_channels == 3:
                restored.append(bm3d_rgb(image, sigma, profile=self.profile))
            else:
                restored.append(bm3d(image[..., 0], sigma, profile=self.profile)[..., None])
        return torch.from_numpy(np.stack(restored)).permute(0, 3, 1, 2).to(x)
