"""Official GRL checkpoints."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from mmrestore.models.backbones.grl import GRL
from mmrestore.models.official.unpublished import refuse_unpublished
from mmrestore.registry import OFFICIAL


@OFFICIAL.register_module(name='GRL')
def official_grl(
    weights: dict[str, Tensor],
    *,
    img_size: int = 64,
    in_channels: int = 3,
    out_channels: int | None = None,
    embed_dim: int = 96,
    upscale: int = 2,
    img_range: float = 1.0,
    upsampler: str | None = '',
    depths: Sequence[int] = (6, 6, 6, 6, 6, 6),
    num_heads_window: Sequence[int] = (3, 3, 3, 3, 3, 3),
    num_heads_stripe: Sequence[int] = (3, 3, 3, 3, 3, 3),
    window_size: int = 8,
    stripe_size: Sequence[int | None] = (8, 8),
    stripe_groups: Sequence[int | None] = (None, None),
    stripe_shift: bool = False,
    mlp_ratio: float = 4.0,
    qkv_bias: bool = True,
    qkv_proj_type: str = 'linear',
    anchor_proj_type: str = 'avgpool',
    anchor_one_stage: bool = True,
    anchor_window_down_factor: int = 1,
    out_proj_type: str = 'linear',
    local_connection: bool = False,
    drop_rate: float = 0.0,
    attn_drop_rate: float = 0.0,
    drop_path_rate: float = 0.1,
    pretrained_window_size: Sequence[int] = (0, 0),
    pretrained_stripe_size: Sequence[int] = (0, 0),
    conv_type: str = '1conv',
    init_method: str = 'n',
    fairscale_checkpoint: bool = False,
    offload_to_cpu: bool = False,
    euclidean_dist: bool = False,
    double_window: bool = False,
    stripe_square: bool = False,
    separable_conv_act: bool = False,
    use_buffer: bool = False,
    use_efficient_buffer: bool = False,
) -> tuple[nn.Module, dict[str, Tensor]]:
    """Return the network and the state dict of an official GRL.

    ``img_size``, ``out_proj_type`` and the arguments after ``init_method``, except
    ``euclidean_dist``, have no effect on what the official network computes.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    sides = [side for side in stripe_size if side is not None]
    refuse_unpublished(
        'GRL',
        {
            'img_range': img_range != 1,
            'stripe_size': len(sides) != 2,
            'stripe_groups': any(group is not None for group in stripe_groups),
            'stripe_shift': not stripe_shift,
            'qkv_bias': not qkv_bias,
            'qkv_proj_type': qkv_proj_type != 'linear',
            'anchor_proj_type': anchor_proj_type != 'avgpool',
            'anchor_one_stage': not anchor_one_stage,
            'drop_rate': drop_rate != 0,
            'attn_drop_rate': attn_drop_rate != 0,
            'pretrained_window_size': any(pretrained_window_size),
            'pretrained_stripe_size': any(pretrained_stripe_size),
            'conv_type': conv_type != '1conv',
            'init_method': init_method != 'n',
            'euclidean_dist': euclidean_dist,
        },
    )
    net = GRL(
        in_channels,
        out_channels=out_channels,
        embed_channels=embed_dim,
        depths=depths,
        num_heads_window=num_heads_window,
        num_heads_stripe=num_heads_stripe,
        window_size=window_size,
        stripe_size=sides,
        anchor_factor=anchor_window_down_factor,
        mlp_ratio=mlp_ratio,
        local_connection=local_connection,
        tail=upsampler or 'residual',
        scale=upscale if upsampler else 1,
        drop_path_rate=drop_path_rate,
    )
    return net, weights
