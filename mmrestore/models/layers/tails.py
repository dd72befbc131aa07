"""Reconstruction heads of image transformers."""

from __future__ import annotations

from typing import Any

import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.models.layers.convolutions import conv3x3, pixel_shuffle_upsampler

TAIL_CHANNELS = 64
TAILS = ('residual', 'pixelshuffle', 'pixelshuffledirect', 'nearest+conv')


def add_tail(net: nn.Module, tail: str, *, channels: int, out_channels: int, scale: int) -> None:
    """Add the layers of a tail to a network, under the names of official checkpoints.

    Args:
        net: gets the layers.
        tail: one of ``TAILS``.
        channels: width of the features.
        out_channels: channels of the images.
        scale: factor of height and width.

    Raises:
        ValueError: there is no such tail, or it does not make such a scale.

    Examples:
        >>> net = nn.Module()
        >>> add_tail(net, 'pixelshuffledirect', channels=8, out_channels=3, scale=2)
        >>> sum(p.numel() for p in net.parameters())
        876
    """
    if tail not in TAILS:
        raise ValueError(f'tail must be one of {TAILS}, got {tail!r}')
    if (tail == 'residual' and scale != 1) or (tail == 'nearest+conv' and scale not in (2, 4)):
        raise ValueError(
            f'tail={tail!r} does not make scale={scale}: residual has scale 1, nearest+conv 2 or 4'
        )
    layers: dict[str, nn.Module] = {}
    if tail == 'residual':
        layers['conv_last'] = conv3x3(channels, out_channels)
    elif tail == 'pixelshuffledirect':
        conv = conv3x3(channels, out_channels * scale**2)
        layers['upsample'] = nn.Sequential(conv, nn.PixelShuffle(scale))
    else:
        layers['conv_before_upsample'] = nn.Sequential(
            conv3x3(channels, TAIL_CHANNELS), nn.LeakyReLU(inplace=True)
        )
        if tail == 'pixelshuffle':
            layers['upsample'] = pixel_shuffle_upsampler(TAIL_CHANNELS, scale)
        else:
            names = ['conv_up1', 'conv_up2', 'conv_hr'] if scale == 4 else ['conv_up1', 'conv_hr']
            layers.update((name, conv3x3(TAIL_CHANNELS, TAIL_CHANNELS)) for name in names)
        layers['conv_last'] = conv3x3(TAIL_CHANNELS, out_channels)
    for name, layer in layers.items():
        net.add_module(name, layer)


def apply_tail(net: Any, tail: str, features: Tensor) -> Tensor:
    """Map features (B, C, H, W) with the layers of ``add_tail``; ``residual`` gives the residual.

    Args:
        net: the network to which they were added.
        tail: as given to ``add_tail``.
        features: the features.
    """
    if tail == 'residual':
        return net.conv_last(features)
    if tail == 'pixelshuffledirect':
        return net.upsample(features)
    features = net.conv_before_upsample(features)
    if tail == 'pixelshuffle':
        return net.conv_last(net.upsample(features))
    for conv in [net.conv_up1, net.conv_up2] if net.scale == 4 else [net.conv_up1]:
        features = F.leaky_relu(conv(F.interpolate(features, scale_factor=2)), 0.2)
    return net.conv_last(F.leaky_relu(net.conv_hr(features), 0.2))
