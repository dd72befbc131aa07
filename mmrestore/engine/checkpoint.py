"""Checkpoints: plain data, written whole or not at all, found again after any crash."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.logging import print_log

from mmrestore.files import write_atomically

LATEST = 'last_checkpoint'


def to_plain(value: Any) -> Any:
    """Return ``value`` as plain data: tensors on the CPU, dicts, lists, tuples, numbers, strings.

    Only plain data can be read with ``torch.load(..., weights_only=True)``, which executes nothing
    from the file.

    Raises:
        TypeError: ``value`` holds something else.

    Examples:
        >>> to_plain({'a': np.float64(0.5), 'b': (1, None)})
        {'a': 0.5, 'b': (1, None)}
    """
    if isinstance(value, torch.Tensor):
        return value.detach().cpu()
    if isinstance(value, np.ndarray):
        return torch.from_numpy(value.copy())
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return {to_plain(k): to_plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        items = [to_plain(v) for v in value]
        return items if isinstance(value, list) else tuple(items)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f'a checkpoint holds plain data only, got a {type(value).__name__}: {value!r}')


def save_checkpoint(checkpoint: dict, path: Path) -> None:
    """Write a checkpoint atomically as plain data.

    Raises:
        OSError: the file cannot be written.
        TypeError: the checkpoint holds something that is not plain data.
    """
    plain = to_plain(checkpoint)
    write_atomically(path, lambda file: torch.save(plain, file))


def load_checkpoint(path: Path) -> dict:
    """Read a checkpoint of this package; nothing from the file is executed.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is truncated, not a checkpoint, or holds more than plain data.
    """
    checkpoint = read_plain(path)
    if not isinstance(checkpoint, dict) or 'state_dict' not in checkpoint:
        raise ValueError(f'{path} is not a checkpoint of this package: it has no state_dict')
    return checkpoint


def read_plain(path: str | Path) -> Any:
    """Return the plain data that a file of PyTorch holds; nothing from the file is executed.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is truncated, not one of PyTorch, or holds more than plain data.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f'there is no checkpoint {path}')
    try:
        return torch.load(path, map_location='cpu', weights_only=True)
    except Exception as error:  # torch raises many types for a damaged file
        raise ValueError(
            f'{path} cannot be read as a checkpoint: it is truncated, or no checkpoint, or not '
            'made of plain data. Give one that a run of this package wrote'
        ) from error


def resumable_checkpoints(work_dir: Path) -> list[Path]:
    """Return the checkpoints that a run can resume from, newest first."""
    work_dir = Path(work_dir)
    found = [p for p in work_dir.glob('*.pth') if re.fullmatch(r'(epoch|iter)_\d+', p.stem)]
    found.sort(key=lambda p: (p.stat().st_mtime_ns, int(p.stem.split('_')[1])), reverse=True)
    pointer = work_dir / LATEST
    if pointer.is_file():
        # Only the name counts, so that a work directory can be moved.
        latest = work_dir / Path(pointer.read_text().strip()).name
        found.sort(key=lambda p: p != latest)
    return found


def check_no_other_run(work_dir: str | Path) -> None:
    """Check that a new training may begin in a folder.

    Raises:
        ValueError: the folder holds checkpoints to resume from.
    """
    if resumable_checkpoints(Path(work_dir)):
        raise ValueError(
            f'{work_dir} holds checkpoints of another run: resume it with --resume, '
            'or choose another --work-dir, or remove them'
        )


def load_latest(work_dir: Path) -> tuple[Path, dict] | None:
    """Read the newest checkpoint of ``work_dir`` that is whole; damaged ones give a warning."""
    for path in resumable_checkpoints(work_dir):
        try:
            return path, load_checkpoint(path)
        except ValueError as error:
            print_log(f'{error}; trying the one before.', logger='current', level=30)
    return None
