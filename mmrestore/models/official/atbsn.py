"""Official checkpoints of AT-BSN and APR-RD."""

from __future__ import annotations

from torch import Tensor, nn

from mmrestore.models.backbones.atbsn import ATBSN
from mmrestore.models.backbones.nbsn import NBSN, ATBSNStudent
from mmrestore.registry import OFFICIAL


@OFFICIAL.register_module(name='AT-BSN')
def official_atbsn(
    weights: dict[str, Tensor],
    *,
    in_channels: int = 3,
    mid_channels: int = 48,
    out_channels: int = 3,
) -> tuple[nn.Module, dict[str, Tensor]]:
    """Return the network and the state dict of an AT-BSN; its ``shift`` is that of its training.

    Raises:
        ValueError: the numbers of channels of inputs and outputs differ.
    """
    if in_channels != out_channels:
        raise ValueError(
            f'AT-BSN returns as many channels as it gets, got {in_channels} and {out_channels}'
        )
    return ATBSN(in_channels, channels=mid_channels), weights


@OFFICIAL.register_module(name='NBSN 1.00M')
def official_atbsn_student(
    weights: dict[str, Tensor], *, mid_channels: int = 48
) -> tuple[nn.Module, dict[str, Tensor]]:
    """Return the network and the state dict of AT-BSN's student C, the NBSN_1.00M of APR-RD."""
    return ATBSNStudent(channels=mid_channels), weights


@OFFICIAL.register_module(name='NBSN 1.02M')
def official_nbsn(
    weights: dict[str, Tensor], *, mid_channels: int = 48
) -> tuple[nn.Module, dict[str, Tensor]]:
    """Return the network and the state dict of the NBSN_1.02M of APR-RD."""
    return NBSN(channels=mid_channels), weights
