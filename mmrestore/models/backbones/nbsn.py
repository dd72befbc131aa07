"""Non-blind-spot U-Nets into which AT-BSN is distilled.

One is of AT-BSN (Chen et al., CVPR 2024), the other of APR-RD (AAAI 2025). Parameters have the
names of official checkpoints. Features are channels-last in memory.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.models.backbones.atbsn import ALL_AROUND, LEVELS, SLOPE, UNet
from mmrestore.models.backbones.base import Backbone
from mmrestore.models.layers.convolutions import conv3x3, initialise_convs
from mmrestore.models.layers.enlarged_conv import enlarged_conv
from mmrestore.models.layers.sizes import check_images, check_positive
from mmrestore.models.official_weights import Converted
from mmrestore.registry import MODELS, OFFICIAL


@MODELS.register_module()
class ATBSNStudent(Backbone):
    """The U-Net of AT-BSN without its heads; skips are the features after pooling.

    It is student C of AT-BSN and one of two students of APR-RD's release ("1.00M"). All weights but
    those of ``unet.dec1`` have the shapes of AT-BSN's and can start from them.

    Args:
        in_channels: channels of the images.
        channels: width of the features.

    Raises:
        ValueError: ``channels`` is less than 1, or in a call a side is not a multiple of 32.

    Examples:
        >>> sum(p.numel() for p in ATBSNStudent().parameters())
        1003011
    """

    scale = 1
    size_multiple = 2**LEVELS

    def __init__(self, in_channels: int = 3, *, channels: int = 48) -> None:
        super().__init__()
        check_positive('channels', channels)
        self.in_channels = in_channels
        self.unet = UNet(in_channels, channels, in_channels)
        initialise_convs(self, SLOPE)

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1], H and W multiples of 32."""
        check_images(x, self.in_channels, self.size_multiple)
        x = x.contiguous(memory_format=torch.channels_last)
        return self.unet(x, ALL_AROUND).contiguous()


@MODELS.register_module()
class NBSN(Backbone):
    """A plain U-Net of five levels; skips are the features before pooling.

    It is the student of APR-RD's published results ("1.02M"). Its name stands for
    "non-blind-spot network".

    Args:
        in_channels: channels of the images.
        channels: width of the features.

    Raises:
        ValueError: ``channels`` is less than 1, or in a call a side is not a multiple of 32.

    Examples:
        >>> NBSN(channels=8)(torch.rand(1, 3, 32, 64)).shape
        torch.Size([1, 3, 32, 64])
        >>> sum(p.numel() for p in NBSN().parameters())
        1021107
    """

    scale = 1
    size_multiple = 2**LEVELS

    def __init__(self, in_channels: int = 3, *, channels: int = 48) -> None:
        super().__init__()
        check_positive('channels', channels)
        self.in_channels = in_channels
        wide = 2 * channels

        def conv(inputs: int, outputs: int) -> nn.Module:
            return nn.ModuleDict({'conv': conv3x3(inputs, outputs)})

        for level in range(1, LEVELS + 2):
            self.add_module(f'enc{level}', conv(in_channels if level == 1 else channels, channels))
        for level in range(LEVELS, 0, -1):
            below = channels if level == LEVELS else wide
            self.add_module(f'dec{level}_2', conv(below + channels, wide))
            self.add_module(
                f'dec{level}_1', conv(wide, wide) if level > 1 else conv3x3(wide, in_channels)
            )
        initialise_convs(self, SLOPE)

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1], H and W multiples of 32."""
        check_images(x, self.in_channels, self.size_multiple)
        x = x.contiguous(memory_format=torch.channels_last)
        skips = []
        for level in range(1, LEVELS + 1):
            skips.append(_leaky(self._conv(f'enc{level}.conv')(x)))
            x = F.max_pool2d(skips[-1], 2)
        x = _leaky(self._conv(f'enc{LEVELS + 1}.conv')(x))
        for level in range(LEVELS, 0, -1):
            conv, skip = self._conv(f'dec{level}_2.conv'), skips.pop()
            for_x, for_skip = conv.weight.split([x.shape[1], skip.shape[1]], dim=1)
            x = enlarged_conv(x, for_x, conv.bias).add_(F.conv2d(skip, for_skip, padding=1))
            x = _leaky(x)
            if level > 1:
                x = _leaky(self._conv(f'dec{level}_1.conv')(x))
        return self._conv('dec1_1')(x).contiguous()

    def _conv(self, name: str) -> nn.Conv2d:
        conv = self.get_submodule(name)
        assert isinstance(conv, nn.Conv2d)
        return conv


def _leaky(x: Tensor) -> Tensor:
    return F.leaky_relu(x, SLOPE, inplace=True)


@OFFICIAL.register_module(name='NBSN 1.00M')
def official_atbsn_student(weights: dict[str, Tensor], *, mid_channels: int = 48) -> Converted:
    """Return the network and the state dict of AT-BSN's student C, the NBSN_1.00M of APR-RD."""
    return ATBSNStudent(channels=mid_channels), weights


@OFFICIAL.register_module(name='NBSN 1.02M')
def official_nbsn(weights: dict[str, Tensor], *, mid_channels: int = 48) -> Converted:
    """Return the network and the state dict of the NBSN_1.02M of APR-RD."""
    return NBSN(channels=mid_channels), weights
