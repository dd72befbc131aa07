"""DeamNet: denoising by iterations in the space of features (Ren et al., CVPR 2021).

Parameters have the names of official checkpoints. These also hold 352,512 numbers that no output
depends on (``ignored_keys``); they are no part of this network, for distributed training wants a
gradient for every parameter.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.models.backbones.base import Backbone
from mmrestore.models.layers.overwrite import lerp
from mmrestore.models.layers.sizes import check_images
from mmrestore.models.official_weights import Converted
from mmrestore.registry import MODELS, OFFICIAL

SQUEEZE = 16  # the gates are made from so many times fewer channels


class Conv(nn.Module):
    """A convolution that keeps the size; its weights start by the rule of Glorot and Bengio."""

    def __init__(self, in_channels: int, out_channels: int, size: int = 3) -> None:
        super().__init__()
        self.conv2d = nn.Conv2d(in_channels, out_channels, size, padding=size // 2)
        nn.init.xavier_normal_(self.conv2d.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        return self.conv2d(x)


class ConvReLU(nn.Module):
    """A 3x3 convolution and a ReLU."""

    def __init__(self, channels: int, *, stride: int = 1) -> None:
        super().__init__()
        conv = nn.Conv2d(channels, channels, 3, stride=stride, padding=1)
        self.block = nn.Sequential(conv, nn.ReLU(inplace=True))

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        return self.block(x)


class Join(nn.Module):
    """A 1x1 convolution of two concatenated features, without copying them."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv2d = Conv(2 * channels, channels, 1).conv2d

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Map two features (B, C, H, W) to one."""
        of_x, of_y = self.conv2d.weight.chunk(2, dim=1)
        return F.conv2d(x, of_x, self.conv2d.bias).add_(F.conv2d(y, of_y))


def gate(channels: int) -> nn.Sequential:
    """Return what makes the weight of every channel and pixel from features."""
    squeezed = channels // SQUEEZE
    return nn.Sequential(
        Conv(channels, squeezed), nn.ReLU(inplace=True), Conv(squeezed, channels), nn.Sigmoid()
    )


class Step(nn.Module):
    """The end of an iteration: part of the first features takes the place of the present ones."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.C = Conv(channels, channels)
        self.cat = Join(channels)
        self.weight = nn.ModuleDict({'conv_du': gate(channels)})

    def forward(self, x: Tensor, first: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        return lerp(x, first, self.weight['conv_du'](self.cat(self.C(first), x)))


class Enlarged(nn.Module):
    """A convolution of upsampled features, under its official name."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv2d = ConvReLU(channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W) that have been enlarged."""
        return self.conv2d(x)


class DualAttention(nn.Module):
    """A mean of skipped and deeper features, with a weight for every channel and pixel."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.ConvTranspose = Enlarged(channels)
        self.C = Conv(channels, channels)
        self.cat = Join(channels)
        self.conv_du = gate(channels)

    def forward(self, skip: Tensor, deeper: Tensor) -> Tensor:
        """Map two features (B, C, H, W), ``deeper`` already enlarged."""
        deeper = self.ConvTranspose(deeper)
        return lerp(deeper, skip, self.conv_du(self.cat(self.C(skip), deeper)))


class Merge(nn.Module):
    """Merge skip features and upsampled features into one."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = ConvReLU(channels)
        self.ConvTranspose = Enlarged(channels)
        self.cat = Join(channels)

    def forward(self, skip: Tensor, deeper: Tensor) -> Tensor:
        """Map two features (B, C, H, W), ``deeper`` already enlarged."""
        return self.cat(self.conv1(skip), self.ConvTranspose(deeper))


class Encoder(nn.Module):
    """Two convolutions, and one that halves the size."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            ConvReLU(channels), ConvReLU(channels), ConvReLU(channels, stride=2)
        )

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return features (B, C, H, W) and (B, C, H / 2, W / 2)."""
        first, second, half = self.body
        skip = second(first(x))
        return skip, half(skip)


class Decoder(nn.Module):
    """Merge of skip and upsampled features, and two convolutions."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.upsample = Merge(channels)
        self.body = nn.Sequential(ConvReLU(channels), ConvReLU(channels))

    def forward(self, skip: Tensor, deeper: Tensor) -> Tensor:
        """Map two features (B, C, H, W), ``deeper`` already enlarged."""
        return self.body(self.upsample(skip, deeper))


class Denoiser(nn.Module):
    """The U-Net with attention where features of two sizes meet, which all iterations share."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.e0, self.e1, self.e2, self.e3 = (Encoder(channels) for _ in range(4))
        self.mid = nn.Sequential(ConvReLU(channels), ConvReLU(channels))
        self.attention0, self.attention1 = DualAttention(channels), DualAttention(channels)
        self.attention2, self.attention3 = DualAttention(channels), DualAttention(channels)
        self.de0, self.de1, self.de2, self.de3 = (Decoder(channels) for _ in range(4))
        self.final = Conv(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        skips, deeper = [], x
        for encoder in (self.e0, self.e1, self.e2, self.e3):
            skip, deeper = encoder(deeper)
            skips.append(skip)
        deeper = self.mid(deeper)
        for attention, decoder in (
            (self.attention3, self.de3),
            (self.attention2, self.de2),
            (self.attention1, self.de1),
            (self.attention0, self.de0),
        ):
            deeper = F.interpolate(deeper, scale_factor=2.0)
            deeper = decoder(attention(skips.pop(), deeper), deeper)
        return self.final(deeper).add_(x)


def refinement(channels: int) -> nn.Sequential:
    """Return the convolutions of a residual branch."""
    return nn.Sequential(Conv(channels, channels), nn.ReLU(inplace=True), Conv(channels, channels))


class ToFeatures(nn.Module):
    """From the image to features."""

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__()
        self.ext = Conv(in_channels, channels)
        self.pre = refinement(channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map images (B, channels of images, H, W)."""
        features = self.ext(x)
        return self.pre(features).add_(features)


class ToImage(nn.Module):
    """From features to the image."""

    def __init__(self, in_channels: int, channels: int) -> None:
        super().__init__()
        self.pre = refinement(channels)
        self.ext = Conv(channels, in_channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        return self.ext(self.pre(x).add_(x))


@MODELS.register_module()
class DeamNet(Backbone):
    """DeamNet: four iterations, each of the same U-Net and a step of its own.

    It gives the image itself, not what is added to it. Sides of images are multiples of 16.

    Args:
        in_channels: channels of the images, 3 for real noise and 1 for Gaussian noise as published.
        channels: width of the features, a multiple of 16.

    Raises:
        ValueError: ``channels`` is no multiple of 16.

    Examples:
        >>> net = DeamNet(channels=16)
        >>> net(torch.rand(1, 3, 16, 32)).shape, sum(p.numel() for p in net.parameters())
        (torch.Size([1, 3, 16, 32]), 118699)
    """

    scale = 1
    size_multiple = 16
    ignored_keys = ('conv_dila1', 'conv_dila2', 'conv_dila3', 'cat1')  # no output depends on them

    def __init__(self, in_channels: int = 3, *, channels: int = 64) -> None:
        super().__init__()
        if channels < SQUEEZE or channels % SQUEEZE:
            raise ValueError(f'channels must be a positive multiple of {SQUEEZE}, got {channels}')
        self.in_channels = in_channels
        self.transform_function = ToFeatures(in_channels, channels)
        self.net2 = Denoiser(channels)
        self.line11, self.line22 = Step(channels), Step(channels)
        self.line33, self.line44 = Step(channels), Step(channels)
        self.inverse_transform_function = ToImage(in_channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1], H and W multiples of ``size_multiple``.

        Raises:
            ValueError: they are not.
        """
        check_images(x, self.in_channels, self.size_multiple)
        first = self.transform_function(x.contiguous(memory_format=torch.channels_last))
        features = first
        for step in (self.line11, self.line22, self.line33, self.line44):
            features = step(self.net2(features), first)
        return self.inverse_transform_function(features).contiguous()


@OFFICIAL.register_module(name='DeamNet')
def official_deamnet(weights: dict[str, Tensor], *, Isreal: bool) -> Converted:
    """Return the network and the state dict of an official DeamNet.

    The width, which is no official argument, is that of the weights.
    """
    first = weights.get('transform_function.ext.conv2d.weight')
    channels = 64 if first is None else len(first)
    net = DeamNet(3 if Isreal else 1, channels=channels)
    return net, weights
