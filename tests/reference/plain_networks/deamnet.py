"""DeamNet in its plain form: slow and obvious, to test and to time the network of the package.

Every step is written as in the paper; features are put beside each other before a convolution and
gates are written out. It loads the state dict of ``mmrestore.models.backbones.DeamNet``.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.registry import MODELS


class Conv(nn.Module):
    """Convolution."""

    def __init__(self, c_in: int, c_out: int, k: int = 3) -> None:
        super().__init__()
        self.conv2d = nn.Conv2d(c_in, c_out, k, padding=k // 2)

    def forward(self, x: Tensor) -> Tensor:
        """Map features."""
        return self.conv2d(x)


class ConvReLU(nn.Module):
    """3x3 convolution and ReLU."""

    def __init__(self, c: int, stride: int = 1) -> None:
        super().__init__()
        self.block = nn.Sequential(nn.Conv2d(c, c, 3, stride, padding=1), nn.ReLU())

    def forward(self, x: Tensor) -> Tensor:
        """Map features."""
        return self.block(x)


class UpConv(nn.Module):
    """Every pixel four times, 3x3 convolution and ReLU."""

    def __init__(self, c: int) -> None:
        super().__init__()
        self.conv2d = ConvReLU(c)

    def forward(self, x: Tensor) -> Tensor:
        """Map features."""
        return self.conv2d(F.interpolate(x, scale_factor=2, mode='nearest'))


def gate(c: int) -> nn.Sequential:
    """Weights in (0, 1) for every channel and pixel."""
    return nn.Sequential(Conv(c, c // 16), nn.ReLU(), Conv(c // 16, c), nn.Sigmoid())


class Line(nn.Module):
    """Weights of the first features in an iteration."""

    def __init__(self, c: int) -> None:
        super().__init__()
        self.C, self.cat = Conv(c, c), Conv(2 * c, c, 1)
        self.weight = nn.ModuleDict({'conv_du': gate(c)})

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Weights of ``y``."""
        return self.weight['conv_du'](self.cat(torch.cat([self.C(y), x], 1)))


class Attention(nn.Module):
    """Dual element-wise attention."""

    def __init__(self, c: int) -> None:
        super().__init__()
        self.conv_du, self.cat, self.C = gate(c), Conv(2 * c, c, 1), Conv(c, c)
        self.ConvTranspose = UpConv(c)

    def forward(self, x: Tensor, g: Tensor) -> Tensor:
        """Mean of skipped and deeper features."""
        up = self.ConvTranspose(g)
        w = self.conv_du(self.cat(torch.cat([self.C(x), up], 1)))
        return (1 - w) * up + w * x


class Up(nn.Module):
    """Rich and deeper features beside each other."""

    def __init__(self, c: int) -> None:
        super().__init__()
        self.conv1, self.ConvTranspose, self.cat = ConvReLU(c), UpConv(c), Conv(2 * c, c, 1)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Map two features."""
        return self.cat(torch.cat([self.conv1(x), self.ConvTranspose(y)], 1))


class UNet(nn.Module):
    """The denoiser of the iterations."""

    def __init__(self, c: int) -> None:
        super().__init__()
        for i in range(4):
            encoder = nn.Sequential(ConvReLU(c), ConvReLU(c), ConvReLU(c, 2))
            decoder = nn.Sequential(ConvReLU(c), ConvReLU(c))
            self.add_module(f'e{i}', nn.ModuleDict({'body': encoder}))
            self.add_module(f'attention{i}', Attention(c))
            self.add_module(f'de{i}', nn.ModuleDict({'upsample': Up(c), 'body': decoder}))
        self.mid = nn.Sequential(ConvReLU(c), ConvReLU(c))
        self.final = Conv(c, c)

    def forward(self, x: Tensor) -> Tensor:
        """Down, up, and a shortcut."""
        skips, deeper = [], x
        for i in range(4):
            body = self.get_submodule(f'e{i}.body')
            skips.append(body[1](body[0](deeper)))
            deeper = body[2](skips[-1])
        deeper = self.mid(deeper)
        for i in (3, 2, 1, 0):
            rich = self.get_submodule(f'attention{i}')(skips[i], deeper)
            decoder = self.get_submodule(f'de{i}')
            deeper = decoder['body'](decoder['upsample'](rich, deeper))
        return self.final(deeper) + x


@MODELS.register_module()
class PlainDeamNet(nn.Module):
    """The plain form of DeamNet; arguments as the network's."""

    scale = 1
    size_multiple = 16

    def __init__(self, in_channels: int = 3, *, channels: int = 64) -> None:
        super().__init__()
        self.in_channels = in_channels
        c = channels
        self.transform_function = nn.ModuleDict({'ext': Conv(in_channels, c)})
        self.inverse_transform_function = nn.ModuleDict({'ext': Conv(c, in_channels)})
        for transform in (self.transform_function, self.inverse_transform_function):
            transform['pre'] = nn.Sequential(Conv(c, c), nn.ReLU(), Conv(c, c))
        self.net2 = UNet(c)
        self.line11, self.line22, self.line33, self.line44 = (Line(c) for _ in range(4))

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1]; the sides are multiples of 16."""
        x = self.transform_function['ext'](x)
        y = x + self.transform_function['pre'](x)
        x = y
        for line in (self.line11, self.line22, self.line33, self.line44):
            x = self.net2(x)
            delta = line(x, y)
            x = (1 - delta) * x + delta * y
        x = self.inverse_transform_function['pre'](x) + x
        return self.inverse_transform_function['ext'](x)
