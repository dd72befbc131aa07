"""Weights of an adapted denoiser, stored beside the results."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import torch
from mmengine.config import Config

from mmrestore.apis.denoising.adapt import Training
from mmrestore.apis.denoising.candidates import Candidate
from mmrestore.apis.denoising.results import FOLDER
from mmrestore.apis.exporting.metadata import weights_digest
from mmrestore.config import config_text
from mmrestore.engine.checkpoint import read_plain
from mmrestore.files import write_atomically
from mmrestore.version import __version__

NAME = 'adapted.pth'


class Learned(NamedTuple):
    """Adapted weights and what they took: a state dict of the network, steps and seconds."""

    weights: dict[str, Any]
    steps: int
    seconds: float


def weights_path(output: Path) -> Path:
    """Return the file of the adapted weights of an output folder."""
    return output / FOLDER / NAME


def save_learned(
    output: Path, adapted: Candidate, shipped: Candidate, config: Config, training: Training
) -> Path:
    """Write the weights as a checkpoint that ``mmrestore.load`` takes, and return its path.

    Raises:
        OSError: it cannot be written.
    """
    path = weights_path(output)
    content = {
        'state_dict': adapted.restorer.model.state_dict(),
        'meta': {
            'versions': {'mmrestore': __version__},
            'cfg': config_text({'model': config.model}),
            'denoise': {
                'start': weights_digest(shipped.backbone.state_dict()),
                'steps': training.steps,
                'seconds': training.seconds,
            },
        },
    }
    write_atomically(path, lambda file: torch.save(content, file))
    return path


def read_learned(output: Path, shipped: Candidate) -> Learned | None:
    """Return what an earlier run learned from the same shipped weights, None if nothing."""
    try:
        content = read_plain(weights_path(output))
        facts = content['meta']['denoise']
    except (FileNotFoundError, ValueError, KeyError, TypeError):  # absent, or not of this command
        return None
    if facts['start'] != weights_digest(shipped.backbone.state_dict()):
        return None
    weights = {
        name.removeprefix('backbone.'): tensor
        for name, tensor in content['state_dict'].items()
        if name.startswith('backbone.')
    }
    return Learned(weights, facts['steps'], facts['seconds'])
