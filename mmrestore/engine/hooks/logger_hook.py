"""Log the training: an early first line, then one line per interval."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mmengine.hooks import LoggerHook as _LoggerHook

from mmrestore.registry import HOOKS

if TYPE_CHECKING:
    from mmrestore.engine.runner import Runner

FIRST_ITERATIONS = 10
FIRST_SECONDS = 10.0
POSITION = ('epoch', 'iter')


def training_line(values: Mapping[str, float], *, eta_s: float | None) -> str:
    """Return the logged values of a training in one line.

    Args:
        values: by name; losses come first. Left out are a single loss term, which is the loss, the
            learning rate of the start, and a wait for data below a tenth of the time.
        eta_s: seconds that are left.

    Examples:
        >>> values = dict(lr=0.002, time=0.67491, loss=0.20834, loss_pixel=0.20834, memory=1170.7)
        >>> training_line(values, eta_s=148.2)
        'loss: 0.2083  lr: 2.00e-03  eta: 0:02:28  time: 0.675  memory: 1171'
    """
    terms = [name for name in values if name.startswith('loss_')]
    repeated = terms if len(terms) == 1 and values[terms[0]] == values.get('loss') else []
    waited = values.get('data_time', 0) >= 0.1 * values.get('time', 0)
    hidden = (*POSITION, *repeated, *(() if waited else ('data_time',)))
    shown = {k: v for k, v in values.items() if k not in hidden and not k.endswith('base_lr')}
    losses = [name for name in shown if 'loss' in name]
    rates = [name for name in shown if name.endswith('lr')]
    others = [name for name in shown if name not in (*losses, *rates)]
    losses.sort(key=lambda name: name != 'loss')
    others.sort(key=lambda name: name != 'time')
    words = [f'{name}: {_loss(shown[name])}' for name in losses]
    words += [f'{name}: {shown[name]:.2e}' for name in rates]
    words += [f'eta: {timedelta(seconds=int(eta_s))}'] if eta_s is not None else []
    words += [f'{name}: {_short(shown[name])}' for name in others]
    return '  '.join(words)


@HOOKS.register_module()
class LoggerHook(_LoggerHook):
    """MMEngine's hook with an early first line and shorter lines of training.

    The first line comes after ten iterations or ten seconds of a start, whichever is first. It is
    not among the scalars of the visualizer, whose steps stay those of ``interval``. The arguments
    are those of MMEngine's hook; ``interval_exp_name`` has no effect.
    """

    def before_train(self, runner: Runner) -> None:
        """Note when and where the training begins."""
        self._begin = (time.monotonic(), runner.iter)
        self._has_logged = False

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: dict | None = None
    ) -> None:
        """Log at every interval, and early the first time."""
        due = self._is_due(runner, batch_idx)
        if not due and (self._has_logged or not self._is_early_enough(runner)):
            return
        self._has_logged = True
        runner.scalars.flush()
        tag, _ = runner.log_processor.get_log_after_iter(runner, batch_idx, 'train')
        eta_s = runner.message_hub.runtime_info.get('eta')
        runner.logger.info('%s  %s', _place(runner, batch_idx), training_line(tag, eta_s=eta_s))
        if due:
            runner.visualizer.add_scalars(tag, step=runner.iter + 1, file_path=self.json_log_path)

    def _is_early_enough(self, runner: Runner) -> bool:
        start, first = self._begin
        done = runner.iter + 1 - first
        return done >= FIRST_ITERATIONS or time.monotonic() - start >= FIRST_SECONDS

    def _is_due(self, runner: Runner, batch_idx: int) -> bool:
        """Return whether MMEngine's hook would log."""
        loader = runner.train_dataloader
        return self.every_n_inner_iters(batch_idx, self.interval) or (
            self.end_of_epoch(loader, batch_idx)
            and (not self.ignore_last or len(loader) <= self.interval)
        )


def _place(runner: Runner, batch_idx: int) -> str:
    if not runner.log_processor.by_epoch:
        width = len(str(runner.max_iters))
        return f'Iter(train) [{runner.iter + 1:{width}}/{runner.max_iters}]'
    steps = len(runner.train_dataloader)
    return f'Epoch(train) [{runner.epoch + 1}][{batch_idx + 1:{len(str(steps))}}/{steps}]'


def _loss(value: float) -> str:
    return f'{value:.4f}' if abs(value) >= 0.01 else f'{value:.3g}'


def _short(value: float) -> str:
    return f'{value:.0f}' if abs(value) >= 100 else f'{value:.3g}'
