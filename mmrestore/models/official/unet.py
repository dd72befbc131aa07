"""Official checkpoints of AMSNet's U-Net."""

from __future__ import annotations

from torch import Tensor, nn

from mmrestore.models.backbones.unet import UNet
from mmrestore.registry import OFFICIAL


@OFFICIAL.register_module(name=['UNet (AMSNet)', 'UNet (AMSNet, blind spot)'])
def official_unet(
    weights: dict[str, Tensor],
    *,
    in_nc: int = 3,
    out_nc: int = 3,
    n_feature: int = 48,
    blindspot: bool = False,
    zero_last: bool = False,
) -> tuple[nn.Module, dict[str, Tensor]]:
    """Return the network and the state dict of a U-Net of AMSNet.

    ``zero_last`` is about the start of a training and changes nothing here.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    if in_nc != out_nc:
        raise ValueError(f'the U-Net returns as many channels as it gets, got {in_nc} and {out_nc}')
    return UNet(in_nc, channels=n_feature, blind_spot=blindspot), weights
