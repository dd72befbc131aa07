"""RIDNet: real image denoising with feature attention (Anwar and Barnes, ICCV 2019)."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.models.backbones.base import Backbone
from mmrestore.models.layers.convolutions import conv3x3
from mmrestore.models.layers.global_mean import GlobalMean
from mmrestore.models.layers.mean_shift import MeanShift
from mmrestore.models.layers.sizes import check_images
from mmrestore.models.layers.transformer import image_mean
from mmrestore.models.official_weights import Converted
from mmrestore.registry import MODELS, OFFICIAL

NUM_BLOCKS = 4


class MergeAndRun(nn.Module):
    """Two branches with ever wider dilation, joined and added to the input (section 3.1)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body1 = _dilated(channels, 1, 2)
        self.body2 = _dilated(channels, 3, 4)
        self.body3 = nn.Sequential(conv3x3(2 * channels, channels), nn.ReLU(inplace=True))

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        return x + self.body3(torch.cat([self.body1(x), self.body2(x)], dim=1))


class ResidualConvs(nn.Module):
    """Convolutions with ReLUs between, a shortcut around them and a ReLU at the end."""

    def __init__(self, *convs: nn.Conv2d) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for conv in convs:
            layers += [conv, nn.ReLU(inplace=True)]
        self.body = nn.Sequential(*layers[:-1])

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        return F.relu(x + self.body(x), inplace=True)


class FeatureAttention(nn.Module):
    """Channels weighted by their means over the image (section 3.2)."""

    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.mean = GlobalMean()
        self.c1 = nn.ModuleDict({'body': nn.Sequential(nn.Conv2d(channels, squeezed, 1))})
        self.c2 = nn.ModuleDict({'body': nn.Sequential(nn.Conv2d(squeezed, channels, 1))})

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        weights = self.c2['body'](F.relu(self.c1['body'](self.mean(x))))
        return x * weights.sigmoid()


class Block(nn.Module):
    """The enhancement attention module."""

    def __init__(self, channels: int, squeezed: int) -> None:
        super().__init__()
        self.r1 = MergeAndRun(channels)
        self.r2 = ResidualConvs(conv3x3(channels, channels), conv3x3(channels, channels))
        self.r3 = ResidualConvs(
            conv3x3(channels, channels),
            conv3x3(channels, channels),
            nn.Conv2d(channels, channels, 1),
        )
        self.ca = FeatureAttention(channels, squeezed)

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        return self.ca(self.r3(self.r2(self.r1(x))))


@MODELS.register_module()
class RIDNet(Backbone):
    """RIDNet for images of any size.

    As in the authors' code the mean colour is subtracted from the input and added to the residual,
    by 1x1 convolutions that are trained with the rest.

    Args:
        in_channels: channels of the images; of three channels the mean is that of DIV2K, else 0.
        channels: width of the features.
        reduction: channels of the features to those between the convolutions of the attention.
        image_range: factor of the image inside the network.

    Raises:
        ValueError: ``reduction`` is less than 1 or larger than ``channels``.

    Examples:
        >>> net = RIDNet(channels=16)
        >>> net(torch.rand(1, 3, 5, 7)).shape
        torch.Size([1, 3, 5, 7])
        >>> sum(p.numel() for p in RIDNet().parameters())
        1499371
    """

    scale = 1
    size_multiple = 1
    global_statistics = True

    def __init__(
        self,
        in_channels: int = 3,
        *,
        channels: int = 64,
        reduction: int = 16,
        image_range: float = 255.0,
    ) -> None:
        super().__init__()
        if not 1 <= reduction <= channels:
            raise ValueError(f'reduction must be in 1 ... channels={channels}, got {reduction}')
        self.in_channels = in_channels
        self.image_range = image_range
        mean = image_range * image_mean(in_channels).flatten()
        self.sub_mean = MeanShift(-mean)
        self.add_mean = MeanShift(mean)
        self.head = nn.ModuleDict({'body': nn.Sequential(conv3x3(in_channels, channels))})
        self.b1, self.b2, self.b3, self.b4 = (
            Block(channels, channels // reduction) for _ in range(NUM_BLOCKS)
        )
        self.tail = conv3x3(channels, in_channels)

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1]."""
        check_images(x, self.in_channels)
        shifted = self.sub_mean(x * self.image_range)
        features = self.head['body'](shifted.contiguous(memory_format=torch.channels_last))
        features = F.relu(features.contiguous(memory_format=torch.channels_last), inplace=True)
        for block in (self.b1, self.b2, self.b3, self.b4):
            features = block(features)
        return (x + self.add_mean(self.tail(features)) / self.image_range).contiguous()


def _dilated(channels: int, *dilations: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for dilation in dilations:
        conv = nn.Conv2d(channels, channels, 3, padding=dilation, dilation=dilation)
        layers += [conv, nn.ReLU(inplace=True)]
    return nn.Sequential(*layers)


@OFFICIAL.register_module(name='RIDNet')
def official_ridnet(
    weights: dict[str, Tensor],
    *,
    n_feats: int = 64,
    reduction: int = 16,
    rgb_range: float = 255,
) -> Converted:
    """Return the network and the state dict of an official RIDNet.

    Theirs maps images in [0, ``rgb_range``], ours the same images in [0, 1].
    """
    return RIDNet(channels=n_feats, reduction=reduction, image_range=rgb_range), weights
