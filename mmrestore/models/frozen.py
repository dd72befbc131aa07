"""Frozen networks, such as teachers and references."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from mmrestore.functional.seeding import seeded
from mmrestore.models.weights import load_weights
from mmrestore.registry import MODELS


def build_frozen(backbone: Mapping[str, Any], device: torch.device | str) -> nn.Module:
    """Build a network in evaluation mode that needs no gradients, without a trace in later draws.

    Args:
        backbone: config of the network.
        device: where draws that follow are made.
    """
    with seeded(0, device):  # what is drawn after it must not depend on when it is made
        return MODELS.build(backbone).eval().requires_grad_(False)


def load_frozen(
    backbone: Mapping[str, Any], checkpoint: str | Path, device: torch.device | str
) -> nn.Module:
    """Build a network as :func:`build_frozen` does, and load its weights.

    Raises:
        FileNotFoundError: there is no such checkpoint.
        ValueError: the weights are of another network.
    """
    net = build_frozen(backbone, device)
    load_weights(nn.ModuleDict({'backbone': net}), checkpoint)
    return net
