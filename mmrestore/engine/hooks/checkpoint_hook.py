"""When checkpoints are written and which are kept."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmengine.dist import is_main_process
from mmengine.runner import BaseLoop

from mmrestore.engine.checkpoint import LATEST, check_no_other_run, resumable_checkpoints
from mmrestore.engine.hooks.base import Hook, Training, training_of
from mmrestore.engine.optim_wrappers import average_gradients, is_accumulating
from mmrestore.engine.summary import shown_path
from mmrestore.engine.validations import VALIDATIONS, read_validations, update_validations
from mmrestore.files import TEMPORARY, write_text
from mmrestore.registry import HOOKS, suggest

if TYPE_CHECKING:
    from mmrestore.engine.runner import Runner

MOST_NAMED = 8  # figures in a message


@HOOKS.register_module()
class CheckpointHook(Hook):
    """Write checkpoints at intervals, before every validation, at the end and when stopped.

    SIGTERM and Ctrl-C stop a training; see ``StopSignals``.

    An old checkpoint is removed only after the new one stands. The best weights by each of the
    chosen metrics are kept in files of their own.

    Args:
        interval: epochs, or iterations, between two checkpoints.
        by_epoch: whether ``interval`` counts epochs.
        max_keep_ckpts: how many checkpoints to resume from are kept; at least 1.
        save_best: key of a metric such as ``kodak24/PSNR``, or several; ``auto`` for the first that
            a validation gives of the restored images; None for none.

    Raises:
        ValueError: a number is below 1; at the start of training, if ``save_best`` names a metric
            that the evaluator does not have, if the loop counts iterations and this hook epochs, or
            if the work directory holds checkpoints of another run.
    """

    priority = 'VERY_LOW'

    def __init__(
        self,
        *,
        interval: int = 1,
        by_epoch: bool = True,
        max_keep_ckpts: int = 2,
        save_best: str | Sequence[str] | None = None,
    ) -> None:
        if interval < 1 or max_keep_ckpts < 1:
            raise ValueError(
                f'interval and max_keep_ckpts must be at least 1, got {interval}, {max_keep_ckpts}'
            )
        self.interval = interval
        self.by_epoch = by_epoch
        self.max_keep = max_keep_ckpts
        self.save_best = [save_best] if isinstance(save_best, str) else list(save_best or ())
        self._saved_at = (-1, -1)

    def before_train(self, runner: Runner) -> None:
        """Clear what a killed run left half-written, check the space, heed signals."""
        self.check(training_of(runner))
        if not runner.resumed:
            check_no_other_run(runner.work_dir)
        self._saved_at = (runner.epoch, runner.iter) if runner.resumed else (-1, -1)
        runner.stop.listen()
        if not is_main_process():
            return
        for leftover in Path(runner.work_dir).glob(f'*{TEMPORARY}'):
            leftover.unlink()
        if not runner.resumed:
            (Path(runner.work_dir) / VALIDATIONS).unlink(missing_ok=True)
        self._check_space(runner)

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: dict | None = None
    ) -> None:
        """Save after iteration ``runner.iter + 1`` where that is due."""
        done = runner.iter + 1
        # Of several processes this one alone is told to stop, and cannot average gradients alone.
        if runner.stop.received and not (
            runner.distributed and is_accumulating(runner.optim_wrapper)
        ):
            self._save(runner, f'iter_{done}.pth', runner.epoch, done)
            self._exit(runner)
        last = done == runner.max_iters
        if not self.by_epoch and (done % self.interval == 0 or last):
            self._save(runner, f'iter_{done}.pth', runner.epoch, done)

    def after_train_epoch(self, runner: Runner) -> None:
        """Save after epoch ``runner.epoch + 1`` where that is due."""
        done = runner.epoch + 1
        if self.by_epoch and (done % self.interval == 0 or done == runner.max_epochs):
            self._save(runner, f'epoch_{done}.pth', done, runner.iter)

    def before_val(self, runner: Runner) -> None:
        """Save what has been trained, so that a crash in validation loses nothing."""
        if _in_training(runner):
            name = f'epoch_{runner.epoch}' if self.by_epoch else f'iter_{runner.iter}'
            self._save(runner, f'{name}.pth', runner.epoch, runner.iter)

    def after_val_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: dict | None = None
    ) -> None:
        """Leave a validation when told to stop; the checkpoint was written before it."""
        if _in_training(runner) and runner.stop.received:
            self._exit(runner)

    def after_val_epoch(self, runner: Runner, metrics: dict | None = None) -> None:
        """Keep the weights that are best by any of the chosen metrics."""
        if not _in_training(runner) or not is_main_process():
            return
        # A run resumed from an earlier checkpoint forgets what came after it.
        known = read_validations(runner.work_dir).get('best', {})
        best = {key: kept for key, kept in known.items() if kept['iter'] <= runner.iter}
        for key in self._best_keys(runner, metrics or {}):
            best[key] = self._keep_if_best(runner, key, metrics or {}, best.get(key))
        figures = _numbers(metrics)
        update_validations(runner.work_dir, last=runner.iter, metrics=figures, best=best)

    def _best_keys(self, runner: Runner, metrics: dict) -> list[str]:
        if self.save_best != ['auto']:
            return self.save_best
        known = {key: _metrics(runner).get(key.rsplit('/', 1)[-1]) for key in metrics}
        # Any MMEngine metric may be configured; ours say whether they measure the inputs.
        return [key for key, metric in known.items() if getattr(metric, 'of', '') != 'input'][:1]

    def _keep_if_best(self, runner: Runner, key: str, metrics: dict, best: dict | None) -> dict:
        if key not in metrics:
            raise ValueError(f'save_best={key!r}, but validation gives {", ".join(metrics)}')
        score = float(metrics[key])
        metric = _metrics(runner).get(key.rsplit('/', 1)[-1])
        # Any MMEngine metric may be configured; most of them are better when higher.
        sign = 1 if getattr(metric, 'higher_is_better', True) else -1
        if best is not None and not sign * score > sign * best['score']:
            return best
        name = f'best_{key.replace("/", "_")}_{_step(runner, self.by_epoch)}.pth'
        runner.save_checkpoint(
            runner.work_dir, name, epoch=runner.epoch, iteration=runner.iter, weights_only=True
        )
        if best is not None and best['file'] != name:
            (Path(runner.work_dir) / best['file']).unlink(missing_ok=True)
        runner.logger.info('best %s so far: %.4f, kept as %s', key, score, name)
        figures = _numbers(metrics)
        return {'score': score, 'file': name, 'iter': runner.iter, 'metrics': figures}

    def _save(self, runner: Runner, name: str, epoch: int, iteration: int) -> None:
        if self._saved_at == (epoch, iteration):
            return
        self._saved_at = (epoch, iteration)
        if is_accumulating(runner.optim_wrapper):
            # All processes go on from the gradients that are saved, and so does a resumed run.
            average_gradients(list(runner.network.parameters()))
        if not is_main_process():
            return
        work_dir = Path(runner.work_dir)
        runner.save_checkpoint(runner.work_dir, name, epoch=epoch, iteration=iteration)
        write_text(work_dir / LATEST, name)
        for old in resumable_checkpoints(work_dir)[self.max_keep :]:
            old.unlink()

    def check(self, training: Training) -> None:
        """Check that there are such steps, and figures by which the best are chosen."""
        if self.by_epoch and not training.counts_epochs:
            raise ValueError(
                'CheckpointHook counts epochs but the loop iterations: base the config on '
                '_base_/iteration_runtime.py or set by_epoch=False and an interval in iterations'
            )
        known = training.scores
        unknown = [key for key in self.save_best if key != 'auto' and key not in (known or [key])]
        if known is not None and unknown:
            more = f' and {len(known) - MOST_NAMED} more' if len(known) > MOST_NAMED else ''
            raise ValueError(
                f'save_best={unknown[0]!r}, but a validation gives no such figure.'
                f'{suggest(unknown[0], known)} It gives: {", ".join(known[:MOST_NAMED])}{more}; '
                'several keys are a list'
            )

    def _check_space(self, runner: Runner) -> None:
        size = sum(t.numel() * t.element_size() for t in runner.network.state_dict().values())
        # Each holds weights, their average, two moments and at times gradients; a new one stands
        # beside the old ones.
        needed = 5 * size * (self.max_keep + 1) + size * len(self.save_best)
        free = shutil.disk_usage(runner.work_dir).free
        if free < needed:
            raise OSError(
                f'{runner.work_dir} has {free / 2**20:.0f} MiB left, checkpoints need '
                f'{needed / 2**20:.0f} MiB: free some space or choose another --work-dir'
            )

    def _exit(self, runner: Runner) -> None:
        runner.logger.info(
            'stopped by %s after iteration %d, saved as %s; the same command with --resume '
            'goes on from there',
            runner.stop.name,
            self._saved_at[1],
            shown_path(resumable_checkpoints(runner.work_dir)[0]),
        )
        runner.stop.end()


def _metrics(runner: Runner) -> dict:
    metrics = runner.val_loop.evaluator.metrics
    # Any MMEngine metric may be configured, not all have a name.
    return {getattr(m, 'name', type(m).__name__): m for m in metrics}


def _numbers(metrics: dict | None) -> dict[str, float]:
    return {key: float(value) for key, value in (metrics or {}).items()}


def _in_training(runner: Runner) -> bool:
    return isinstance(runner._train_loop, BaseLoop)


def _step(runner: Runner, by_epoch: bool) -> str:
    return f'epoch_{runner.epoch}' if by_epoch else f'iter_{runner.iter}'
