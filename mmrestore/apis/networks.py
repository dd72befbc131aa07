"""Config and device of a single network."""

from __future__ import annotations

import re
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


class DeviceError(ValueError):
    """A device that is not there; on the command line a mistake of usage."""

    exit_status = 2


def choose_device(device: str | int | None = None) -> str:
    """Return a device by PyTorch's name: the one that is given, else a GPU if there is one.

    Args:
        device: ``cpu``, ``cuda`` or ``gpu``, or the number of a GPU, bare or as ``cuda:1``; in any
            case.

    Raises:
        DeviceError: there is no such device; the message lists those that there are.

    Examples:
        >>> choose_device('CPU')
        'cpu'
    """
    num = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if device is None:
        return 'cuda' if num else 'cpu'
    name = re.sub(r'^(gpu|(?=\d+$))', 'cuda', str(device).strip().lower())
    name = re.sub(r'^cuda(?=\d)', 'cuda:', name)
    known = ['cpu', *(['cuda', *(f'cuda:{i}' for i in range(num))] if num else [])]
    if name not in known:
        without = '' if num else ' (PyTorch finds no GPU here)'
        raise DeviceError(f'there is no device {device}: expected {", ".join(known)}{without}')
    return name
