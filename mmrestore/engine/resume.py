"""Training state in checkpoints: what is saved, checked and restored."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from mmengine.hooks import EMAHook
from mmengine.optim import OptimWrapperDict
from torch import Tensor, nn

from mmrestore.models.key_differences import key_differences

# What of a scheduler's state is progress. The rest is configuration and must not have changed, but
# for its end, which moves with the length of the training (a curve that depends on it says so in
# settings of its own).
PROGRESS = (
    *('last_step', '_global_step', '_last_value', 'base_values'),
    *('best', 'num_bad_epochs', 'cooldown_counter'),
)
KERNELS = ('fused', 'foreach')  # how the step is computed; as in the checkpoint
NO_SETTINGS = (*PROGRESS, 'end', 'verbose')
# Of the facts about the data; a resumed run takes the seed of the checkpoint.
MUST_STAY = {
    'samples_per_step': 'images a step over all processes',
    'steps_per_epoch': 'steps an epoch',
}


class Training(Protocol):
    """Attributes of a runner, beyond MMEngine's, that make its training resumable."""

    resumed: bool

    @property
    def network(self) -> nn.Module:
        """The model without a distributed wrapper."""

    @property
    def samples_per_step(self) -> int:
        """Images of one iteration over all processes."""

    def __getattr__(self, name: str) -> Any:
        """Return what MMEngine's runners have: optimizers, schedulers, data, loops."""


def data_facts(runner: Training) -> dict[str, int]:
    """Return the meta data of a checkpoint that say where in the data a step lies."""
    return {
        'samples_per_step': runner.samples_per_step,
        'steps_per_epoch': len(runner.train_dataloader),
        'seed': runner.seed,
    }


def training_state(runner: Training) -> dict[str, Any]:
    """Return the training state of a checkpoint, without the network."""
    schedulers = all_schedulers(runner.param_schedulers)
    return {
        'optimizer': runner.optim_wrapper.state_dict(),
        'param_schedulers': [scheduler.state_dict() for scheduler in schedulers],
        'gradients': _gradients(runner.network),  # of a step that is not complete
    }


def resume(runner: Training, path: Path, checkpoint: dict) -> None:
    """Restore the state of a training, so that it ends as one that was not interrupted.

    Args:
        runner: runner of the training, built but not yet started.
        path: file of the checkpoint, for messages.
        checkpoint: content of the file.

    Raises:
        ValueError: the checkpoint holds weights only, or does not fit; see ``check_resumable``.
    """
    if 'optimizer' not in checkpoint:
        raise ValueError(
            f'{path} holds weights only and cannot be resumed from: start a new run from it '
            f'with {new_run(path)}'
        )
    check_resumable(runner, path, checkpoint)
    runner.call_hook('after_load_checkpoint', checkpoint=checkpoint)
    runner.network.load_state_dict(checkpoint['state_dict'])
    runner.optim_wrapper.load_state_dict(checkpoint['optimizer'])
    for optimizer in _optimizers(runner.optim_wrapper):
        # `fused` is that of the checkpoint now; only fused steps take scaled gradients.
        fused = any(group.get('fused') for group in optimizer.param_groups)
        optimizer._step_supports_amp_scaling = fused
    for scheduler, state in zip(
        all_schedulers(runner.param_schedulers), checkpoint['param_schedulers'], strict=True
    ):
        scheduler.load_state_dict({k: state[k] for k in PROGRESS if k in state})
    for name, gradient in checkpoint['gradients'].items():
        parameter = runner.network.get_parameter(name)
        parameter.grad = gradient.to(parameter.device)
    meta = checkpoint['meta']
    runner.train_loop._epoch, runner.train_loop._iter = meta['epoch'], meta['iter']
    if meta['seed'] != runner.seed:
        runner.logger.warning('resuming with the seed of the checkpoint, %d', meta['seed'])
        runner._randomness_cfg.update(seed=meta['seed'])
        runner.set_randomness(**runner._randomness_cfg)
        runner.train_dataloader.sampler.seed = meta['seed']
    runner.resumed = True
    runner.logger.info('resumed from %s: epoch %d, iteration %d', path, meta['epoch'], meta['iter'])


def check_resumable(runner: Training, path: Path, checkpoint: dict) -> None:
    """Check that resuming from ``checkpoint`` gives what an uninterrupted run gives.

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
    now, then = data_facts(runner), checkpoint['meta']
    for key, what in MUST_STAY.items():
        if then[key] != now[key]:
            raise ValueError(
                f'{path} was written by a run with {then[key]} {what}, this one has {now[key]}: '
                'resume with the same data and the same images a step'
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
    """Return the end of a message of a failed training: the command that resumes it.

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


def _gradients(network: nn.Module) -> dict[str, Tensor]:
    return {name: p.grad for name, p in network.named_parameters() if p.grad is not None}


def _by_part(state: dict) -> dict[str, dict]:
    """Return the states of optimizers by the names of their parts; one of all has its own."""
    return {'the whole model': state} if 'param_groups' in state else state


def _optimizers(wrapper: Any) -> list[Any]:
    wrappers = wrapper.values() if isinstance(wrapper, OptimWrapperDict) else [wrapper]
    return [each.optimizer for each in wrappers]


def _changes(now: dict, then: dict) -> list[str]:
    """Return what differs in the settings of two states of an optimizer, in words."""
    changes = []
    for group, old in zip(now['param_groups'], then['param_groups'], strict=True):
        # With a schedule the learning rate is progress; the one of the start is initial_lr.
        left_out = {'params', *KERNELS, *(['lr'] if 'initial_lr' in old else [])}
        settings = [k for k in old if k not in left_out]
        changes += [f'{k} was {old[k]}' for k in settings if group.get(k) != old[k]]
    return changes


def _settings(scheduler_state: dict) -> dict:
    return {
        key: dict(value) if key == 'milestones' else value
        for key, value in scheduler_state.items()
        if key not in NO_SETTINGS
    }
