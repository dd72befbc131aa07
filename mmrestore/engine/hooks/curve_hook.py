"""Draw the curves of a run when it ends."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mmengine.dist import is_main_process

from mmrestore.engine.curves import plot, read_run
from mmrestore.engine.hooks.base import Hook
from mmrestore.engine.summary import shown_path
from mmrestore.files import write_atomically
from mmrestore.registry import HOOKS

if TYPE_CHECKING:
    from mmrestore.engine.runner import Runner


@HOOKS.register_module()
class CurveHook(Hook):
    """Draw the loss and all metrics of validation against iterations into ``curves.png``."""

    priority = 'LOWEST'

    def after_train(self, runner: Runner) -> None:
        """Draw everything that the work directory has logged, resumed runs included."""
        if not is_main_process():
            return
        try:
            run = read_run(runner.work_dir)
        except ValueError as error:  # a short run, or one without the local back-end, logs nothing
            runner.logger.info('no curves drawn: %s', error)
            return
        metrics = sorted(key for key in run.curves if '/' in key)
        keys = [key for key in ('loss', *metrics) if key in run.curves]
        if not keys:
            runner.logger.info('no curves drawn: neither losses nor metrics are logged')
            return
        figure = plot({Path(runner.work_dir).name: run}, keys, axis='iteration')
        target = Path(runner.work_dir) / 'curves.png'
        write_atomically(target, lambda file: figure.savefig(file, format='png', dpi=110))
        runner.logger.info('curves drawn: %s', shown_path(target))
