"""Noise in the flattest blocks of a picture: by brightness, and its correlation by distance."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

BLOCK, STEP = 16, 8  # side of the blocks and distance between them, in pixels
CLIPPED = 0.05  # share of black and white values from which on a block is left out
FLATTEST = 0.1  # share of the blocks that are taken for flat
CLASSES = 6  # of brightness
LEAST = 5  # blocks by which a class is described


class Blocks(NamedTuple):
    """Blocks of images that are not clipped, each without its plane.

    - ``residuals``: (B, C, 16, 16), what is left in 8-bit gray levels;
    - ``brightness``: (B,), mean of the block in 8-bit gray levels;
    - ``roughness``: (B,), logarithm of the variance, averaged over 3 x 3 neighboring blocks.
    """

    residuals: Tensor
    brightness: Tensor
    roughness: Tensor


def find_blocks(image: Tensor) -> Blocks:
    """Return the blocks of an image (C, H, W) in [0, 1]; none of one smaller than a block.

    Examples:
        >>> slope = torch.linspace(0.2, 0.8, 40).expand(1, 32, 40)
        >>> blocks = find_blocks(slope)
        >>> blocks.residuals.shape, bool(blocks.residuals.abs().max() < 1e-3)
        (torch.Size([12, 1, 16, 16]), True)
    """
    channels, height, width = image.shape
    if min(height, width) < BLOCK:
        empty = image.new_zeros(0)
        return Blocks(image.new_zeros(0, channels, BLOCK, BLOCK), empty, empty)
    levels = 255 * image
    cut = levels.unfold(1, BLOCK, STEP).unfold(2, BLOCK, STEP)  # (C, rows, columns, 16, 16)
    rows, columns = cut.shape[1:3]
    cut = cut.permute(1, 2, 0, 3, 4).reshape(-1, channels, BLOCK, BLOCK)
    clipped = ((cut <= 2) | (cut >= 253)).float().mean(dim=(1, 2, 3))
    residuals = without_plane(cut)
    variance = residuals.square().mean(dim=(1, 2, 3))
    logs = variance.clamp_min(1e-6).log().reshape(1, 1, rows, columns)
    smooth = F.avg_pool2d(F.pad(logs, (1, 1, 1, 1), mode='replicate'), 3, 1).flatten()
    kept = clipped <= CLIPPED
    return Blocks(residuals[kept], cut.mean(dim=(1, 2, 3))[kept], smooth[kept])


def without_plane(blocks: Tensor) -> Tensor:
    """Return blocks (..., n, n) less the plane that fits each best in the least-squares sense."""
    side = blocks.shape[-1]
    ramp = torch.arange(side, dtype=blocks.dtype, device=blocks.device) - (side - 1) / 2
    energy = side * ramp.square().sum()
    centered = blocks - blocks.mean(dim=(-2, -1), keepdim=True)
    down = (centered * ramp[:, None]).sum(dim=(-2, -1), keepdim=True) / energy
    across = (centered * ramp).sum(dim=(-2, -1), keepdim=True) / energy
    return centered - down * ramp[:, None] - across * ramp


def joined(parts: Iterable[Blocks]) -> Blocks:
    """Return the blocks of several images as those of one."""
    return Blocks(*(torch.cat(tensors) for tensors in zip(*parts, strict=True)))


def flattest(blocks: Blocks, share: float = FLATTEST) -> Blocks:
    """Return the share of the blocks with the least roughness, at least one if there is any."""
    if not len(blocks.roughness):
        return blocks
    order = blocks.roughness.argsort()[: max(int(share * len(blocks.roughness)), 1)]
    return Blocks(*(tensor[order] for tensor in blocks))


def noise_by_brightness(blocks: Blocks) -> list[tuple[float, float, int]]:
    """Return brightness, standard deviation of the noise and number of the flat blocks by class.

    The blocks are put into six classes of brightness with equal numbers; of each the flattest tenth
    is taken, and the median of their variances. Classes with fewer than 5 flat blocks are left
    out. On photographs the values are between half and twice the true ones; texture is
    counted where nothing is flat.

    Examples:
        >>> noisy = 0.5 + 4 / 255 * torch.randn(3, 256, 256, generator=torch.manual_seed(0))
        >>> found = noise_by_brightness(find_blocks(noisy))
        >>> all(3.5 < deviation < 4.1 for _, deviation, _ in found)
        True
    """
    found = []
    for places in blocks.brightness.argsort().tensor_split(CLASSES):
        flat = flattest(Blocks(*(tensor[places] for tensor in blocks)))
        if len(flat.brightness) >= LEAST:
            variance = flat.residuals.square().mean(dim=(1, 2, 3)).median()
            brightness = float(flat.brightness.mean())
            found.append((brightness, float(variance.sqrt()), len(flat.brightness)))
    return found


def noise_level(by_brightness: Sequence[tuple[float, float, int]]) -> float:
    """Return one standard deviation for an image: the root mean square over its classes.

    Args:
        by_brightness: what ``noise_by_brightness`` has found, at least one class.

    Examples:
        >>> noise_level([(40.0, 3.0, 9), (90.0, 4.0, 9)]) == 12.5**0.5
        True
    """
    return math.sqrt(sum(sigma**2 for _, sigma, _ in by_brightness) / len(by_brightness))


def correlation_in_blocks(blocks: Blocks, reach: int = 6) -> list[float]:
    """Return the correlation at distances 1 to ``reach`` along rows and columns of flat blocks.

    Each block counts alike. Waves longer than a block are taken away with its plane.

    Examples:
        >>> noisy = 0.5 + 4 / 255 * torch.randn(3, 128, 128, generator=torch.manual_seed(0))
        >>> all(abs(value) < 0.05 for value in correlation_in_blocks(find_blocks(noisy)))
        True
    """
    flat = flattest(blocks).residuals
    scale = flat.square().mean(dim=(1, 2, 3), keepdim=True).sqrt().clamp_min(1e-6)
    unit = flat / scale
    found = []
    for distance in range(1, reach + 1):
        down = (unit[..., distance:, :] * unit[..., :-distance, :]).mean()
        across = (unit[..., distance:] * unit[..., :-distance]).mean()
        found.append(float(down + across) / 2 if len(flat) else 0.0)
    return found
