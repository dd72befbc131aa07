"""RED-Net as read from the paper."""

from __future__ import annotations

from torch import Tensor, nn

from mmrestore.models.backbones.rednet import REDNet
from mmrestore.registry import OFFICIAL


@OFFICIAL.register_module(name='RED30 (our reading of the paper)')
def paper_rednet(
    weights: dict[str, Tensor],
    *,
    channels: int = 1,
    features: int = 64,
    half: int = 15,
    skip: int = 2,
) -> tuple[nn.Module, dict[str, Tensor]]:
    """Return the network and the state dict of a RED-Net of ``half`` layers on either side."""
    net = REDNet(channels, channels=features, num_layers=2 * half, skip_step=skip)
    return net, weights
