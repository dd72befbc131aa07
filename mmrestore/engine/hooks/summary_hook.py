"""The first and the last lines of a training."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from mmengine.dist import is_main_process
from mmengine.optim import OptimWrapperDict
from mmengine.runner import IterBasedTrainLoop

from mmrestore.engine.checkpoint import resumable_checkpoints
from mmrestore.engine.hooks.base import Hook
from mmrestore.engine.summary import Kept, closing_text, shown_path, table
from mmrestore.engine.validations import read_validations, update_validations
from mmrestore.evaluation.base import ImageMetric
from mmrestore.evaluation.input_scores import InputScores
from mmrestore.plugins import of_plugin
from mmrestore.registry import HOOKS

if TYPE_CHECKING:
    from mmrestore.engine.runner import Runner


@HOOKS.register_module()
class SummaryHook(Hook):
    """Log a summary before training, and the checkpoint to use and its commands afterwards.

    The first validation of a start also measures the PSNR of the inputs, by the protocol of each
    PSNR of the evaluator: the last lines say whether the predictions are better.
    """

    priority = 'LOWEST'

    def __init__(self) -> None:
        self._inputs: InputScores | None = None
        self._measured = False

    def before_train(self, runner: Runner) -> None:
        """Log network, data, length and device of the training."""
        self._begin = time.monotonic()
        if runner.val_loop is not None:
            self._inputs = InputScores(runner.val_loop.evaluator.metrics)
        if is_main_process():
            runner.logger.info('%s\n%s', _title(runner), table(_opening(runner)))

    def after_val_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        """Measure the inputs, once."""
        if self._inputs is not None and not self._measured:
            self._inputs.process(data_batch, [sample.to_dict() for sample in outputs])

    def after_val_epoch(self, runner: Runner, metrics: dict | None = None) -> None:
        """Keep what the inputs score."""
        if self._inputs is None or self._measured:
            return
        self._measured = True
        scores = self._inputs.evaluate(len(runner.val_dataloader.dataset))
        if is_main_process():
            name = 'bicubically upscaled input' if self._inputs.upscaled else 'input'
            update_validations(runner.work_dir, input=scores, input_name=name)

    def after_train(self, runner: Runner) -> None:
        """Log which checkpoints there are, how good they are, and how to use one."""
        if not is_main_process():
            return
        record = read_validations(runner.work_dir)
        evaluated = [] if runner.val_loop is None else runner.val_loop.evaluator.metrics
        names = [m.name for m in evaluated if isinstance(m, ImageMetric) and m.gain_over_input]
        imports = (runner.cfg.get('custom_imports') or {}).get('imports', ())
        imports = [imports] if isinstance(imports, str) else imports
        text = closing_text(
            kept=_kept(runner, record),
            inputs=record.get('input', {}),
            gains=[key for key in record.get('metrics', {}) if key.rsplit('/', 1)[-1] in names],
            input_name=record.get('input_name', 'input'),
            imports=[m for m in imports if not of_plugin(m)],
        )
        spent = timedelta(seconds=int(time.monotonic() - self._begin))
        runner.logger.info('training ended at %s after %s\n%s', _place(runner), spent, text)


def _opening(runner: Runner) -> dict[str, str]:
    """Return the facts of a training in words."""
    parts = [
        (type(part).__name__, sum(p.numel() for p in part.parameters() if p.requires_grad))
        for part in runner.network.children()
    ]
    loader, batch = runner.train_dataloader, runner.samples_per_step
    steps = '' if _by_iterations(runner) else f', {len(loader)} steps an epoch'
    epochs = '' if _by_iterations(runner) else f'{_counted(runner.max_epochs, "epoch")}, '
    unit = 'iteration' if _by_iterations(runner) else 'epoch'
    # A data preprocessor of a plugin may have no batch transforms.
    transforms = getattr(runner.network.data_preprocessor, 'batch_transforms', {}).values()
    validation = ''
    if runner.val_loop is not None:
        interval = runner.train_loop.val_interval
        images = _counted(len(runner.val_dataloader.dataset), 'image')
        validation = f'{images} every {_counted(interval, unit)}'
    return {
        'network': '; '.join(f'{k}, {n:,} parameters' for k, n in parts if n),
        'optimizer': '; '.join(_optimizers(runner)),
        'data': f'{_counted(len(loader.dataset), "image")}, {batch} a step{steps}',
        'batches': ', '.join(type(t).__name__ for t in transforms),
        'validation': validation,
        'schedule': f'{epochs}{_counted(runner.max_iters, "iteration")}',
        'device': _device(runner),
        'folder': shown_path(runner.work_dir),
        'log file': f'{shown_path(runner.logger.log_file)} (environment, config, hooks)',
    }


def _counted(number: int, noun: str) -> str:
    return f'{number:,} {noun}{"s" * (number != 1)}'


def _optimizers(runner: Runner) -> list[str]:
    wrapper = runner.optim_wrapper
    separate = isinstance(wrapper, OptimWrapperDict)
    return [
        f'{name}{type(each.optimizer).__name__}, learning rate '
        f'{each.optimizer.param_groups[0]["lr"]:g}'
        for name, each in (
            [(f'{part}: ', each) for part, each in wrapper.items()] if separate else [('', wrapper)]
        )
    ]


def _device(runner: Runner) -> str:
    device = next(runner.network.parameters()).device
    processes = runner.world_size
    name = torch.cuda.get_device_name(device) if device.type == 'cuda' else 'CPU'
    num_threads = torch.get_num_threads()
    threads = f', {_counted(num_threads, "thread")}' if device.type == 'cpu' else ''
    return f'{name}{threads}' + (f' in each of {processes} processes' if processes > 1 else '')


def _title(runner: Runner) -> str:
    name = runner.config_file.stem
    return f'training {name} resumed at {_place(runner)}' if runner.iter else f'training {name}'


def _place(runner: Runner) -> str:
    epochs = '' if _by_iterations(runner) else f'epoch {runner.epoch}, '
    return f'{epochs}iteration {runner.iter}'


def _by_iterations(runner: Runner) -> bool:
    return isinstance(runner.train_loop, IterBasedTrainLoop)


def _kept(runner: Runner, record: dict) -> list[Kept]:
    """Return the checkpoints of a run: the best ones, then the last."""
    work_dir = Path(runner.work_dir)
    best = record.get('best', {})
    kept = [
        Kept(
            work_dir / each['file'],
            'best' if len(best) == 1 else f'best {key}',
            each.get('metrics', {key: each['score']}),
        )
        for key, each in best.items()
    ]
    for latest in resumable_checkpoints(work_dir)[:1]:
        validated = record.get('last') == runner.iter
        kept.append(Kept(latest, 'last', record.get('metrics', {}) if validated else {}))
    return kept
