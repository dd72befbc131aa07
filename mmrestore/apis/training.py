"""Train as a config describes, in one stage or several."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mmengine.config import Config
from mmengine.dist import is_main_process

from mmrestore.apis.lock import own_folder
from mmrestore.apis.reporting.report import report
from mmrestore.apis.work_dir import check_folder, default_work_dir
from mmrestore.config import by_part, open_config
from mmrestore.engine import Runner, process_group
from mmrestore.engine.checkpoint import check_no_other_run, resumable_checkpoints
from mmrestore.engine.stages import (
    passed_checkpoint,
    read_stages,
    try_later,
    warn_of_newer,
    with_taken,
)
from mmrestore.engine.summary import shown_path
from mmrestore.engine.trial import try_training


def train(
    config: str | Path | Config | Mapping[str, Any],
    *,
    overrides: Mapping[str, Any] | Sequence[str] | None = None,
    strategies: Sequence[str | Path] = (),
    work_dir: str | Path | None = None,
    resume: bool | str | Path = False,
    amp: bool = False,
    auto_scale_lr: bool = False,
    launcher: str = 'none',
) -> Path:
    """Train as a config describes; what ``mmrestore train`` does.

    Args:
        config: file, name or settings; see ``mmrestore.config.open_config``.
        overrides: settings that override the config.
        strategies: training strategies that are merged into the config.
        work_dir: where logs and checkpoints go; by default ``work_dir`` of the config, else
            ``work_dirs/FOLDER/NAME+STRATEGY``. Every stage has a folder of its name in it.
        resume: True for the newest checkpoint of the work directory, if there is one; or the
            checkpoint to resume from.
        amp: mixed precision, by ``optim_wrapper.dtype``, bfloat16 by default.
        auto_scale_lr: scale the learning rate with the images a step, see
            ``auto_scale_lr.base_batch_size`` of the config.
        launcher: what started the processes: ``none``, ``pytorch`` or ``slurm``.

    Returns:
        The work directory.

    Raises:
        FileNotFoundError, ImportError, KeyError, TypeError, ValueError: see ``open_config``; or a
            part, a folder or weights are wrong or missing, or another training holds the work
            directory or has left its checkpoints there. Nothing is written before that.
        FloatingPointError: the loss or the weights are no longer finite.
    """
    opened = open_config(config, overrides, strategies)
    folder = Path(work_dir or opened.get('work_dir') or default_work_dir(opened, strategies))
    check_folder(folder)
    options = _Options(resume, amp, auto_scale_lr, launcher)
    with process_group(launcher), own_folder(folder):
        if 'stages' in opened:
            reported = _train_stages(opened, folder, options)
        else:
            reported = [folder] if _train_one(opened, folder, options) else []
    for each in reported:  # one process is enough, and the others have ended
        _report(each)
    return folder


class _Options(NamedTuple):
    resume: bool | str | Path
    amp: bool
    auto_scale_lr: bool
    launcher: str


def _report(folder: Path) -> None:
    """Write the report of a training; its failure is no failure of the training."""
    try:
        print(f'report: {shown_path(report(folder))}')
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        warnings.warn(
            f'the report is missing: {error}. The training is complete; when that is mended, '
            f'mmrestore report {folder} writes it',
            stacklevel=3,
        )


def _train_one(config: Config, folder: Path, options: _Options) -> bool:
    """Train one network; return whether this process is to write its report."""
    config.launcher = options.launcher
    config.work_dir = str(folder)
    if options.amp:
        wrapper = config.optim_wrapper
        for part in wrapper.values() if by_part(wrapper) else [wrapper]:
            part.type = 'AmpOptimWrapper'
            part.setdefault('dtype', 'bfloat16')
    if options.auto_scale_lr:
        if 'base_batch_size' not in (config.get('auto_scale_lr') or {}):
            raise ValueError(
                '--auto-scale-lr needs auto_scale_lr=dict(base_batch_size=...) in the config: the '
                'images a step for which its learning rate was chosen'
            )
        config.auto_scale_lr.enable = True
    checkpoint, resumes = _beginning(config, options.resume)
    if not resumes:
        check_no_other_run(folder)
    try_training(config, load_from=checkpoint, resume=resumes)
    runner = Runner.from_cfg(config)
    if options.resume and not resumes:
        runner.logger.info('no checkpoint to resume from in %s: a new run', folder)
    runner.begin_from(checkpoint, resume=resumes)  # the config is the record of the training
    runner.train()
    return bool(config.get('report')) and is_main_process()


def _beginning(config: Config, resume: bool | str | Path) -> tuple[str | None, bool]:
    """Return the checkpoint that a training begins from, and whether it is resumed."""
    if not isinstance(resume, bool):
        return str(resume), True
    if resume and resumable_checkpoints(Path(config.work_dir)):
        return None, True
    # Nothing to resume from yet: a new run, which has to begin where its config says.
    return config.get('load_from'), bool(config.get('resume'))


def _train_stages(config: Config, folder: Path, options: _Options) -> list[Path]:
    """Train one stage after the other; return the folders of those that need a report."""
    if not isinstance(options.resume, bool):
        raise ValueError(
            'a config of several stages resumes from its own checkpoints: bare --resume'
        )
    found = read_stages(config)
    try_later(found)
    reported = []
    for number, (name, stage) in enumerate(found.items(), 1):
        if os.environ.get('RANK', os.environ.get('SLURM_PROCID', '0')) == '0':
            print(f'stage {name}, {number} of {len(found)}: {stage.path}')
        taken = {
            other: str(passed_checkpoint(found[other], folder / other)) for other in stage.takes
        }
        warn_of_newer(name, set(taken.values()), resumable_checkpoints(folder / name))
        with own_folder(folder / name):
            if _train_one(with_taken(stage, taken), folder / name, options):
                reported.append(folder / name)
    return reported
