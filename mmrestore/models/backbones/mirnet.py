"""MIRNet: multi-resolution features with continuous exchange (Zamir et al., ECCV 2020).

Parameters have the names of official checkpoints. One unit serves both columns of a block and one
slope all units of the network, as there: the state dict holds them under every name.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.models.backbones.base import Backbone
from mmrestore.models.layers.global_mean import GlobalMean
from mmrestore.models.layers.prelu import PReLU
from mmrestore.models.layers.selective_kernel import SelectiveKernel
from mmrestore.models.layers.sizes import check_images
from mmrestore.models.official_weights import Converted, refuse_unpublished
from mmrestore.registry import MODELS, OFFICIAL


def conv(in_channels: int, out_channels: int, size: int = 3) -> nn.Conv2d:
    """Return a convolution without bias that keeps the size."""
    return nn.Conv2d(in_channels, out_channels, size, padding=size // 2, bias=False)


class SpatialAttention(nn.Module):
    """The weight of every pixel, from the greatest and the mean of its features."""

    def __init__(self) -> None:
        super().__init__()
        self.spatial = nn.ModuleDict({'conv': conv(2, 1, 5)})

    def forward(self, x: Tensor) -> Tensor:
        """Return weights (B, 1, H, W) for features (B, C, H, W)."""
        pooled = torch.cat([x.amax(1, keepdim=True), x.mean(1, keepdim=True)], 1)
        return self.spatial['conv'](pooled).sigmoid()


class ChannelAttention(nn.Module):
    """The weight of every channel, from its mean over the whole image."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        squeezed = channels // 8
        self.mean = GlobalMean()
        self.conv_du = nn.Sequential(
            conv(channels, squeezed, 1), nn.ReLU(), conv(squeezed, channels, 1), nn.Sigmoid()
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return weights (B, C, 1, 1) for features (B, C, H, W)."""
        return self.conv_du(self.mean(x))


class DualAttentionUnit(nn.Module):
    """Two convolutions, parallel pixel and channel attention, and a shortcut."""

    def __init__(self, channels: int, activation: PReLU) -> None:
        super().__init__()
        self.body = nn.Sequential(conv(channels, channels), activation, conv(channels, channels))
        self.SA = SpatialAttention()
        self.CA = ChannelAttention(channels)
        self.conv1x1 = conv(2 * channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        y = self.body(x)
        return self.conv1x1(torch.cat([y * self.SA(y), y * self.CA(y)], 1)).add_(x)


class BlurredHalf(nn.Module):
    """Every second pixel of the features, after a binomial 3x3 filter."""

    filter: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        binomial = torch.tensor([1.0, 2.0, 1.0]) / 4
        weights = (binomial[:, None] * binomial).expand(channels, 1, 3, 3).clone()
        self.register_buffer('filter', weights, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, 2 * H, 2 * W) to (B, C, H, W)."""
        # The last window of an even side ends inside: only what lies before it is mirrored.
        x = F.pad(x, (1, 0, 1, 0), mode='reflect')
        return F.conv2d(x, self.filter, stride=2, groups=x.shape[1])


class ResidualDown(nn.Module):
    """Half the size, twice the channels."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.top = nn.Sequential(
            conv(channels, channels, 1),
            PReLU(),
            conv(channels, channels),
            PReLU(),
            BlurredHalf(channels),
            conv(channels, 2 * channels, 1),
        )
        self.bot = nn.Sequential(BlurredHalf(channels), conv(channels, 2 * channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, 2 * H, 2 * W) to (B, 2 * C, H, W)."""
        return self.top(x).add_(self.bot(x))


class ResidualUp(nn.Module):
    """Twice the size, half the channels."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        enlarge = nn.ConvTranspose2d(
            channels, channels, 3, stride=2, padding=1, output_padding=1, bias=False
        )
        self.top = nn.Sequential(
            conv(channels, channels, 1),
            PReLU(),
            enlarge,
            PReLU(),
            conv(channels, channels // 2, 1),
        )
        self.bot = nn.ModuleDict({'1': conv(channels, channels // 2, 1)})

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W) to (B, C // 2, 2 * H, 2 * W)."""
        # A 1x1 convolution and bilinear enlargement commute: first what leaves fewer pixels.
        narrow = self.bot['1'](x)
        return self.top(x).add_(F.interpolate(narrow, scale_factor=2.0, mode='bilinear'))


class Steps(nn.Module):
    """Halvings or doublings one after the other."""

    def __init__(self, steps: Iterable[nn.Module]) -> None:
        super().__init__()
        self.body = nn.Sequential(*steps)

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        return self.body(x)


def down(channels: int, factor: int) -> Steps:
    """Return halvings to a ``factor`` (2 or 4) of smaller sides."""
    return Steps(ResidualDown(channels * 2**i) for i in range(factor // 2))


def up(channels: int, factor: int) -> Steps:
    """Return doublings to a ``factor`` (2 or 4) of larger sides."""
    return Steps(ResidualUp(channels // 2**i) for i in range(factor // 2))


class MultiScaleBlock(nn.Module):
    """Three streams of full, half and quarter size in two columns, and a shortcut."""

    def __init__(self, channels: int, activation: PReLU) -> None:
        super().__init__()
        widths = (channels, 2 * channels, 4 * channels)
        units = [DualAttentionUnit(width, activation) for width in widths]
        self.blocks = nn.ModuleList(nn.ModuleList([unit, unit]) for unit in units)
        one, two, four = widths
        self.down = nn.ModuleDict(
            {f'{c}_{f}': down(c, f) for c, f in [(one, 4), (one, 2), (two, 2)]}
        )
        self.up = nn.ModuleDict({f'{c}_{f}': up(c, f) for c, f in [(four, 4), (four, 2), (two, 2)]})
        self.last_up = nn.ModuleDict({'1': up(two, 2), '2': up(four, 4)})
        self.selective_kernel = nn.ModuleList(
            SelectiveKernel(width, num_inputs=3, activation=PReLU()) for width in widths
        )
        self.conv_out = conv(channels, channels)
        self.widths = widths

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        one, two, four = self.widths
        full, half, quarter = (cast(nn.ModuleList, columns)[0] for columns in self.blocks)
        fuse_full, fuse_half, fuse_quarter = self.selective_kernel

        a = full(x)
        # The second column sends the same features down the same path: they are kept.
        a_half = self.down[f'{one}_2'](a)
        b = half(a_half)
        b_quarter = self.down[f'{two}_2'](b)
        c = quarter(b_quarter)

        up_half, up_quarter = self.up[f'{two}_2'], self.up[f'{four}_4']
        streams = (
            full(fuse_full([a, up_half(b), up_quarter(c)])),
            half(fuse_half([a_half, b, self.up[f'{four}_2'](c)])),
            quarter(fuse_quarter([self.down[f'{one}_4'](a), b_quarter, c])),
        )
        enlarged = [streams[0], self.last_up['1'](streams[1]), self.last_up['2'](streams[2])]
        return self.conv_out(fuse_full(enlarged)).add_(x)


class Group(nn.Module):
    """Blocks, a convolution and a shortcut."""

    def __init__(self, channels: int, blocks: Iterable[nn.Module]) -> None:
        super().__init__()
        self.body = nn.Sequential(*blocks, conv(channels, channels))

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        return self.body(x).add_(x)


@MODELS.register_module()
class MIRNet(Backbone):
    """MIRNet, with three streams in two columns as published; it predicts the residual.

    Sides of images are multiples of 4. All attention units share the slope of their activation, as
    in the published code; the paper does not say so.

    Args:
        in_channels: channels of the images.
        channels: width of the features at full size; it doubles with every halving.
        num_groups: number of groups of blocks.
        num_blocks: number of blocks in a group.

    Raises:
        ValueError: ``channels`` is smaller than 8.

    Examples:
        >>> net = MIRNet(channels=8, num_groups=1, num_blocks=1)
        >>> net(torch.rand(1, 3, 8, 12)).shape
        torch.Size([1, 3, 8, 12])
    """

    scale = 1
    size_multiple = 4
    global_statistics = True
    ignored_keys = ('filt',)  # the binomial filter of official checkpoints
    block_names = ('body.*.body.*',)

    def __init__(
        self,
        in_channels: int = 3,
        *,
        channels: int = 64,
        num_groups: int = 3,
        num_blocks: int = 2,
    ) -> None:
        super().__init__()
        if channels < 8:
            raise ValueError(
                f'channels must be at least 8, for attention keeps 1/8, got {channels}'
            )
        self.in_channels = in_channels
        activation = PReLU()
        self.conv_in = conv(in_channels, channels)
        self.body = nn.Sequential()
        for _ in range(num_groups):
            blocks = [MultiScaleBlock(channels, activation) for _ in range(num_blocks)]
            self.body.append(Group(channels, blocks))
        self.conv_out = conv(channels, in_channels)

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1], H and W multiples of ``size_multiple``.

        Raises:
            ValueError: they are not.
        """
        check_images(x, self.in_channels, self.size_multiple)
        features = self.conv_in(x.contiguous(memory_format=torch.channels_last))
        return (x + self.conv_out(self.body(features))).contiguous()


@OFFICIAL.register_module(name='MIRNet')
def official_mirnet(
    weights: dict[str, Tensor],
    *,
    in_channels: int = 3,
    out_channels: int = 3,
    n_feat: int = 64,
    kernel_size: int = 3,
    stride: int = 2,
    n_RRG: int = 3,
    n_MSRB: int = 2,
    height: int = 3,
    width: int = 2,
    bias: bool = False,
) -> Converted:
    """Return the network and the state dict of an official MIRNet, the first version.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    refuse_unpublished(
        'MIRNet',
        {
            'out_channels != in_channels': out_channels != in_channels,
            'kernel_size': kernel_size != 3,
            'stride': stride != 2,
            'height': height != 3,
            'width': width != 2,
            'bias': bias,
        },
    )
    return MIRNet(in_channels, channels=n_feat, num_groups=n_RRG, num_blocks=n_MSRB), weights
