"""A fast residual U-Net for whole photographs on a CPU.

Source: the block structure is that of DRUNet (Zhang et al., "Plug-and-play image restoration with
deep denoiser prior", IEEE TPAMI 2021); that it works at half size is as in FFDNet (Zhang et al.,
IEEE TIP 2018).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.models.backbones.base import Backbone
from mmrestore.models.layers.convolutions import conv3x3
from mmrestore.models.layers.residual import ResidualBlock
from mmrestore.models.layers.sizes import check_images, check_positive
from mmrestore.registry import MODELS


@MODELS.register_module()
class ResidualUNet(Backbone):
    """The input plus what a U-Net of residual blocks adds to it.

    Each 2 x 2 pixels become one place of the first level, each 2 x 2 places of a level one of the
    next. Features of equal size are added, not concatenated. The last convolution starts at zero,
    so that an untrained network returns its input. Features are channels-last in memory.

    Args:
        in_channels: channels of the images.
        channels: width of the features of every level, from the finest on.
        num_blocks: residual blocks of every level on the way down; as many follow on the way up,
            except at the coarsest level.

    Raises:
        ValueError: there is no level, or a width or ``num_blocks`` is less than 1; in a call, a
            side is not a multiple of 2 to the number of levels.

    Examples:
        >>> net = ResidualUNet(channels=(8, 12))
        >>> x = torch.rand(1, 3, 8, 12)
        >>> net(x).shape, net(x).equal(x), net.size_multiple
        (torch.Size([1, 3, 8, 12]), True, 4)
        >>> sum(p.numel() for p in ResidualUNet().parameters())
        1041132
    """

    scale = 1

    def __init__(
        self,
        in_channels: int = 3,
        *,
        channels: Sequence[int] = (48, 64, 96, 128),
        num_blocks: int = 1,
    ) -> None:
        super().__init__()
        if not channels:
            raise ValueError('channels: expected the width of at least one level, got none')
        for width in channels:
            check_positive('channels', width)
        check_positive('num_blocks', num_blocks)
        self.in_channels = in_channels
        self.size_multiple = 2 ** len(channels)
        self.first = conv3x3(4 * in_channels, channels[0])
        self.last = conv3x3(channels[0], 4 * in_channels)

        def blocks(width: int) -> nn.Module:
            return nn.Sequential(*[ResidualBlock(width) for _ in range(num_blocks)])

        self.encoder = nn.ModuleList(blocks(width) for width in channels[:-1])
        self.middle = blocks(channels[-1])
        self.decoder = nn.ModuleList(blocks(width) for width in channels[:-1])
        pairs = list(pairwise(channels))
        self.down = nn.ModuleList(nn.Conv2d(fine, coarse, 2, stride=2) for fine, coarse in pairs)
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(coarse, fine, 2, stride=2) for fine, coarse in pairs
        )
        for module in self.modules():
            if isinstance(module, ResidualBlock):
                nn.init.zeros_(module.conv2.weight)
        nn.init.zeros_(self.last.weight)
        assert self.last.bias is not None
        nn.init.zeros_(self.last.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1]."""
        check_images(x, self.in_channels, self.size_multiple)
        features = F.pixel_unshuffle(x, 2).contiguous(memory_format=torch.channels_last)
        features = self.first(features)
        skips = []
        for block, down in zip(self.encoder, self.down, strict=True):
            features = block(features)
            skips.append(features)
            features = down(features)
        features = self.middle(features)
        for block, up in zip(reversed(self.decoder), reversed(self.up), strict=True):
            features = block(up(features) + skips.pop())
        return x + F.pixel_shuffle(self.last(features), 2)
