"""DM-Net as read from the paper."""

from __future__ import annotations

from torch import Tensor, nn

from mmrestore.models.backbones.dmnet import DMNet
from mmrestore.registry import OFFICIAL


@OFFICIAL.register_module(name='DM-Net (our reading of the paper)')
def paper_dmnet(
    weights: dict[str, Tensor],
    *,
    ch: int = 3,
    f: int = 64,
    blocks: int = 16,
    convs: int = 20,
    scale: int = 4,
    bn: bool = True,
    down: str = 'area',
    residual: bool = True,
) -> tuple[nn.Module, dict[str, Tensor]]:
    """Return the network and the state dict of a DM-Net.

    Raises:
        ValueError: an argument leaves the reading of :class:`DMNet`.
    """
    if (scale, bn, down, residual) != (4, True, 'area', True):
        raise ValueError(
            "DMNet has scale=4, bn=True, down='area' and residual=True, got "
            f'{scale}, {bn}, {down!r} and {residual}'
        )
    return DMNet(ch, channels=f, num_blocks=blocks, num_convs=convs), weights
