"""Official MIRNet-v2 checkpoints."""

from __future__ import annotations

from torch import Tensor, nn

from mmrestore.models.backbones.mirnet_v2 import MIRNetV2
from mmrestore.models.official.unpublished import refuse_unpublished
from mmrestore.registry import OFFICIAL

DUAL_PIXEL = 'defocus_deblurring'


@OFFICIAL.register_module(name='MIRNet_v2')
def official_mirnet_v2(
    weights: dict[str, Tensor],
    *,
    inp_channels: int = 3,
    out_channels: int = 3,
    n_feat: int = 80,
    chan_factor: float = 1.5,
    n_RRG: int = 4,
    n_MRB: int = 2,
    height: int = 3,
    width: int = 2,
    scale: int = 1,
    bias: bool = False,
    task: str | None = None,
) -> tuple[nn.Module, dict[str, Tensor]]:
    """Return the network and the state dict of an official MIRNet-v2.

    The official code ignores ``n_RRG``, ``height``, ``width`` and ``scale``, and of the tasks it
    knows 'defocus_deblurring' alone: the others only say what a network was trained for.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    dual_pixel = task == DUAL_PIXEL
    refuse_unpublished(
        'MIRNet-v2',
        {
            'inp_channels and out_channels': inp_channels != out_channels * (1 + dual_pixel),
            'chan_factor': chan_factor != 1.5,
            'bias': bias,
        },
    )
    net = MIRNetV2(inp_channels, channels=n_feat, num_blocks=n_MRB, dual_pixel=dual_pixel)
    return net, weights
