"""A trained network beside the one that is trained or tested."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import nn

from mmrestore.functional.seeding import seeded
from mmrestore.models.weights import load_weights
from mmrestore.registry import MODELS


class FrozenNetwork:
    """A network with its weights, loaded when it is first used; it is in no state dict.

    Args:
        backbone: config of the network.
        checkpoint: its checkpoint of this package, or released weights.

    Raises:
        ValueError: the config builds no network; when it is loaded, if the weights are of another.
        FileNotFoundError: when it is loaded, if there is no such checkpoint.
    """

    def __init__(self, backbone: dict, checkpoint: str | Path) -> None:
        with torch.device('meta'):
            net = MODELS.build(backbone)
        self.name = type(net).__name__
        self.scale: int = net.scale
        self.backbone, self.checkpoint = backbone, checkpoint
        self._net: nn.Module | None = None

    def on(self, device: torch.device) -> Any:
        """Return the network on a device."""
        if self._net is None:
            with seeded(0, device):  # what is drawn after it must not depend on when it is made
                net = MODELS.build(self.backbone).eval().requires_grad_(False)
            load_weights(nn.ModuleDict({'backbone': net}), self.checkpoint)
            self._net = net
        return self._net.to(device)
