"""Schedule that switches a batch transform on and off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from mmengine.dist import all_reduce
from torch import Tensor

from mmrestore.engine.hooks.base import Hook, Training, training_of
from mmrestore.engine.hooks.steps import (
    Length,
    check_step,
    counts_epochs,
    current_step,
    in_steps,
)
from mmrestore.registry import HOOKS

if TYPE_CHECKING:
    from mmrestore.engine.runner import Runner


@HOOKS.register_module()
class BatchTransformScheduleHook(Hook):
    """Switch a batch transform on and off in the course of training.

    The transform is on from ``start`` up to, but not including, ``stop``. TRAPS stops pixel
    shuffling at epoch k (paper, equation 5). Two questions that the paper leaves open are options:

    - ``plateau``: stop as soon as the training loss no longer falls. The mean loss of a window of
      ``plateau_window`` steps is compared with the best mean before; after ``plateau`` windows in a
      row without an improvement by the fraction ``min_improvement`` the transform is switched off.
      ``stop`` remains the latest end.
    - ``restart_steps``: after each fall of the learning rate, be on again for so many steps. It is
      meant for rates that fall in steps; under one that falls always it would never be off.

    Args:
        transform: name of the batch transform in the data preprocessor.
        start: first step (epoch or iteration, from 0) at which it is on; as ``stop`` and
            ``restart_steps``, a whole number, or a float above 0 and up to 1: a share of all
            iterations, rounded to at least 1. A hook with a share counts iterations.
        stop: first step at which it is off again; None for never.
        by_epoch: whether whole numbers of steps are epochs instead of iterations.
        plateau: windows without improvement after which it stops; None or 0 to switch this off.
        plateau_window: steps of one window.
        min_improvement: fraction of the best mean loss by which a window must be below it.
        restart_steps: steps of each restart; None or 0 for none.

    Raises:
        ValueError: a number is out of range; at the start of training, if there is no such
            transform, or if the loop counts iterations and this hook epochs.
    """

    priority = 'ABOVE_NORMAL'

    def __init__(
        self,
        transform: str,
        *,
        start: Length = 0,
        stop: Length | None = None,
        by_epoch: bool = True,
        plateau: int | None = None,
        plateau_window: int = 1,
        min_improvement: float = 0.01,
        restart_steps: Length | None = None,
    ) -> None:
        plateau, restart_steps = plateau or 0, restart_steps or 0
        windows = {'plateau_window': plateau_window} if plateau else {}
        lengths: dict[str, Any] = dict(start=start, stop=stop, restart_steps=restart_steps)
        self.by_epoch = counts_epochs(by_epoch, **lengths, **windows)
        same_unit = isinstance(start, float) == isinstance(stop, float) or not start
        if stop is not None and same_unit and stop < start:
            raise ValueError(f'stop must not be before start, got start={start}, stop={stop}')
        if min(start, plateau, restart_steps) < 0 or plateau_window < 1:
            raise ValueError(
                'start, plateau and restart_steps must not be negative and plateau_window must be '
                f'at least 1, got {start}, {plateau}, {restart_steps}, {plateau_window}'
            )
        self.transform = transform
        self.start: Any = start
        self.stop: Any = stop
        self.plateau = plateau
        self.plateau_window = plateau_window
        self.min_improvement = min_improvement
        self.restart_steps: Any = restart_steps
        self.state: dict = {
            'ended_early': False,
            'best': float('inf'),
            'bad_windows': 0,
            'window_step': -1,  # first step of the open window
            'loss_sum': 0.0,
            'loss_count': 0,
            'learning_rate': 0.0,
            'restarted_at': -1,
        }
        self._loss_sum: Tensor | None = None  # of the open window, on the device of the loss

    def check(self, training: Training) -> None:
        """Check that the transform exists, and that there are such steps."""
        check_step(training, self, self.by_epoch)
        preprocessor: Any = training.network.data_preprocessor
        preprocessor.check_name(self.transform)

    def before_train(self, runner: Runner) -> None:
        """Check the training, and turn shares of it into iterations."""
        self.check(training_of(runner))
        for name in ('start', 'stop', 'restart_steps'):
            if isinstance(share := vars(self)[name], float):
                setattr(self, name, in_steps(share, runner.max_iters))

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:
        """Switch the transform on or off for this iteration."""
        step = current_step(runner, self.by_epoch)
        if self.restart_steps:
            rates = runner.optim_wrapper.get_lr()
            rate = rates['lr'] if 'lr' in rates else rates['backbone.lr']
            self._watch_learning_rate(rate[0], step)
        if self.plateau and not self.state['ended_early']:
            self._watch_plateau(step)
        self._switch(runner, self._is_on(step))

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: dict | None = None
    ) -> None:
        """Add the loss to the open window; steps of a discriminator alone have none."""
        losses = outputs or {}
        if self.plateau and not self.state['ended_early'] and 'loss' in losses:
            # Over all processes, so that all switch at one step and one state serves all.
            loss = losses['loss'].detach().double()
            all_reduce(loss, op='mean')
            if self._loss_sum is None:
                self._loss_sum = torch.full_like(loss, self.state['loss_sum'])
            self._loss_sum += loss
            self.state['loss_count'] += 1

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Keep the state with the checkpoint."""
        self._read_loss_sum()
        checkpoint.setdefault('batch_transform_schedules', {})[self.transform] = dict(self.state)

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Take up the state of the checkpoint."""
        saved = checkpoint.get('batch_transform_schedules', {})
        self.state.update(saved.get(self.transform, {}))
        self._loss_sum = None

    def _is_on(self, step: int) -> bool:
        restarted_at = self.state['restarted_at']
        if 0 <= restarted_at <= step < restarted_at + self.restart_steps:
            return True
        ended = self.state['ended_early'] or (self.stop is not None and step >= self.stop)
        return step >= self.start and not ended

    def _switch(self, runner: Runner, on: bool) -> None:
        preprocessor = runner.network.data_preprocessor
        if preprocessor.is_on(self.transform) != on:
            preprocessor.switch(self.transform, on)
            runner.logger.info(
                'batch transform %s is %s from epoch %d, iteration %d',
                *(self.transform, 'on' if on else 'off', runner.epoch + 1, runner.iter + 1),
            )

    def _watch_learning_rate(self, learning_rate: float, step: int) -> None:
        if learning_rate < self.state['learning_rate']:
            self.state['restarted_at'] = step
        self.state['learning_rate'] = learning_rate

    def _watch_plateau(self, step: int) -> None:
        state = self.state
        if step < self.start:
            return
        if state['window_step'] < 0:
            state['window_step'] = step
        if step - state['window_step'] < self.plateau_window or not state['loss_count']:
            return
        self._read_loss_sum()
        mean = state['loss_sum'] / state['loss_count']
        improved = mean < state['best'] * (1 - self.min_improvement)
        state['bad_windows'] = 0 if improved else state['bad_windows'] + 1
        state['best'] = min(state['best'], mean)
        state['ended_early'] = state['bad_windows'] >= self.plateau
        state.update(window_step=step, loss_sum=0.0, loss_count=0)
        self._loss_sum = None

    def _read_loss_sum(self) -> None:
        if self._loss_sum is not None:
            self.state['loss_sum'] = self._loss_sum.item()
