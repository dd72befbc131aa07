"""Restore a benchmark without public targets, resumable per image."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from mmengine.config import Config
from mmengine.utils import track_iter_progress
from torch import nn

from mmrestore.apis.inference import init_restorer, restore
from mmrestore.apis.networks import open_network_config
from mmrestore.config import config_text
from mmrestore.files import read_json, write_text

RECORD = 'made_with.json'


class Timing(NamedTuple):
    """Total restoration time over all runs: seconds and pixels."""

    seconds: float
    pixels: int

    @property
    def seconds_per_megapixel(self) -> float:
        """Seconds for a million pixels."""
        return self.seconds / max(self.pixels, 1) * 1e6


def fingerprint(config: Config, checkpoint: str | Path | None) -> str:
    """Return a digest of the network, as the config describes it, and of its weights.

    Raises:
        FileNotFoundError: there is no such checkpoint.

    Examples:
        >>> fingerprint(Config(dict(model=dict(type='Restorer'))), None)
        'def404f97bea'
    """
    digest = hashlib.sha256(config_text(Config({'model': config.model})).encode())
    if checkpoint is not None:
        digest.update(Path(checkpoint).read_bytes())
    return digest.hexdigest()[:12]


def load_network(
    config: str | Path | Config,
    checkpoint: str | Path | None = None,
    *,
    overrides: Mapping[str, Any] | Sequence[str] | None = None,
    strategies: Sequence[str | Path] = (),
    device: str | None = None,
) -> tuple[nn.Module, str]:
    """Return the restorer of a config and the fingerprint of its config and weights.

    Args:
        config: file, name or settings of one network; see ``mmrestore.config.open_config``.
        checkpoint: its weights; None for a network that has none.
        overrides: settings that override the config.
        strategies: training strategies that are merged into the config.
        device: where it runs; a GPU if there is one by default.

    Raises:
        FileNotFoundError: there is no such config or checkpoint.
        ValueError: the weights are of another network, or left out although there are some.
    """
    opened = open_network_config(config, overrides, strategies)
    restorer = init_restorer(opened, checkpoint, device=device)
    if checkpoint is None and any(True for _ in restorer.parameters()):
        name = opened.filename or 'the config'
        raise ValueError(f'{name} describes a network with weights: give a checkpoint')
    return restorer, fingerprint(opened, checkpoint)


def restore_parts(
    restorer: nn.Module,
    parts: Mapping[Path, Callable[[], np.ndarray]],
    folder: str | Path,
    *,
    made_with: str,
    write: Callable[[Path, np.ndarray], None],
) -> Timing:
    """Restore images into files of a folder; those that are there already are left alone.

    Args:
        restorer: made by ``init_restorer``.
        parts: what gives each image (H, W, C), by the file to which it is restored.
        folder: where it is recorded what the files were made with.
        made_with: the ``fingerprint`` of the network.
        write: writes one restored image atomically.

    Raises:
        ValueError: files in the folder were made with another network.
    """
    record = Path(folder, RECORD)
    known = read_json(record)
    if known.get('made_with', made_with) != made_with:
        raise ValueError(
            f'{folder} holds results of another config or checkpoint: choose another folder, or '
            'remove this one'
        )
    timing = Timing(known.get('seconds', 0.0), known.get('pixels', 0))
    for file in _missing(parts):
        image = parts[file]()
        start = time.perf_counter()
        restored = restore(restorer, image)
        spent = time.perf_counter() - start
        write(file, restored)
        timing = Timing(timing.seconds + spent, timing.pixels + image.shape[0] * image.shape[1])
        write_text(record, json.dumps({'made_with': made_with, **timing._asdict()}))
    return timing


def _missing(parts: Mapping[Path, Callable[[], np.ndarray]]) -> Iterator[Path]:
    missing = [file for file in parts if not file.is_file()]
    return iter(track_iter_progress(missing)) if missing else iter(())
