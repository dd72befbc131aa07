"""MIRNet-v2 in its plain form: slow and obvious, to test and to time the network of the package.

Every step is written as in the paper; features to be fused are put beside each other. It loads the
state dict of ``mmrestore.models.backbones.MIRNetV2``.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.registry import MODELS
from plain_networks.mirnet import SKFF, Resize, conv


class ContextBlock(nn.Module):
    """Global context: attention pooling, transform, addition."""

    def __init__(self, c: int) -> None:
        super().__init__()
        self.conv_mask = conv(c, 1, 1)
        self.channel_add_conv = nn.Sequential(conv(c, c, 1), nn.LeakyReLU(0.2), conv(c, c, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Softmax over the pixels, weighted sum, 1x1 convolutions."""
        b, c, h, w = x.shape
        weights = self.conv_mask(x).view(b, 1, h * w).softmax(2)
        context = torch.matmul(x.view(b, 1, c, h * w), weights.unsqueeze(3)).view(b, c, 1, 1)
        return x + self.channel_add_conv(context)


class RCB(nn.Module):
    """Residual contextual block."""

    def __init__(self, c: int, groups: int) -> None:
        super().__init__()
        first = nn.Conv2d(c, c, 3, padding=1, groups=groups, bias=False)
        last = nn.Conv2d(c, c, 3, padding=1, groups=groups, bias=False)
        self.body = nn.Sequential(first, nn.LeakyReLU(0.2), last)
        self.gcnet = ContextBlock(c)

    def forward(self, x: Tensor) -> Tensor:
        """Convolutions, context and a shortcut."""
        return F.leaky_relu(self.gcnet(self.body(x)), 0.2) + x


class Path(nn.Module):
    """One path of a change of size."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.bot = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """Map features."""
        return self.bot(x)


def down(c_in: int, c_out: int) -> Resize:
    """Mean of 2 x 2 pixels, 1x1 convolution."""
    mean = nn.AvgPool2d(2, ceil_mode=True, count_include_pad=False)
    return Resize(Path(mean, conv(c_in, c_out, 1)))


def up(c_in: int, c_out: int) -> Resize:
    """1x1 convolution, bilinear interpolation."""
    bilinear = nn.Upsample(scale_factor=2, mode='bilinear', align_corners=False)
    return Resize(Path(conv(c_in, c_out, 1), bilinear))


class MRB(nn.Module):
    """Multi-scale residual block: three streams, two rounds."""

    def __init__(self, c: int, groups: int) -> None:
        super().__init__()
        c2, c3 = int(c * 1.5), int(c * 1.5 * 1.5)
        self.dau_top, self.dau_mid, self.dau_bot = RCB(c, groups), RCB(c2, groups), RCB(c3, groups)
        self.down2 = down(c, c2)
        self.down4 = nn.Sequential(down(c, c2), down(c2, c3))
        self.up21_1, self.up21_2 = up(c2, c), up(c2, c)
        self.up32_1, self.up32_2 = up(c3, c2), up(c3, c2)
        self.conv_out = conv(c, c, 1)
        self.skff_top = SKFF(c, 2, nn.LeakyReLU(0.2))
        self.skff_mid = SKFF(c2, 2, nn.LeakyReLU(0.2))

    def forward(self, x: Tensor) -> Tensor:
        """Two rounds, then a shortcut."""
        top = x.clone()
        mid, bot = self.down2(top), self.down4(top)
        top, mid, bot = self.dau_top(top), self.dau_mid(mid), self.dau_bot(bot)
        mid = self.skff_mid([mid, self.up32_1(bot)])
        top = self.skff_top([top, self.up21_1(mid)])
        top, mid, bot = self.dau_top(top), self.dau_mid(mid), self.dau_bot(bot)
        mid = self.skff_mid([mid, self.up32_2(bot)])
        top = self.skff_top([top, self.up21_2(mid)])
        return self.conv_out(top) + x


class RRG(nn.Module):
    """Recursive residual group."""

    def __init__(self, c: int, num: int, groups: int) -> None:
        super().__init__()
        self.body = nn.Sequential(*[MRB(c, groups) for _ in range(num)], conv(c, c))

    def forward(self, x: Tensor) -> Tensor:
        """Blocks and a shortcut."""
        return self.body(x) + x


@MODELS.register_module()
class PlainMIRNetV2(nn.Module):
    """The plain form of MIRNet-v2; arguments as the network's."""

    scale = 1
    size_multiple = 4

    def __init__(
        self,
        in_channels: int = 3,
        *,
        channels: int = 80,
        num_blocks: int = 2,
        dual_pixel: bool = False,
    ) -> None:
        super().__init__()
        self.in_channels, self.dual_pixel = in_channels, dual_pixel
        self.conv_in = conv(in_channels, channels)
        self.body = nn.Sequential(*[RRG(channels, num_blocks, groups) for groups in (1, 2, 4, 4)])
        self.conv_out = conv(channels, 3 if dual_pixel else in_channels)

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1]; the sides are multiples of 4."""
        shallow = self.conv_in(x)
        deep = self.body(shallow)
        if self.dual_pixel:
            return self.conv_out(deep + shallow)
        return self.conv_out(deep) + x
