"""Official DeamNet checkpoints."""

from __future__ import annotations

from torch import Tensor, nn

from mmrestore.models.backbones.deamnet import DeamNet
from mmrestore.registry import OFFICIAL


@OFFICIAL.register_module(name='DeamNet')
def official_deamnet(
    weights: dict[str, Tensor], *, Isreal: bool
) -> tuple[nn.Module, dict[str, Tensor]]:
    """Return the network and the state dict of an official DeamNet.

    The width, which is no official argument, is that of the weights.
    """
    first = weights.get('transform_function.ext.conv2d.weight')
    channels = 64 if first is None else len(first)
    net = DeamNet(3 if Isreal else 1, channels=channels)
    return net, weights
