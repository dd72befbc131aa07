"""Upsampling of features by sub-pixel convolution."""

from __future__ import annotations

from torch import nn


def pixel_shuffle_upsampler(channels: int, scale: int) -> nn.Sequential:
    """Return 3x3 convolutions and pixel shuffles that enlarge features (Shi et al., CVPR 2016).

    Scales of 2^n take n steps of 2, scale 3 one step; scale 1 is empty.

    Args:
        channels: channels of input and output.
        scale: the factor of height and width.

    Raises:
        ValueError: ``scale`` is neither a power of 2 nor 3.

    Examples:
        >>> import torch
        >>> pixel_shuffle_upsampler(4, 4)(torch.zeros(1, 4, 5, 6)).shape
        torch.Size([1, 4, 20, 24])
    """
    if scale == 3:
        steps = [3]
    elif scale > 0 and scale & (scale - 1) == 0:
        steps = [2] * (scale.bit_length() - 1)
    else:
        raise ValueError(f'pixel shuffle enlarges by a power of 2 or by 3, got {scale}')
    layers: list[nn.Module] = []
    for step in steps:
        layers += [nn.Conv2d(channels, channels * step**2, 3, padding=1), nn.PixelShuffle(step)]
    return nn.Sequential(*layers)
