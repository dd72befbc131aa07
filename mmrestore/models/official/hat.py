"""Official HAT checkpoints."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from mmrestore.models.backbones.hat import HAT
from mmrestore.models.official.unpublished import refuse_unpublished
from mmrestore.registry import OFFICIAL


@OFFICIAL.register_module(name='HAT')
def official_hat(
    weights: dict[str, Tensor],
    *,
    img_size: int = 64,
    patch_size: int = 1,
    in_chans: int = 3,
    embed_dim: int = 96,
    depths: Sequence[int] = (6, 6, 6, 6),
    num_heads: Sequence[int] = (6, 6, 6, 6),
    window_size: int = 7,
    compress_ratio: int = 3,
    squeeze_factor: int = 30,
    conv_scale: float = 0.01,
    overlap_ratio: float = 0.5,
    mlp_ratio: float = 4.0,
    qkv_bias: bool = True,
    qk_scale: float | None = None,
    drop_rate: float = 0.0,
    attn_drop_rate: float = 0.0,
    drop_path_rate: float = 0.1,
    ape: bool = False,
    patch_norm: bool = True,
    use_checkpoint: bool = False,
    upscale: int = 2,
    img_range: float = 1.0,
    upsampler: str = '',
    resi_connection: str = '1conv',
) -> tuple[nn.Module, dict[str, Tensor]]:
    """Return the network and the state dict of an official HAT.

    Without an ``upsampler`` an official network returns its input, so that is no network to load.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    refuse_unpublished(
        'HAT',
        {
            'patch_size': patch_size != 1,
            'qkv_bias': not qkv_bias,
            'qk_scale': qk_scale is not None,
            'drop_rate': drop_rate != 0,
            'attn_drop_rate': attn_drop_rate != 0,
            'ape': ape,
            'patch_norm': not patch_norm,
            'img_size <= window_size': img_size <= window_size,
            'img_range': img_range != 1,
            'upsampler': upsampler != 'pixelshuffle',
            'resi_connection': resi_connection != '1conv',
        },
    )
    net = HAT(
        in_chans,
        embed_channels=embed_dim,
        depths=depths,
        num_heads=num_heads,
        window_size=window_size,
        overlap_ratio=overlap_ratio,
        compress_ratio=compress_ratio,
        squeeze_factor=squeeze_factor,
        conv_scale=conv_scale,
        mlp_ratio=mlp_ratio,
        scale=upscale,
        drop_path_rate=drop_path_rate,
    )
    return net, weights
