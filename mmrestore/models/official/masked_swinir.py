"""Checkpoints of the networks of masked training."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from mmrestore.models.backbones.swinir import SwinIR
from mmrestore.models.official.unpublished import refuse_unpublished
from mmrestore.registry import OFFICIAL


@OFFICIAL.register_module(name='SwinIR (MaskedDenoising)')
def official_masked_swinir(
    weights: dict[str, Tensor],
    *,
    talking_heads: bool = False,
    use_attn_fn: str = 'softmax',
    head_scale: bool = False,
    on_attn: bool = False,
    use_mask: bool = True,
    mask_ratio1: int = 50,
    mask_ratio2: int = 50,
    mask_is_diff: bool = False,
    type: str = 'stand',
    upscale: int = 2,
    in_chans: int = 3,
    img_size: int = 64,
    window_size: int = 7,
    img_range: float = 1.0,
    depths: Sequence[int] = (6, 6, 6, 6),
    embed_dim: int = 96,
    num_heads: Sequence[int] = (6, 6, 6, 6),
    mlp_ratio: float = 4.0,
    upsampler: str | None = '',
    resi_connection: str = '1conv',
    drop_path_rate: float = 0.1,
) -> tuple[nn.Module, dict[str, Tensor]]:
    """Return the network and the state dict of a network of masked training.

    It is a SwinIR with a 1x1 embedding and without long skips. Its attention masks (``use_mask``
    and the ratios in percent) are no part of our network: ``TokenMask`` attaches them.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    refuse_unpublished(
        'masked SwinIR',
        {
            'talking_heads': talking_heads,
            'use_attn_fn': use_attn_fn != 'softmax',
            'head_scale': head_scale,
            'on_attn': on_attn,
            'mask_is_diff': mask_is_diff,
            'type': type != 'stand',
            'upsampler': bool(upsampler),
            'img_size < window_size': img_size < window_size,
            'resi_connection': resi_connection not in ('1conv', '3conv'),
        },
    )
    net = SwinIR(
        in_chans,
        embed_channels=embed_dim,
        depths=depths,
        num_heads=num_heads,
        window_size=window_size,
        mlp_ratio=mlp_ratio,
        num_convs=int(resi_connection[0]),
        image_range=img_range,
        drop_path_rate=drop_path_rate,
        shift=img_size > window_size,
        embed_kernel=1,
        long_skips=False,
    )
    return net, weights
