"""Small pictures and a small denoiser whose effect on them is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import tiny_components  # noqa: F401  registers TinyNet
import torch
from mmengine.config import Config

from mmrestore.apis import init_restorer
from mmrestore.config import config_text

LIMIT = 12 / 255  # the largest change of the denoiser


def smooth_picture(height: int = 96, width: int = 128, channels: int = 3) -> np.ndarray:
    """Return a clean picture (H, W, C) in [0, 1]: a slope, a disk with an edge, some waves."""
    y, x = np.mgrid[:height, :width] / 64.0
    disk = ((x - 0.6) ** 2 + (y - 0.6) ** 2 < 0.1) * 0.3
    waves = 0.1 * np.sin(40 * x) * (x > 1.4)
    planes = [0.25 + 0.15 * x + disk + waves, 0.45 - 0.1 * y + disk, 0.3 + 0.1 * (x + y) + waves]
    return np.stack(planes[:channels], axis=-1)


def noisy_picture(sigma: float = 6, *, seed: int = 0, **size: int) -> np.ndarray:
    """Return ``smooth_picture`` with white noise of ``sigma`` gray levels, uint8."""
    clean = 255 * smooth_picture(**size)
    noise = np.random.default_rng(seed).normal(0, sigma, clean.shape)
    return (clean + noise).round().clip(0, 255).astype(np.uint8)


def drawing(height: int = 96, width: int = 128) -> np.ndarray:
    """Return white paper with black lines, uint8 (H, W, 3), without any noise."""
    picture = np.full((height, width, 3), 250, np.uint8)
    picture[::12, width // 2 :] = 20
    picture[:, width // 2 :: 9] = 60
    return picture


def write_denoiser(folder: Path) -> Path:
    """Write a checkpoint of a network that moves each pixel towards its 3x3 mean, by a limit."""
    config = Config(
        {
            'model': {
                'type': 'Restorer',
                'backbone': {'type': 'TinyNet', 'width': 12, 'dropout': 0.0},
                'losses': {},
            }
        }
    )
    restorer = init_restorer(config, device='cpu')
    first, last = restorer.backbone.first, restorer.backbone.last
    for conv in (first, last):
        torch.nn.init.zeros_(conv.weight)
        torch.nn.init.zeros_(conv.bias)
    with torch.no_grad():
        # clip(d, -t, t) = relu(d) - relu(d - t) - relu(-d) + relu(-d - t), d = mean - x
        for part, (sign, bias, share) in enumerate(
            [(1, 0, 1), (1, -LIMIT, -1), (-1, 0, -1), (-1, -LIMIT, 1)]
        ):
            for channel in range(3):
                place = 3 * part + channel
                first.weight[place, channel] = sign / 9
                first.weight[place, channel, 1, 1] -= sign
                first.bias[place] = bias
                last.weight[channel, place, 1, 1] = share
    path = folder / 'denoiser.pth'
    meta = {'versions': {'mmrestore': '0'}, 'cfg': config_text(config)}
    torch.save({'state_dict': restorer.state_dict(), 'meta': meta}, path)
    return path
