"""Configs of one network, and where it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config

from mmrestore.config import open_config


def open_network_config(
    config: str | Path | Config | Mapping[str, Any],
    overrides: Mapping[str, Any] | Sequence[str] | None = None,
    strategies: Sequence[str | Path] = (),
) -> Config:
    """Open the config of one network; see ``mmrestore.config.open_config``.

    Raises:
        ValueError: it lists several trainings, or describes no model.
    """
    opened = open_config(config, overrides, strategies)
    name = opened.filename or 'the config'
    if 'stages' in opened:
        parts = ', '.join(stage['config'] for stage in opened.stages.values())
        raise ValueError(f'{name} lists several trainings; give the config of one: {parts}')
    if opened.get('model') is None:
        raise ValueError(f'{name} describes no model')
    return opened


def choose_device(device: str | None = None) -> str:
    """Return a device: the one that is given, else a GPU if there is one.

    Raises:
        ValueError: a GPU is asked for and PyTorch finds none.

    Examples:
        >>> choose_device('cpu')
        'cpu'
    """
    found = torch.cuda.is_available()
    if device is not None and device.startswith('cuda') and not found:
        raise ValueError(f'the device {device} was asked for, but PyTorch finds no GPU here')
    return device or ('cuda' if found else 'cpu')
