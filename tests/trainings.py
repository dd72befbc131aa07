"""Trainings of configs in this process, and what they leave."""

from __future__ import annotations

from pathlib import Path

import torch

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


def assert_same_state(one: dict, two: dict) -> None:
    """Weights, averaged weights, optimizer and schedule are equal bit for bit."""
    for key in ('state_dict', 'ema_state_dict'):
        assert one[key].keys() == two[key].keys()
        for name in one[key]:
            assert torch.equal(one[key][name], two[key][name]), (key, name)
    moments = [c['optimizer']['state'] for c in (one, two)]
    for index in moments[0]:
        for name, value in moments[0][index].items():
            assert torch.equal(value, moments[1][index][name]), (index, name)
    assert one['optimizer']['param_groups'] == two['optimizer']['param_groups']
    assert one['param_schedulers'] == two['param_schedulers']
    assert (one['meta']['epoch'], one['meta']['iter']) == (
        two['meta']['epoch'],
        two['meta']['iter'],
    )
