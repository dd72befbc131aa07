"""EDSR: enhanced deep residual networks for super-resolution (Lim et al., CVPR Workshops 2017).

Parameters have the names of BasicSR's checkpoints, which map [0, 1] to [0, 1] too.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mmrestore.models.backbones.base import Backbone
from mmrestore.models.layers.convolutions import conv3x3, pixel_shuffle_upsampler
from mmrestore.models.layers.mean_shift import MeanShift
from mmrestore.models.layers.residual import ResidualBlock
from mmrestore.models.layers.sizes import check_images
from mmrestore.models.layers.transformer import RGB_MEAN, image_mean
from mmrestore.models.official_weights import Converted, check_equal_channels, renamed
from mmrestore.registry import MODELS, OFFICIAL


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


@OFFICIAL.register_module(name='EDSR (official)')
def official_edsr(
    weights: dict[str, Tensor],
    *,
    n_resblocks: int = 16,
    n_feats: int = 64,
    scale: Sequence[int] = (4,),
    res_scale: float = 1.0,
    rgb_range: float = 255.0,
    n_colors: int = 3,
) -> Converted:
    """Return the network and the state dict of the authors' EDSR.

    Theirs maps [0, 255] to [0, 255], ours [0, 1] to [0, 1]; the features are the same.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    if len(scale) != 1:
        raise ValueError(f'EDSR enlarges by one scale, got {list(scale)}')
    net = EDSR(
        n_colors,
        channels=n_feats,
        num_blocks=n_resblocks,
        scale=scale[0],
        residual_scale=res_scale,
        image_range=rgb_range,
        trained_mean=True,
    )
    names = {
        r'^head\.0\.': 'conv_first.',
        r'^(body\.\d+)\.body\.0\.': r'\1.conv1.',
        r'^(body\.\d+)\.body\.2\.': r'\1.conv2.',
        rf'^body\.{n_resblocks}\.': 'conv_after_body.',
        r'^tail\.0\.': 'upsample.',
        r'^tail\.1\.': 'conv_last.',
    }
    return net, renamed(weights, names)


@OFFICIAL.register_module(name='EDSR (BasicSR)')
def basicsr_edsr(
    weights: dict[str, Tensor],
    *,
    num_in_ch: int = 3,
    num_out_ch: int = 3,
    num_feat: int = 64,
    num_block: int = 16,
    upscale: int = 4,
    res_scale: float = 1.0,
    img_range: float = 255.0,
    rgb_mean: Sequence[float] = RGB_MEAN,
) -> Converted:
    """Return the network and the state dict of an EDSR of BasicSR.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    _check(num_in_ch, num_out_ch, rgb_mean)
    net = EDSR(
        num_in_ch,
        channels=num_feat,
        num_blocks=num_block,
        scale=upscale,
        residual_scale=res_scale,
        image_range=img_range,
    )
    return net, weights


@OFFICIAL.register_module(name='EDSR (MMagic)')
def mmagic_edsr(
    weights: dict[str, Tensor],
    *,
    in_channels: int,
    out_channels: int,
    mid_channels: int = 64,
    num_blocks: int = 16,
    upscale_factor: int = 4,
    res_scale: float = 1.0,
    rgb_mean: Sequence[float] = RGB_MEAN,
    rgb_std: Sequence[float] = (1.0, 1.0, 1.0),
) -> Converted:
    """Return the network and the state dict of MMagic's EDSRNet, which works on [0, 1] inside.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    _check(in_channels, out_channels, rgb_mean)
    if any(std != 1 for std in rgb_std):
        raise ValueError(f'no published EDSR scales colours, got rgb_std={list(rgb_std)}')
    net = EDSR(
        in_channels,
        channels=mid_channels,
        num_blocks=num_blocks,
        scale=upscale_factor,
        residual_scale=res_scale,
        image_range=1.0,
    )
    # every step of ours is two layers, a convolution and a shuffle
    names = {r'^upsample\.(\d+)\.upsample_conv\.': lambda step: f'upsample.{2 * int(step[1])}.'}
    return net, renamed(weights, names)


def _check(in_channels: int, out_channels: int, mean: Sequence[float]) -> None:
    check_equal_channels('EDSR', in_channels, out_channels)
    if in_channels == 3 and tuple(mean) != RGB_MEAN:
        raise ValueError(
            f'every published EDSR subtracts {RGB_MEAN}, the mean of DIV2K, got {list(mean)}'
        )
