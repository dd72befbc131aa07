"""Size-preserving convolutions and upsamplers."""

from __future__ import annotations

from torch import nn


def conv3x3(in_channels: int, out_channels: int) -> nn.Conv2d:
    """Return a 3x3 convolution that keeps the size; outside of the image are zeros."""
    return nn.Conv2d(in_channels, out_channels, 3, padding=1)


def stage_convs(channels: int, num_convs: int) -> nn.Module:
    """Return the convolutions that end a stage: one of 3x3, or a bottleneck of three.

    Args:
        channels: channels of input and output; the bottleneck has a quarter of them.
        num_convs: 1 or 3.

    Raises:
        ValueError: ``num_convs`` is neither.

    Examples:
        >>> [sum(p.numel() for p in stage_convs(8, n).parameters()) for n in (1, 3)]
        [584, 304]
    """
    if num_convs == 1:
        return conv3x3(channels, channels)
    if num_convs == 3:
        narrow = channels // 4
        return nn.Sequential(
            conv3x3(channels, narrow),
            nn.LeakyReLU(0.2, inplace=True),
            nn.Conv2d(narrow, narrow, 1),
            nn.LeakyReLU(0.2, inplace=True),
            conv3x3(narrow, channels),
        )
    raise ValueError(f'num_convs must be 1 or 3, got {num_convs}')


def shuffle_steps(scale: int) -> list[int]:
    """Return the pixel-shuffle factors whose product is ``scale``: steps of 2, or one of 3.

    Raises:
        ValueError: ``scale`` is neither a power of 2 nor 3.

    Examples:
        >>> [shuffle_steps(scale) for scale in (1, 2, 3, 8)]
        [[], [2], [3], [2, 2, 2]]
    """
    if scale == 3:
        return [3]
    if scale > 0 and scale & (scale - 1) == 0:
        return [2] * (scale.bit_length() - 1)
    raise ValueError(f'pixel shuffle enlarges by a power of 2 or by 3, got {scale}')


def pixel_shuffle_upsampler(channels: int, scale: int) -> nn.Sequential:
    """Return 3x3 convolutions and pixel shuffles that upscale features (Shi et al., CVPR 2016).

    A scale of 2^n takes n steps of 2, scale 3 one step; scale 1 is empty.

    Args:
        channels: channels of input and output.
        scale: factor of height and width.

    Raises:
        ValueError: ``scale`` is neither a power of 2 nor 3.

    Examples:
        >>> import torch
        >>> pixel_shuffle_upsampler(4, 4)(torch.zeros(1, 4, 5, 6)).shape
        torch.Size([1, 4, 20, 24])
    """
    layers: list[nn.Module] = []
    for step in shuffle_steps(scale):
        layers += [conv3x3(channels, channels * step**2), nn.PixelShuffle(step)]
    return nn.Sequential(*layers)


def initialise_convs(net: nn.Module, slope: float) -> None:
    """Draw the weights of all convolutions for leaky activations (He et al., ICCV 2015).

    Args:
        net: the network; biases become 0.
        slope: of the activations below zero.

    Examples:
        >>> import torch
        >>> conv = nn.Conv2d(100, 100, 1)
        >>> initialise_convs(conv, 1.0)
        >>> round(conv.weight.std().item(), 2), conv.bias.abs().max().item()
        (0.1, 0.0)
    """
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, slope, nonlinearity='leaky_relu')
            if module.bias is not None:
                nn.init.zeros_(module.bias)
