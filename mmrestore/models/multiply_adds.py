"""Number of multiply-adds of a network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from mmrestore.models.backbones.base import facts
from mmrestore.registry import MODELS

COUNTED_SIZE = 256  # side of the image whose multiply-adds are counted


def multiply_adds(backbone: Mapping[str, Any]) -> int:
    """Count the multiply-adds of convolutions and matrix products for one image, on no data.

    Args:
        backbone: config of the network. The image has 256 x 256 pixels, or the next size that
            the network takes.
    """
    with torch.device('meta'):
        net = MODELS.build(backbone).eval()
        side = -(-COUNTED_SIZE // net.size_multiple) * net.size_multiple
        x = torch.empty(1, facts(net).in_channels or 3, side, side)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        net(x)
    return counter.get_total_flops() // 2


def num_parameters(backbone: Mapping[str, Any]) -> int:
    """Return the number of parameters of a network, which is not built for that."""
    with torch.device('meta'):
        net = MODELS.build(backbone)
    return sum(p.numel() for p in net.parameters())
