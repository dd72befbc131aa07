"""Test a checkpoint on test sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.dist import is_main_process

from mmrestore.apis.networks import open_network_config
from mmrestore.apis.recorded import import_named, recorded_config
from mmrestore.apis.results import IMAGES, file_facts, remove_results, write_results
from mmrestore.apis.tiles import with_tiles_in_test
from mmrestore.apis.work_dir import check_folder, default_work_dir
from mmrestore.engine import Runner, process_group
from mmrestore.engine.hooks import RestoredImagesHook
from mmrestore.engine.trial import try_test


def test(
    config: str | Path | Config | Mapping[str, Any] | None,
    checkpoint: str | Path | None = None,
    *,
    overrides: Mapping[str, Any] | Sequence[str] | None = None,
    strategies: Sequence[str | Path] = (),
    work_dir: str | Path | None = None,
    launcher: str = 'none',
    imports: Sequence[str] = (),
    tile: str | int = 'auto',
    output: str | Path | None = None,
    save: int | None = None,
    dtype: str | None = None,
) -> dict[str, float]:
    """Measure a checkpoint on the test sets of a config; what ``mmrestore test`` does.

    Args:
        config: file, name or settings of one network; see ``mmrestore.config.open_config``. None
            for the config that the checkpoint holds, with its data sets.
        checkpoint: checkpoint of this package or released weights; None for a network that has
            none.
        overrides: settings that override the config.
        strategies: training strategies that are merged into the config.
        work_dir: folder of the log; see :func:`mmrestore.apis.train`.
        launcher: what started the processes: ``none``, ``pytorch`` or ``slurm``.
        imports: modules to import that a recorded config needs; see ``recorded_config``.
        tile: ``'auto'``: images for which memory does not suffice are restored in tiles;
            ``'none'``: as the config says; or the side of tiles. See ``init_restorer``.
        output: folder that gets the restored images, ``images.csv`` and ``results.json``; see
            ``RestoredImagesHook`` and ``write_results``. Nothing is written if absent.
        save: number of restored images of each data set that are written; all if absent.
        dtype: type in which the network computes, ``float32``, ``bfloat16`` or ``float16``; that
            of the config if absent.

    Returns:
        The metrics, as ``{'kodak24/PSNR': 30.1}``. A config without test sets is measured on its
        validation sets.

    Raises:
        FileNotFoundError: there is no such config, folder or checkpoint.
        ValueError: the weights are of another network, or left out of a network that has some; or
            there is nothing to measure on, or by.
        OSError: a result cannot be written.
    """
    if save is not None and output is None:
        raise ValueError('restored images are saved in the folder of the results: give output')
    hook = None if output is None else RestoredImagesHook(Path(output, IMAGES), num_images=save)
    if output is not None:
        check_folder(output)
    import_named(imports)
    if config is None:
        if checkpoint is None:
            raise ValueError('give a config, a checkpoint that holds one, or both')
        recorded = recorded_config(checkpoint, imports)
        recorded.work_dir = str(Path('work_dirs', 'tests', Path(checkpoint).stem))
        config = recorded
    opened = open_network_config(config, overrides, strategies)
    opened.model.inference = with_tiles_in_test(opened, tile)
    if dtype is not None:
        opened.model.test_dtype = dtype
    opened.launcher = launcher
    folder = work_dir or opened.get('work_dir') or default_work_dir(opened, strategies)
    check_folder(folder)
    opened.work_dir = str(folder)
    opened.load_from = None if checkpoint is None else str(checkpoint)
    opened.resume = False
    if not any(opened.get(f'{phase}_dataloader') for phase in ('test', 'val')):
        raise ValueError(
            f'{opened.filename or "the config"} has no test sets: give a config of the network '
            'that has, and the checkpoint'
        )
    if opened.get('test_dataloader') is None:  # a config without test sets of its own
        opened.test_dataloader = opened.get('val_dataloader')
        opened.test_evaluator = opened.get('val_evaluator')
        opened.test_cfg = dict(type='TestLoop')
    with process_group(launcher):
        try_test(opened)
        runner = Runner.from_cfg(opened)
        if output is None or hook is None:
            return runner.test()
        if is_main_process():
            remove_results(output)
        runner.register_hook(hook)
        means = runner.test()
        if is_main_process():
            facts = {
                'config': opened.filename and str(opened.filename),
                'strategies': list(map(str, strategies)),
                'overrides': _as_typed(overrides),
                'dtype': opened.model.get('test_dtype', 'float32'),
                'checkpoint': None if checkpoint is None else file_facts(checkpoint),
            }
            write_results(output, runner.test_loop.evaluator.metrics, means, facts=facts)
        return means


def _as_typed(overrides: Mapping[str, Any] | Sequence[str] | None) -> list[str]:
    if isinstance(overrides, Mapping):
        return [f'{key}={value}' for key, value in overrides.items()]
    return list(map(str, overrides or ()))


test.__test__ = False  # type: ignore[attr-defined]  # pytest would collect it where it is imported
