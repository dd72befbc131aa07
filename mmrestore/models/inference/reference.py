"""Frozen reference denoiser beside the tested network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from mmrestore.models.backbones.base import facts
from mmrestore.models.frozen import load_frozen
from mmrestore.models.inference.auto_tile import AutoTile
from mmrestore.registry import MODELS


class Reference:
    """A denoiser whose change estimates the noise, loaded when it is first used.

    It is in no state dict.

    Args:
        config: ``backbone``, the config of the network, and ``checkpoint``, its checkpoint of this
            package or released weights.

    Raises:
        ValueError: the config lacks one of them, or the network enlarges images; in a call, if the
            weights are of another network.
        FileNotFoundError: in a call, if there is no such checkpoint.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        if set(config) != {'backbone', 'checkpoint'}:
            raise ValueError(
                'expected a reference network as dict(backbone=dict(...), checkpoint=FILE), got '
                f'{", ".join(map(str, config)) or "nothing"}'
            )
        self.backbone, self.checkpoint = config['backbone'], config['checkpoint']
        with torch.device('meta'):
            net = MODELS.build(self.backbone)
        if net.scale != 1:
            raise ValueError(
                f'the reference network {type(net).__name__} enlarges images: take a denoiser'
            )
        self._net: nn.Module | None = None

    @torch.no_grad()
    def __call__(self, x: Tensor) -> Tensor:
        """Restore images (N, C, H, W) of any size; gray ones as three channels where need be."""
        network = self._on(x.device)
        gray = x.shape[1] == 1 and facts(network).in_channels == 3
        restored = AutoTile(network)(x.expand(-1, 3, -1, -1) if gray else x).to(x)
        return restored.mean(dim=1, keepdim=True) if gray else restored

    def _on(self, device: torch.device) -> Any:
        if self._net is None:
            self._net = load_frozen(self.backbone, self.checkpoint, device)
        return self._net.to(device)
