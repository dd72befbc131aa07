"""Official checkpoints of AP-BSN's blind-spot network."""

from __future__ import annotations

from torch import Tensor, nn

from mmrestore.models.backbones.dbsnl import DBSNl
from mmrestore.registry import OFFICIAL


@OFFICIAL.register_module(name='DBSNl')
def official_dbsnl(
    weights: dict[str, Tensor],
    *,
    in_ch: int = 3,
    out_ch: int = 3,
    base_ch: int = 128,
    num_module: int = 9,
) -> tuple[nn.Module, dict[str, Tensor]]:
    """Return the network and the state dict of a DBSNl, on images of the range of its training.

    Raises:
        ValueError: the numbers of channels of inputs and outputs differ.
    """
    _check(in_ch, out_ch)
    return DBSNl(in_ch, channels=base_ch, num_modules=num_module), weights


@OFFICIAL.register_module(name='DBSNl (not dilated)')
def undilated_dbsnl(
    weights: dict[str, Tensor],
    *,
    in_ch: int = 3,
    out_ch: int = 3,
    base_ch: int = 128,
    num_module: int = 9,
) -> tuple[nn.Module, dict[str, Tensor]]:
    """Return the network and the state dict of AMSNet's D_AS: a DBSNl all of whose dilations are 1.

    Raises:
        ValueError: the numbers of channels of inputs and outputs differ.
    """
    _check(in_ch, out_ch)
    return DBSNl(in_ch, channels=base_ch, num_modules=num_module, dilated=False), weights


@OFFICIAL.register_module(name='AP-BSN')
def official_apbsn(
    weights: dict[str, Tensor],
    *,
    in_ch: int = 3,
    bsn_base_ch: int = 128,
    bsn_num_module: int = 9,
) -> tuple[nn.Module, dict[str, Tensor]]:
    """Return the network and the state dict of the DBSNl in a checkpoint of AP-BSN.

    Theirs maps images in [0, 255], ours the same images in [0, 1]. What is around the network is
    for a config to say.
    """
    net = DBSNl(in_ch, channels=bsn_base_ch, num_modules=bsn_num_module, image_range=255.0)
    return net, weights


def _check(in_channels: int, out_channels: int) -> None:
    if in_channels != out_channels:
        raise ValueError(
            f'DBSNl returns as many channels as it gets, got {in_channels} and {out_channels}'
        )
