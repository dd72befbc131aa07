"""EDSR: enhanced deep residual networks for super-resolution (Lim et al., CVPR Workshops 2017).

Parameters have the names of BasicSR's checkpoints, which map [0, 1] to [0, 1] too.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mmrestore.models.backbones.base import Backbone
from mmrestore.models.layers.convolutions import conv3x3, pixel_shuffle_upsampler
from mmrestore.models.layers.mean_shift import MeanShift
from mmrestore.models.layers.residual import ResidualBlock
from mmrestore.models.layers.sizes import check_images
from mmrestore.models.layers.transformer import image_mean
from mmrestore.registry import MODELS


@MODELS.register_module()
class EDSR(Backbone):
    """EDSR, the baseline of the paper unless told otherwise; images of any size.

    The defaults are the baseline. The full network has ``channels=256``, ``num_blocks=32`` and
    ``residual_scale=0.1``.

    Args:
        in_channels: channels of the images; of three channels the mean of DIV2K is subtracted.
        channels: width of the features.
        num_blocks: number of residual blocks.
        scale: factor of height and width.
        residual_scale: factor of the branch of every block.
        image_range: factor of the image inside the network, 255 or, in MMagic's networks, 1.
        trained_mean: whether the mean is subtracted and added by 1x1 convolutions that are trained,
            as in the authors' code.

    Raises:
        ValueError: ``scale`` is neither a power of 2 nor 3.

    Examples:
        >>> net = EDSR(channels=8, num_blocks=2, scale=3)
        >>> net(torch.rand(1, 3, 5, 7)).shape
        torch.Size([1, 3, 15, 21])
        >>> sum(p.numel() for p in EDSR().parameters())
        1517571
    """

    size_multiple = 1
    mean: Tensor

    def __init__(
        self,
        in_channels: int = 3,
        *,
        channels: int = 64,
        num_blocks: int = 16,
        scale: int = 4,
        residual_scale: float = 1.0,
        image_range: float = 255.0,
        trained_mean: bool = False,
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.scale = scale
        self.image_range = image_range
        self.trained_mean = trained_mean

        mean = image_mean(in_channels)  # (1, C, 1, 1)
        if trained_mean:
            self.sub_mean = MeanShift(-image_range * mean.flatten())
        else:
            self.register_buffer('mean', mean, persistent=False)
        self.conv_first = conv3x3(in_channels, channels)
        blocks = [ResidualBlock(channels, scale=residual_scale) for _ in range(num_blocks)]
        self.body = nn.Sequential(*blocks)
        self.conv_after_body = conv3x3(channels, channels)
        self.upsample = pixel_shuffle_upsampler(channels, scale)
        self.conv_last = conv3x3(channels, in_channels)
        if trained_mean:
            self.add_mean = MeanShift(image_range * mean.flatten())

    def forward(self, x: Tensor) -> Tensor:
        """Enlarge images (B, C, H, W) in [0, 1]."""
        check_images(x, self.in_channels)
        if self.trained_mean:
            x = self.sub_mean(x * self.image_range)
        else:
            x = (x - self.mean) * self.image_range
        first = self.conv_first(x.contiguous(memory_format=torch.channels_last))
        features = self.conv_after_body(self.body(first)) + first
        y = self.conv_last(self.upsample(features))
        if self.trained_mean:
            y = self.add_mean(y) / self.image_range
        else:
            y = y / self.image_range + self.mean
        return y.contiguous()
