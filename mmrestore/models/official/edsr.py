"""Checkpoints of EDSR: the authors', BasicSR's and MMagic's."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from mmrestore.models.backbones.edsr import EDSR
from mmrestore.models.layers.transformer import RGB_MEAN
from mmrestore.models.official.renaming import renamed
from mmrestore.registry import OFFICIAL


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
) -> tuple[nn.Module, dict[str, Tensor]]:
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
) -> tuple[nn.Module, dict[str, Tensor]]:
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
) -> tuple[nn.Module, dict[str, Tensor]]:
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
    if in_channels != out_channels:
        raise ValueError(
            f'EDSR returns as many channels as it gets, got {in_channels} and {out_channels}'
        )
    if in_channels == 3 and tuple(mean) != RGB_MEAN:
        raise ValueError(
            f'every published EDSR subtracts {RGB_MEAN}, the mean of DIV2K, got {list(mean)}'
        )
