"""Shot and read noise of camera sensors."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from mmrestore.functional.noise_level import NoiseLevel

SHOT_NOISE = NoiseLevel('a shot noise from 1e-8 to 1', least=1e-8, most=1)
SHOT_NOISE_OF_CAMERAS = (1e-4, 0.012)


def draw_sensor_noise_levels(
    num: int,
    shot_noise: float | tuple[float, float] = SHOT_NOISE_OF_CAMERAS,
    *,
    device: torch.device | str | None = None,
    generator: torch.Generator | None = None,
) -> tuple[Tensor, Tensor]:
    """Draw shot and read noise levels for ``num`` images, each (N,) float32.

    The logarithm of the shot noise is uniform. The read noise follows ln read = 2.18 ln shot + 1.20
    + n, where n is normal with standard deviation 0.26. Both are terms of the noise variance of raw
    values in [0, 1]; see :func:`sensor_noise`.

    Source: Brooks et al., "Unprocessing images for learned raw denoising", CVPR 2019, section 3.1.

    Args:
        num: number of images N.
        shot_noise: shot noise, one number or a pair (low, high); by default the range of the
            cameras of the Darmstadt Noise Dataset.
        device: device of the result.
        generator: random generator on that device; the device's default generator if None.

    Raises:
        ValueError: ``shot_noise`` is below 1e-8 or above 1, or not one number or an ordered pair.

    Examples:
        >>> shot, read = draw_sensor_noise_levels(1000, 0.01)
        >>> round(shot.mean().item(), 4), round(read.log().mean().item() - 1.2, 1)  # 2.18 ln 0.01
        (0.01, -10.0)
    """
    low, high = SHOT_NOISE.pair(shot_noise)
    log_shot = torch.empty(num, device=device)
    log_shot.uniform_(math.log(low), math.log(high), generator=generator)
    log_read = 2.18 * log_shot + 1.20
    log_read += 0.26 * torch.randn(num, device=device, generator=generator)
    return log_shot.exp(), log_read.exp()


def sensor_noise(
    raw: Tensor,
    shot: Tensor,
    read: Tensor,
    *,
    generator: torch.Generator | None = None,
    noise: Tensor | None = None,
) -> Tensor:
    """Add Gaussian noise of variance ``raw * shot + read`` to raw images (N, ...), not clipped.

    Args:
        raw: floating-point raw images in [0, 1].
        shot: shot noise of each image, (N,).
        read: read noise of each image, a variance, (N,).
        generator: random generator on the device of ``raw``.
        noise: standard normal values in the shape of ``raw``, used instead of a draw.

    Raises:
        ValueError: ``shot``, ``read`` or ``noise`` has the wrong shape.

    Examples:
        >>> raw = torch.tensor([[0.0, 0.25]])
        >>> shot, read = torch.tensor([0.03]), torch.tensor([0.0025])
        >>> sensor_noise(raw, shot, read, noise=torch.tensor([[1.0, -1.0]]))
        tensor([[0.0500, 0.1500]])
    """
    if any(tuple(levels.shape) != (len(raw),) for levels in (shot, read)):
        raise ValueError(
            f'expected shot and read noise of shape ({len(raw)},), got '
            f'{tuple(shot.shape)} and {tuple(read.shape)}'
        )
    if noise is None:
        noise = torch.randn(raw.shape, dtype=raw.dtype, device=raw.device, generator=generator)
    elif noise.shape != raw.shape:
        raise ValueError(f'expected noise of shape {tuple(raw.shape)}, got {tuple(noise.shape)}')
    shot, read = (levels.to(raw).view(-1, *[1] * (raw.ndim - 1)) for levels in (shot, read))
    return raw + noise * (raw * shot + read).sqrt()
