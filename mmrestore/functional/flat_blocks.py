"""Noise estimates from flat image blocks: level by brightness, correlation by distance."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

BLOCK, STEP = 16, 8  # block side and stride, in pixels
CLIPPED = 0.05  # largest share of black and white values in a block
FLATTEST = 0.1  # share of the blocks that count as flat
CLASSES = 6  # number of brightness classes
LEAST = 5  # smallest number of flat blocks in a class


class Blocks(NamedTuple):
    """Unclipped image blocks, each minus its least-squares plane.

    - ``residuals``: (B, C, 16, 16), blocks minus their planes, in 8-bit gray levels;
    - ``brightness``: (B,), block means in 8-bit gray levels;
    - ``roughness``: (B,), logarithm of the variance, averaged over 3 x 3 neighboring blocks.
    """

    residuals: Tensor
    brightness: Tensor
    roughness: Tensor


def find_blocks(image: Tensor) -> Blocks:
    """Return the unclipped blocks of an image (C, H, W) in [0, 1]; none if it is below 16 x 16.

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
    """Return blocks (..., n, n) minus their least-squares planes."""
    side = blocks.shape[-1]
    ramp = torch.arange(side, dtype=blocks.dtype, device=blocks.device) - (side - 1) / 2
    energy = side * ramp.square().sum()
    centered = blocks - blocks.mean(dim=(-2, -1), keepdim=True)
    down = (centered * ramp[:, None]).sum(dim=(-2, -1), keepdim=True) / energy
    across = (centered * ramp).sum(dim=(-2, -1), keepdim=True) / energy
    return centered - down * ramp[:, None] - across * ramp


def joined(parts: Iterable[Blocks]) -> Blocks:
    """Concatenate the blocks of several images."""
    return Blocks(*(torch.cat(tensors) for tensors in zip(*parts, strict=True)))


def flattest(blocks: Blocks, share: float = FLATTEST) -> Blocks:
    """Return the given share of the blocks, those of lowest roughness; at least one block."""
    if not len(blocks.roughness):
        return blocks
    order = blocks.roughness.argsort()[: max(int(share * len(blocks.roughness)), 1)]
    return Blocks(*(tensor[order] for tensor in blocks))


def noise_by_brightness(blocks: Blocks) -> list[tuple[float, float, int]]:
    """Return (brightness, noise standard deviation, number of flat blocks) per brightness class.

    The blocks are split into six brightness classes of equal size. The noise variance of a class is
    the median over the flattest tenth of its blocks. Classes with fewer than 5 flat blocks are left
    out. On photographs, estimates lie between half and twice the true values. Where no block is
    flat, texture is counted as noise.

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
    """Return one noise standard deviation per image: the root mean square over its classes.

    Args:
        by_brightness: result of ``noise_by_brightness`` with at least one class.

    Examples:
        >>> noise_level([(40.0, 3.0, 9), (90.0, 4.0, 9)]) == 12.5**0.5
        True
    """
    return math.sqrt(sum(sigma**2 for _, sigma, _ in by_brightness) / len(by_brightness))


def correlation_in_blocks(blocks: Blocks, reach: int = 6) -> list[float]:
    """Return the noise correlation at distances 1 to ``reach`` along rows and columns.

    It is averaged over flat blocks with equal weights. Subtracting the planes of the blocks removes
    waves longer than a block.

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
