"""What a training has left that its report shows."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from mmengine.config import Config

from mmrestore.apis.recorded import recorded_config
from mmrestore.apis.results import IMAGES, SUMMARY, TABLE, file_facts, read_image_table
from mmrestore.apis.testing import test
from mmrestore.engine.checkpoint import load_checkpoint, resumable_checkpoints
from mmrestore.engine.curves import Run, read_run
from mmrestore.files import read_json

RESULTS, TESTS = 'results', 'test'  # folders in that of a run


class FinishedRun(NamedTuple):
    """A training that ended or was stopped, tested with its newest checkpoint.

    - ``name``: how it is called on the page;
    - ``checkpoint``: the file;
    - ``facts``: metadata of the checkpoint;
    - ``config``: that of the training;
    - ``logged``: losses and validation metrics, None if nothing was logged;
    - ``values``: of every test image, by data set and metric, then by image;
    - ``summary``: protocols, means and versions of the test;
    - ``images``: folder of the restored images.
    """

    name: str
    checkpoint: Path
    facts: dict[str, Any]
    config: Config
    logged: Run | None
    values: dict[tuple[str, str], dict[str, float]]
    summary: dict[str, Any]
    images: Path


def find_runs(folder: str | Path) -> list[Path]:
    """Return the folders of trainings: the given one, or those of its stages in their order.

    Raises:
        FileNotFoundError: there is no such folder.
        ValueError: it holds no checkpoint of a training.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FileNotFoundError(f'there is no folder {folder}: give the work directory of a run')
    if resumable_checkpoints(folder):
        return [folder]
    stages = [each for each in folder.iterdir() if each.is_dir() and resumable_checkpoints(each)]
    if not stages:
        raise ValueError(
            f'{folder} holds no checkpoint of a training (epoch_N.pth, iter_N.pth): give the work '
            'directory of a run that has saved one'
        )
    return sorted(stages, key=lambda each: resumable_checkpoints(each)[0].stat().st_mtime)


def read_finished_run(folder: Path, *, name: str, imports: Sequence[str] = ()) -> FinishedRun:
    """Read a training, and test its newest checkpoint unless that was done before.

    Args:
        folder: its work directory.
        name: how it is called.
        imports: modules that its config needs; see ``recorded_config``.

    Raises:
        FileNotFoundError, ImportError, ValueError: see ``recorded_config`` and ``test``.
    """
    checkpoint = resumable_checkpoints(folder)[0]
    facts = load_checkpoint(checkpoint).get('meta', {})
    config = recorded_config(checkpoint, imports)
    results = folder / RESULTS
    has_tests = bool(config.get('test_dataloader') or config.get('val_dataloader'))
    if has_tests and not _is_tested(results, checkpoint):
        test(None, checkpoint, work_dir=folder / TESTS, output=results, imports=imports)
    logged = None
    with suppress(ValueError):  # a short run logs nothing
        logged = read_run(folder)
    return FinishedRun(
        name=name,
        checkpoint=checkpoint,
        facts=facts,
        config=config,
        logged=logged,
        values=read_image_table(results / TABLE) if has_tests else {},
        summary=read_json(results / SUMMARY) if has_tests else {},
        images=results / IMAGES,
    )


def _is_tested(results: Path, checkpoint: Path) -> bool:
    if not (results / TABLE).is_file():
        return False
    tested = read_json(results / SUMMARY).get('checkpoint') or {}
    return tested.get('sha256') == file_facts(checkpoint)['sha256']
