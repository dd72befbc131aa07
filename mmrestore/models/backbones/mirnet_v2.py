"""MIRNet-v2: MIRNet with lighter blocks (Zamir et al., TPAMI 2022).

Parameters have the names of official checkpoints.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.models.backbones.base import Backbone
from mmrestore.models.backbones.mirnet import Group, Steps, conv
from mmrestore.models.layers.overwrite import add
from mmrestore.models.layers.selective_kernel import SelectiveKernel
from mmrestore.models.layers.sizes import check_images
from mmrestore.models.official_weights import Converted, refuse_unpublished
from mmrestore.registry import MODELS, OFFICIAL

CONV_GROUPS = (1, 2, 4, 4)  # of the 3x3 convolutions in the blocks of every group


def leaky_relu() -> nn.LeakyReLU:
    """Return the activation of the whole network; it writes over its input."""
    return nn.LeakyReLU(0.2, inplace=True)


class Context(nn.Module):
    """Global context that is added to every pixel: a mean of the pixels, weighted by attention."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv_mask = conv(channels, 1, 1)
        self.channel_add_conv = nn.Sequential(
            conv(channels, channels, 1), leaky_relu(), conv(channels, channels, 1)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, C, 1, 1) for features (B, C, H, W)."""
        weights = self.conv_mask(x).flatten(2).softmax(-1)  # (B, 1, pixels)
        pixels = x.permute(0, 2, 3, 1).flatten(1, 2)  # (B, pixels, C)
        mean = weights.to(x.dtype) @ pixels
        return self.channel_add_conv(mean.mT.unsqueeze(-1))


class ResidualContextualBlock(nn.Module):
    """Two convolutions in groups of channels, the context of the image, and a shortcut."""

    def __init__(self, channels: int, groups: int) -> None:
        super().__init__()
        first, last = (
            nn.Conv2d(channels, channels, 3, padding=1, groups=groups, bias=False) for _ in range(2)
        )
        self.body = nn.Sequential(first, leaky_relu(), last)
        self.gcnet = Context(channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        y = self.body(x)
        y = F.leaky_relu(add(y, self.gcnet(y)), 0.2, inplace=True)
        return add(y, x)


class Layers(nn.Module):
    """The layers of a halving or doubling, under their official name."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.bot = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        return self.bot(x)


def down(in_channels: int, out_channels: int) -> Steps:
    """Return what halves the sides of features."""
    return Steps([Layers(nn.AvgPool2d(2), conv(in_channels, out_channels, 1))])


def up(in_channels: int, out_channels: int) -> Steps:
    """Return what doubles the sides of features."""
    bilinear = nn.Upsample(scale_factor=2.0, mode='bilinear')
    return Steps([Layers(conv(in_channels, out_channels, 1), bilinear)])


class MultiScaleBlock(nn.Module):
    """Three streams of full, half and quarter size that meet twice, and a shortcut."""

    def __init__(self, channels: int, groups: int) -> None:
        super().__init__()
        top, mid, bot = channels, channels * 3 // 2, channels * 9 // 4
        self.dau_top = ResidualContextualBlock(top, groups)
        self.dau_mid = ResidualContextualBlock(mid, groups)
        self.dau_bot = ResidualContextualBlock(bot, groups)
        self.down2 = down(top, mid)
        self.down4 = nn.Sequential(down(top, mid), down(mid, bot))
        self.up21_1, self.up21_2 = up(mid, top), up(mid, top)
        self.up32_1, self.up32_2 = up(bot, mid), up(bot, mid)
        self.skff_top = SelectiveKernel(top, num_inputs=2, activation=leaky_relu())
        self.skff_mid = SelectiveKernel(mid, num_inputs=2, activation=leaky_relu())
        self.conv_out = conv(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        top, mid, bot = x, self.down2(x), self.down4(x)
        for up32, up21 in ((self.up32_1, self.up21_1), (self.up32_2, self.up21_2)):
            bot = self.dau_bot(bot)
            mid = self.skff_mid([self.dau_mid(mid), up32(bot)])
            top = self.skff_top([self.dau_top(top), up21(mid)])
        return self.conv_out(top).add_(x)


@MODELS.register_module()
class MIRNetV2(Backbone):
    """MIRNet-v2 for every published task; it predicts the residual.

    For super-resolution low-resolution images come already enlarged. Sides of images are multiples
    of 4.

    Args:
        in_channels: channels of the images; with ``dual_pixel`` of both views together.
        channels: width of the features at full size, a multiple of 16; times 1.5 for each halving.
        num_blocks: number of blocks in each of the four groups.
        dual_pixel: whether the input holds two views of a dual-pixel camera, one after the other,
            and the output one image, to which no view is added (defocus deblurring).

    Raises:
        ValueError: arguments that no network can have.

    Examples:
        >>> net = MIRNetV2(in_channels=6, channels=16, num_blocks=1, dual_pixel=True)
        >>> net(torch.rand(1, 6, 8, 12)).shape
        torch.Size([1, 3, 8, 12])
    """

    scale = 1
    size_multiple = 4
    global_statistics = True
    global_means_only = False  # the context is a softmax over the whole image
    block_names = ('body.*.body.*',)

    def __init__(
        self,
        in_channels: int = 3,
        *,
        channels: int = 80,
        num_blocks: int = 2,
        dual_pixel: bool = False,
    ) -> None:
        super().__init__()
        if channels < 16 or channels % 16:
            raise ValueError(
                f'channels must be a positive multiple of 16, got {channels}: at quarter size '
                'there are 9/4 as many, in 4 groups'
            )
        if dual_pixel and in_channels % 2:
            raise ValueError(f'two views have an even number of channels, got {in_channels}')
        self.in_channels = in_channels
        self.dual_pixel = dual_pixel
        self.conv_in = conv(in_channels, channels)
        self.body = nn.Sequential()
        for groups in CONV_GROUPS:
            blocks = [MultiScaleBlock(channels, groups) for _ in range(num_blocks)]
            self.body.append(Group(channels, blocks))
        self.conv_out = conv(channels, in_channels // 2 if dual_pixel else in_channels)

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1], H and W multiples of ``size_multiple``.

        Raises:
            ValueError: they are not.
        """
        check_images(x, self.in_channels, self.size_multiple)
        first = self.conv_in(x.contiguous(memory_format=torch.channels_last))
        features = self.body(first)
        if self.dual_pixel:
            return self.conv_out(first + features).contiguous()
        return (x + self.conv_out(features)).contiguous()


@OFFICIAL.register_module(name='MIRNet_v2')
def official_mirnet_v2(
    weights: dict[str, Tensor],
    *,
    inp_channels: int = 3,
    out_channels: int = 3,
    n_feat: int = 80,
    chan_factor: float = 1.5,
    n_RRG: int = 4,
    n_MRB: int = 2,
    height: int = 3,
    width: int = 2,
    scale: int = 1,
    bias: bool = False,
    task: str | None = None,
) -> Converted:
    """Return the network and the state dict of an official MIRNet-v2.

    The official code ignores ``n_RRG``, ``height``, ``width`` and ``scale``, and of the tasks it
    knows 'defocus_deblurring' alone: the others only say what a network was trained for.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    dual_pixel = task == 'defocus_deblurring'
    refuse_unpublished(
        'MIRNet-v2',
        {
            'inp_channels and out_channels': inp_channels != out_channels * (1 + dual_pixel),
            'chan_factor': chan_factor != 1.5,
            'bias': bias,
        },
    )
    net = MIRNetV2(inp_channels, channels=n_feat, num_blocks=n_MRB, dual_pixel=dual_pixel)
    return net, weights
