"""Official Restormer checkpoints."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from mmrestore.models.backbones.restormer import Restormer
from mmrestore.registry import OFFICIAL


@OFFICIAL.register_module(name='Restormer')
def official_restormer(
    weights: dict[str, Tensor],
    *,
    inp_channels: int = 3,
    out_channels: int = 3,
    dim: int = 48,
    num_blocks: Sequence[int] = (4, 6, 6, 8),
    num_refinement_blocks: int = 4,
    heads: Sequence[int] = (1, 2, 4, 8),
    ffn_expansion_factor: float = 2.66,
    bias: bool = False,
    LayerNorm_type: str = 'WithBias',
    dual_pixel_task: bool = False,
) -> tuple[nn.Module, dict[str, Tensor]]:
    """Return the network and the state dict of an official Restormer.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    if bias:
        raise ValueError('no published Restormer has bias=True: not supported')
    if inp_channels != (2 * out_channels if dual_pixel_task else out_channels):
        raise ValueError(
            f'no published Restormer makes {out_channels} channels of {inp_channels} with '
            f'dual_pixel_task={dual_pixel_task}: not supported'
        )
    net = Restormer(
        inp_channels,
        embed_channels=dim,
        depths=num_blocks,
        num_refinement_blocks=num_refinement_blocks,
        num_heads=heads,
        ffn_ratio=ffn_expansion_factor,
        norm_bias=LayerNorm_type != 'BiasFree',
        dual_pixel=dual_pixel_task,
    )
    return net, weights
