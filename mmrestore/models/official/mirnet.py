"""Official MIRNet checkpoints."""

from __future__ import annotations

from torch import Tensor, nn

from mmrestore.models.backbones.mirnet import MIRNet
from mmrestore.models.official.unpublished import refuse_unpublished
from mmrestore.registry import OFFICIAL


@OFFICIAL.register_module(name='MIRNet')
def official_mirnet(
    weights: dict[str, Tensor],
    *,
    in_channels: int = 3,
    out_channels: int = 3,
    n_feat: int = 64,
    kernel_size: int = 3,
    stride: int = 2,
    n_RRG: int = 3,
    n_MSRB: int = 2,
    height: int = 3,
    width: int = 2,
    bias: bool = False,
) -> tuple[nn.Module, dict[str, Tensor]]:
    """Return the network and the state dict of an official MIRNet, the first version.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    refuse_unpublished(
        'MIRNet',
        {
            'out_channels != in_channels': out_channels != in_channels,
            'kernel_size': kernel_size != 3,
            'stride': stride != 2,
            'height': height != 3,
            'width': width != 2,
            'bias': bias,
        },
    )
    return MIRNet(in_channels, channels=n_feat, num_groups=n_RRG, num_blocks=n_MSRB), weights
