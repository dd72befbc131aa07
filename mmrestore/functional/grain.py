"""Low-frequency grain, as left by film and in-camera processing."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

OCTAVES = 5  # grain sizes of 1, 2, 4, 8 and 16 pixels


def long_wave_grain(
    x: Tensor,
    sigma: float | Tensor,
    *,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Add Gaussian noise that is correlated over pixels and channels to images (N, C, H, W).

    The noise is a sum of white noise at 1/1, 1/2, 1/4, 1/8 and 1/16 of the resolution, upscaled
    bicubically. Three properties are drawn for each image:

    - octave amplitudes: they fall by a factor between 0.3 and 0.9 per octave; the amplitude of the
      finest octave is uniform in [0, 1];
    - variance shared by all channels: 0 to 0.9;
    - dependence on brightness: from none to the square root of the brightness.

    Args:
        x: floating-point images in [0, 1]; the result is not clipped.
        sigma: standard deviation in 8-bit gray levels, one number or (N,) one for each image. If
            the noise depends on brightness, it is the value at middle gray.
        generator: random generator on the device of ``x``.

    Examples:
        >>> x = torch.full((4, 3, 128, 128), 0.5)
        >>> noise = long_wave_grain(x, 5.0, generator=torch.Generator().manual_seed(0)) - x
        >>> round(noise.square().mean().sqrt().item() * 255, 1)
        5.0
    """
    num, channels, height, width = x.shape
    device, dtype = x.device, x.dtype

    def draw(low: float, high: float) -> Tensor:
        unit = torch.rand((num, 1, 1, 1), generator=generator, device=device, dtype=dtype)
        return low + (high - low) * unit

    def white_noise(num_channels: int, size: Sequence[int]) -> Tensor:
        shape = (num, num_channels, *size)
        return torch.randn(shape, generator=generator, device=device, dtype=dtype)

    decay, finest, common, follows = draw(0.3, 0.9), draw(0, 1), draw(0, 0.9), draw(0, 1)
    noise = torch.zeros_like(x)
    for octave in range(OCTAVES):
        size = [max(2, -(-side // 2**octave)) for side in (height, width)]
        white, shared = white_noise(channels, size), white_noise(1, size)
        mixed = common.sqrt() * shared + (1 - common).sqrt() * white
        if octave:
            mixed = F.interpolate(mixed, (height, width), mode='bicubic', align_corners=False)
        noise += (finest if octave == 0 else decay**octave) * mixed
    noise /= noise.square().mean(dim=(1, 2, 3), keepdim=True).sqrt()
    level = torch.as_tensor(sigma, device=device, dtype=dtype).expand(num).view(-1, 1, 1, 1) / 255
    brightness = (2 * x.mean(dim=1, keepdim=True).clamp(0, 1)).sqrt()
    return x + level * torch.lerp(torch.ones_like(brightness), brightness, follows) * noise
