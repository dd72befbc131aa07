"""Trainings of configs in this process, and what they leave."""

from __future__ import annotations

from pathlib import Path

from mmrestore.commands import main
from mmrestore.config import config_text
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


def follow(advice: str, config, work_dir: Path, rate: float) -> dict:
    """Train as the command in a message says, for an epoch, and return the last checkpoint."""
    path = work_dir.with_suffix('.py')
    path.write_text(config_text(config))
    command = advice.split('mmrestore ')[1]
    for word, choice in (('CONFIG', path), ('NEW', work_dir), ('...', rate)):
        command = command.replace(word, str(choice))
    main([*command.split(), 'train_cfg.max_epochs=1'])
    return last_checkpoint(work_dir)


def rates_of(checkpoint: dict) -> dict:
    """Return the learning rate of each optimizer by its name."""
    states = checkpoint['optimizer'].items()
    return {name: state['param_groups'][0]['lr'] for name, state in states}
