"""Stop or skip at a loss that is not finite."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from mmengine.optim import OptimWrapperDict

from mmrestore.engine.checkpoint import resumable_checkpoints, save_checkpoint
from mmrestore.engine.delayed_scalars import Values
from mmrestore.engine.hooks.base import Hook
from mmrestore.engine.optim_wrappers import OptimWrapper, wrappers_of
from mmrestore.engine.resume import begin_again
from mmrestore.registry import HOOKS

if TYPE_CHECKING:
    from mmrestore.engine.runner import Runner

FOLDER = 'non_finite'
MOST_FILES = 10


@HOOKS.register_module()
class FiniteLossHook(Hook):
    """Stop at a loss that is not finite before anything of it is saved, or skip its update.

    On a GPU the losses of an iteration are read while the next one is computed, see
    :class:`~mmrestore.engine.delayed_scalars.DelayedScalars`; to skip an update its loss must be
    waited for, which costs some time.

    A skipped iteration leaves weights, running statistics and optimizer as they are, logs no losses
    and counts as an iteration: of a step of accumulated gradients the rest is used. Several
    processes skip together. The batch is written to ``non_finite/iter_N.pth`` of the work directory
    in both cases, as the network got it: ``inputs``, ``data_samples`` (targets ``gt_img``),
    ``paths``, ``losses``; ``torch.load(..., weights_only=True)`` reads it. There are at most ten.

    Args:
        skip: how many iterations in a row may be skipped; 0 stops at the first.

    Raises:
        ValueError: ``skip`` is negative; at the start of training, if an optimizer wrapper of
            another package cannot skip.
        FloatingPointError: names the loss and the checkpoint to go back to, and how.
    """

    priority = 5  # before the hooks that log, average or schedule by what an iteration gave

    def __init__(self, *, skip: int = 0) -> None:
        if skip < 0:
            raise ValueError(f'skip must be at least 0, got {skip}')
        self.skip = skip
        self.state = {'in_a_row': 0, 'skipped': 0}
        self._batch: Any = None
        self._kept: dict[int, tuple[Any, set[str]]] = {}  # batch and losses of an iteration
        self._buffers: dict[str, torch.Tensor] = {}
        self._handle: Any = None

    def before_train(self, runner: Runner) -> None:
        """Let optimizers skip if that is wanted, and watch what the network gets."""

        def keep(module: Any, arguments: Any, batch: Any) -> None:
            self._batch = batch

        def check(iteration: int, values: Values) -> None:
            batch, names = self._kept.pop(iteration, (None, set()))
            losses = {name: value for name, value in values if name in names}
            if (broken := _not_finite(losses)) is not None:
                place = _keep_batch(runner, batch, losses, iteration)
                raise _error(runner, f'{broken} is {losses[broken]}', iteration, place)

        self._handle = runner.network.data_preprocessor.register_forward_hook(keep)
        if not self.skip:
            runner.scalars.listeners.append(check)
            return
        for wrapper in wrappers_of(runner.optim_wrapper):
            if not isinstance(wrapper, OptimWrapper):
                raise ValueError(
                    f'FiniteLossHook(skip={self.skip}) needs an OptimWrapper or AmpOptimWrapper '
                    f'of mmrestore, got {type(wrapper).__name__}: use one of them, or skip=0'
                )
            wrapper.skips_non_finite = True

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:
        """Keep the running statistics, which a batch that is not finite spoils."""
        if self.skip:
            saved = runner.network.state_dict().keys()
            buffers = runner.network.named_buffers()
            self._buffers = {name: value.clone() for name, value in buffers if name in saved}

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: dict | None = None
    ) -> None:
        """Check every loss of the iteration, or keep its batch until its losses are received."""
        batch, self._batch = self._batch, None
        outputs = {} if outputs is None else outputs
        if self.skip:
            self._check_now(runner, batch, outputs)
        else:
            self._kept[runner.iter] = batch, set(outputs)

    def _check_now(self, runner: Runner, batch: Any, outputs: dict) -> None:
        losses = {name: value.item() for name, value in outputs.items()}
        broken = _not_finite(losses)
        wrappers = wrappers_of(runner.optim_wrapper)
        skipped = any(isinstance(each, OptimWrapper) and each.has_skipped for each in wrappers)
        if broken is None and not skipped:
            self.state['in_a_row'] = 0
            return
        what, place = 'the loss of another process is not finite', ''
        if broken is not None:
            what = f'{broken} is {losses[broken]}'
            place = _keep_batch(runner, batch, losses, runner.iter)
        if skipped:
            self.state['in_a_row'] += 1
        if not skipped or self.state['in_a_row'] > self.skip:
            row = f', {self.skip} before it were skipped' if skipped else ''
            raise _error(runner, what, runner.iter, f'{row}{place}')
        self.state['skipped'] += 1
        for wrapper in wrappers:
            wrapper.has_skipped = False
        for name, value in self._buffers.items():
            runner.network.get_buffer(name).copy_(value)
        outputs.clear()  # there is nothing to log, average or schedule by
        # MMEngine drops a warning whose text without arguments came before.
        runner.logger.warning(f'{what}: iteration {runner.iter + 1} is skipped{place}')

    def after_train(self, runner: Runner) -> None:
        """Log how many iterations were skipped."""
        self._handle.remove()
        if self.state['skipped']:
            runner.logger.warning(
                '%d iterations were skipped, whose losses were not finite', self.state['skipped']
            )

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Keep the counts with the checkpoint."""
        if self.skip:
            checkpoint['finite_loss'] = dict(self.state)

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Take up the counts of the checkpoint."""
        self.state.update(checkpoint.get('finite_loss', {}))


def _not_finite(losses: Mapping[str, float]) -> str | None:
    """Return the name of the first loss that is not finite."""
    return next((name for name, value in losses.items() if not math.isfinite(value)), None)


def _error(runner: Runner, what: str, iteration: int, details: str) -> FloatingPointError:
    last = next(iter(resumable_checkpoints(runner.work_dir)), None)
    return FloatingPointError(
        f'{what} at iteration {iteration + 1}{details}: lower the learning rate, clip gradients or '
        f'train in float32{begin_again(last, *_rates(runner))}'
    )


def _keep_batch(
    runner: Runner, batch: Mapping | None, losses: Mapping[str, float], iteration: int
) -> str:
    """Write a batch for inspection; return where, as a part of a message."""
    folder = Path(runner.work_dir, FOLDER)
    rank = f'_rank{runner.rank}' if runner.rank else ''
    path = folder / f'iter_{iteration + 1}{rank}.pth'
    if batch is None or len(list(folder.glob('*.pth'))) >= MOST_FILES:
        return ''
    samples = batch['data_samples']
    content = {
        'inputs': batch['inputs'],
        'data_samples': dict(samples.items()),
        'paths': samples.get('path', []),
        'losses': losses,
        'iteration': iteration + 1,
    }
    try:
        save_checkpoint(content, path)
    except OSError as error:  # what stops the run is the loss
        return f' ({error})'
    return f' (the batch is in {path})'


def _rates(runner: Runner) -> list[str]:
    """Return the settings that are the learning rates of a run."""
    separate = isinstance(runner.optim_wrapper, OptimWrapperDict)
    parts = [f'{part}.' for part, _ in runner.optim_wrapper.items()] if separate else ['']
    return [f'optim_wrapper.{part}optimizer.lr' for part in parts]
