"""Official checkpoints of RIDNet."""

from __future__ import annotations

from torch import Tensor, nn

from mmrestore.models.backbones.ridnet import RIDNet
from mmrestore.registry import OFFICIAL


@OFFICIAL.register_module(name='RIDNet')
def official_ridnet(
    weights: dict[str, Tensor],
    *,
    n_feats: int = 64,
    reduction: int = 16,
    rgb_range: float = 255,
) -> tuple[nn.Module, dict[str, Tensor]]:
    """Return the network and the state dict of an official RIDNet.

    Theirs maps images in [0, ``rgb_range``], ours the same images in [0, 1].
    """
    return RIDNet(channels=n_feats, reduction=reduction, image_range=rgb_range), weights
