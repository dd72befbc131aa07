"""Stop training when the discriminator has collapsed."""

from __future__ import annotations

import os
import shutil
from collections import deque
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from mmengine.dist import all_reduce, is_main_process

from mmrestore.engine.checkpoint import load_checkpoint, resumable_checkpoints
from mmrestore.engine.delayed_scalars import DelayedScalars, Values
from mmrestore.engine.hooks.base import Hook
from mmrestore.engine.resume import begin_again
from mmrestore.registry import HOOKS

if TYPE_CHECKING:
    from mmrestore.engine.runner import Runner

KEPT = 'before_collapse_'
RECOVERED = 10  # times the floor, so that a loss that stays around it does not count as new


@HOOKS.register_module()
class DiscriminatorCollapseHook(Hook):
    """Stop when the loss of the discriminator stays near zero, and keep a checkpoint from before.

    A discriminator that is always right gives no useful gradient. All losses of ``AdversarialLoss``
    are then about 0; at chance level they are 2 log 2 = 1.39 (vanilla and relativistic), 0.25
    (least squares) or 2 (hinge). Non-finite losses are left to ``FiniteLossHook``.

    The median of the last losses decides, so that a few batches with large losses do not hide a
    collapse. When it falls below the floor, the
    newest checkpoint that is older than these losses, or else the oldest that there is, is kept as
    ``before_collapse_*.pth`` (a link, which takes no space); it is removed again if the median
    rises above 10 times the floor.

    Args:
        floor: medians below it count as collapsed.
        patience: iterations without such a recovery after which the run stops.
        window: number of losses of which the median is taken.
        loss: name of the loss.

    Raises:
        ValueError: ``patience`` or ``window`` is below 1; in training, if there is no such loss.
        RuntimeError: in training, when the loss has collapsed; names it, the checkpoint and how to
            begin again from there.
    """

    priority = 'ABOVE_NORMAL'  # before the iteration is saved

    def __init__(
        self,
        *,
        floor: float = 1e-3,
        patience: int = 500,
        window: int = 100,
        loss: str = 'loss_discriminator',
    ) -> None:
        if patience < 1 or window < 1:
            raise ValueError(
                f'patience and window must be at least 1 iteration, got {patience} and {window}'
            )
        self.floor = floor
        self.patience = patience
        self.window = window
        self.loss = loss
        self.last: deque[float] = deque(maxlen=window)
        self.since = -1  # iteration from which on the loss counts as collapsed
        self._losses = DelayedScalars()

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: dict | None = None
    ) -> None:
        """Look at the loss of the iteration and those before."""
        if not outputs:  # a skipped iteration
            return
        if self.loss not in outputs:
            raise ValueError(
                f'DiscriminatorCollapseHook watches {self.loss!r}, but training gives '
                f'{", ".join(outputs)}: use it with a GANRestorer'
            )
        loss = outputs[self.loss].detach().double()
        all_reduce(loss, op='mean')  # so that all processes stop together
        self._losses.listeners = [partial(self._check, runner)]
        self._losses.put(runner.iter, [(self.loss, loss)])

    def _check(self, runner: Runner, iteration: int, values: Values) -> None:
        self.last.append(values[0][1])
        if len(self.last) < self.window:
            return
        typical = median(self.last)
        if self.since < 0 and typical < self.floor:
            self.since = iteration
            self._keep(runner, iteration)
        elif self.since >= 0 and typical > RECOVERED * self.floor:
            self.since = -1
            _remove_kept(runner.work_dir)
        if self.since >= 0 and iteration - self.since + 1 >= self.patience:
            kept = next(Path(runner.work_dir).glob(f'{KEPT}*.pth'), None)
            rate = 'optim_wrapper.discriminator.optimizer.lr'
            raise RuntimeError(
                f'{self.loss} collapsed: since iteration {self.since + 1} the median of '
                f'{self.window} iterations is near zero, now {typical:.1e}; the discriminator '
                'tells restored from clean images without fail and guides no more. Lower its '
                f'learning rate or take a smaller one{begin_again(kept, rate)}'
            )

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Keep the state with the checkpoint."""
        self._losses.flush()
        checkpoint['discriminator_collapse'] = {'since': self.since, 'last': list(self.last)}

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Take up the state of the checkpoint."""
        state = checkpoint.get('discriminator_collapse', {})
        self.since = state.get('since', -1)
        self.last = deque(state.get('last', ()), self.window)

    def _keep(self, runner: Runner, iteration: int) -> None:
        _remove_kept(runner.work_dir)
        checkpoints = resumable_checkpoints(runner.work_dir)
        if not checkpoints or not is_main_process():
            return
        begin = iteration + 1 - self.window
        older = (p for p in checkpoints if load_checkpoint(p)['meta']['iter'] <= begin)
        checkpoint = next(older, checkpoints[-1])
        kept = checkpoint.with_name(f'{KEPT}{checkpoint.name}')
        try:
            os.link(checkpoint, kept)
        except OSError:  # a file system without links
            shutil.copyfile(checkpoint, kept)


def _remove_kept(work_dir: str) -> None:
    if is_main_process():
        for path in Path(work_dir).glob(f'{KEPT}*.pth'):
            path.unlink()
