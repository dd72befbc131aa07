"""Whether a run can go on from a checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmengine.hooks import EMAHook

from mmrestore.models.weights import key_differences

if TYPE_CHECKING:
    from mmrestore.engine.runner import Runner

# What of a scheduler's state is progress. The rest is configuration and must not have changed, but
# for its end, which moves with the length of the training (a curve that depends on it says so in
# settings of its own).
PROGRESS = (
    *('last_step', '_global_step', '_last_value', 'base_values'),
    *('best', 'num_bad_epochs', 'cooldown_counter'),
)
NO_SETTINGS = (*PROGRESS, 'end', 'verbose')


def check_resumable(runner: Runner, path: Path, checkpoint: dict) -> None:
    """Check that going on from ``checkpoint`` gives what an uninterrupted run gives.

    Raises:
        ValueError: the checkpoint is of another network, batch, data set, schedule or optimizer.
    """
    differences = key_differences(runner.network.state_dict(), checkpoint['state_dict'])
    if differences:
        raise ValueError(
            f'{path} is a checkpoint of another network. {differences}. Use the config with which '
            'it was trained'
        )
    if 'ema_state_dict' in checkpoint and not any(isinstance(h, EMAHook) for h in runner.hooks):
        raise ValueError(
            f'{path} was written by a run that averages weights: keep its EMAHook in custom_hooks, '
            f'or start a new run with {new_run(path)}'
        )
    meta = checkpoint['meta']
    facts = {
        'samples_per_step': (runner.samples_per_step, 'images a step over all processes'),
        'steps_per_epoch': (len(runner.train_dataloader), 'steps an epoch'),
    }
    for key, (now, what) in facts.items():
        if meta[key] != now:
            raise ValueError(
                f'{path} was written by a run with {meta[key]} {what}, this one has {now}: resume '
                'with the same data and the same images a step'
            )
    schedulers = [scheduler.state_dict() for scheduler in all_schedulers(runner.param_schedulers)]
    if list(map(_settings, schedulers)) != list(map(_settings, checkpoint['param_schedulers'])):
        raise ValueError(
            f'{path} was written with another learning-rate schedule: resume with that one, or '
            f'start a new run from its weights with {new_run(path)}'
        )
    parts, old_parts = map(_by_part, (runner.optim_wrapper.state_dict(), checkpoint['optimizer']))
    if parts.keys() != old_parts.keys():
        raise ValueError(
            f'{path} was written with optimizers of {", ".join(old_parts)}, this run has those '
            f'of {", ".join(parts)}: use the config with which it was trained'
        )
    changes = [change for part in parts for change in _changes(parts[part], old_parts[part])]
    if changes:
        raise ValueError(
            f'{path} was written with other settings of the optimizer: {", ".join(changes)}. '
            f'Resume with the same, or start a new run with {new_run(path)}'
        )


def new_run(checkpoint: Path, *settings: str) -> str:
    """Return the options of a training that begins with the network of a checkpoint.

    Args:
        checkpoint: whose network.
        settings: dotted keys of settings that are to be chosen.

    Examples:
        >>> new_run(Path('iter_5.pth'), 'optim_wrapper.optimizer.lr')
        '--work-dir NEW --cfg-options load_from=iter_5.pth optim_wrapper.optimizer.lr=...'
    """
    chosen = ''.join(f' {key}=...' for key in settings)
    return f'--work-dir NEW --cfg-options load_from={checkpoint}{chosen}'


def begin_again(checkpoint: Path | None, *settings: str) -> str:
    """Return the end of a message of a failed training: the command of one that goes on from there.

    Args:
        checkpoint: the last good one; None if there is none.
        settings: dotted keys of settings that are to be chosen.

    Examples:
        >>> begin_again(None)
        '. No checkpoint had been written before: begin anew'
    """
    if checkpoint is None:
        return '. No checkpoint had been written before: begin anew'
    return (
        ', in a new run from the last good checkpoint, in which all but the network begins anew: '
        f'mmrestore train CONFIG {new_run(checkpoint, *settings)}'
    )


def all_schedulers(schedulers: Any) -> list[Any]:
    """Return the schedulers of all optimizers, of several by the names of their parts.

    Examples:
        >>> all_schedulers({'b': ['b1', 'b2'], 'a': ['a1']}), all_schedulers(None)
        (['a1', 'b1', 'b2'], [])
    """
    if isinstance(schedulers, Mapping):
        return [scheduler for _, each in sorted(schedulers.items()) for scheduler in each]
    return list(schedulers or [])


def _by_part(state: dict) -> dict[str, dict]:
    """Return the states of optimizers by the names of their parts; one of all has its own."""
    return {'the whole model': state} if 'param_groups' in state else state


def _changes(now: dict, then: dict) -> list[str]:
    """Return what differs in the settings of two states of an optimizer, in words."""
    changes = []
    for group, old in zip(now['param_groups'], then['param_groups'], strict=True):
        # With a schedule the learning rate is progress; the one of the start is initial_lr.
        settings = [k for k in old if k != 'params' and (k != 'lr' or 'initial_lr' not in old)]
        changes += [f'{k} was {old[k]}' for k in settings if group.get(k) != old[k]]
    return changes


def _settings(scheduler_state: dict) -> dict:
    return {
        key: dict(value) if key == 'milestones' else value
        for key, value in scheduler_state.items()
        if key not in NO_SETTINGS
    }
