"""Trainings of configs in this process, and what they leave."""

from __future__ import annotations

from pathlib import Path

from mmrestore.engine import Runner
from mmrestore.engine.checkpoint import load_checkpoint


def train(config, name: str) -> dict:
    """Train under a name of its own and return the last checkpoint."""
    config.experiment_name = name
    Runner.from_cfg(config).train()
    return last_checkpoint(config.work_dir)


def last_checkpoint(work_dir) -> dict:
    """Read the newest checkpoint of a work directory."""
    return load_checkpoint(Path(work_dir) / (Path(work_dir) / 'last_checkpoint').read_text())
