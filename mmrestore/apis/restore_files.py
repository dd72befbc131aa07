"""Restore image files with their metadata, alpha channel and pages."""

from __future__ import annotations

import errno
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from mmengine.utils import ProgressBar
from torch import nn

from mmrestore.apis.image_restorer import ImageRestorer
from mmrestore.apis.inference import as_image_restorer
from mmrestore.apis.restore_plan import Job, RestorePlan, plan_restoring
from mmrestore.datasets.image_file import read_headers, read_pictures
from mmrestore.datasets.image_writer import QUALITY, losses, write_pictures
from mmrestore.datasets.listing import problem_list
from mmrestore.datasets.picture import Picture
from mmrestore.files import printable

FULL = (errno.ENOSPC, errno.EDQUOT)


class Restored(NamedTuple):
    """Result of a restoration plan."""

    written: list[Path]
    problems: list[str]  # files that could not be restored, a line each
    lost: list[str]  # what the formats do not keep, a line each


def restore_files(
    restorer: nn.Module | ImageRestorer,
    inputs: Iterable[str | Path],
    output: str | Path,
    *,
    format: str = 'png',
    quality: int = QUALITY,
) -> list[Path]:
    """Restore image files, and all images in folders; return the files that were written.

    See ``plan_restoring`` for their names and ``restore_picture`` for what is kept. Files that are
    there are replaced. ``plan_restoring`` and ``restore_planned`` go on without damaged inputs.

    Args:
        restorer: made by :func:`init_restorer` or ``mmrestore.load``.
        inputs: image files and folders.
        output: folder of the results.
        format: ``'png'``, ``'jpg'``, ``'tiff'`` or ``'keep'``.
        quality: of JPEG and WebP, 1 to 100.

    Raises:
        ValueError: an input cannot be read, a folder holds no image, two inputs would be written to
            one file, or an input would be overwritten. All files are checked before the first one
            is restored; damage that only decoding finds is told when all others are written.
        OSError: a file cannot be written.
    """
    plan = plan_restoring(inputs, output, format=format)
    if plan.problems:
        raise ValueError(problem_list('the input', plan.problems))
    restored = restore_planned(restorer, plan, quality=quality)
    if restored.problems:
        raise ValueError(problem_list('the input', restored.problems))
    return restored.written


def restore_planned(
    restorer: nn.Module | ImageRestorer,
    plan: RestorePlan,
    *,
    quality: int = QUALITY,
    progress: bool = True,
) -> Restored:
    """Restore the files of a plan; those that cannot be restored do not stop the others.

    Args:
        restorer: made by :func:`init_restorer` or ``mmrestore.load``.
        plan: made by ``plan_restoring``.
        quality: of JPEG and WebP, 1 to 100.
        progress: show a bar of the files on the standard error stream.

    Raises:
        OSError: a file cannot be written; those written before are whole.
    """
    written: list[Path] = []
    problems: list[str] = []
    lost: dict[str, list[Path]] = defaultdict(list)
    bar = ProgressBar(len(plan.jobs), file=sys.stderr) if progress else None
    try:
        for job in plan.jobs:
            try:
                for what in _restore_job(restorer, job, quality):
                    lost[what].append(job.source)
                written += job.targets
            except ValueError as error:
                problems.append(_named(error, job.source))
            except OSError as error:
                raise OSError(
                    f'{error}. The {len(written)} files written before are whole: {_advice(error)} '
                    'another folder for the output, and restore the rest'
                ) from error
            if bar is not None:
                bar.update()
    finally:
        if bar is not None:
            sys.stderr.write('\n')
    return Restored(written, problems, [_lost(what, files) for what, files in lost.items()])


def restore_picture(restorer: nn.Module | ImageRestorer, picture: Picture) -> Picture:
    """Restore the colors of a picture, and keep the rest; see ``ImageRestorer.restore_picture``."""
    return as_image_restorer(restorer).restore_picture(picture)


def _restore_job(restorer: nn.Module | ImageRestorer, job: Job, quality: int) -> list[str]:
    """Restore a file; return what its new format does not keep."""
    read_headers(job.source, decode=True)  # finds damage within a JPEG
    lost: list[str] = []
    pages: list[Picture] = []
    for number, picture in enumerate(read_pictures(job.source)):
        pages.append(restore_picture(restorer, picture))
        if len(job.targets) > 1:
            lost += losses(pages, job.targets[number])
            write_pictures(job.targets[number], pages, quality=quality)
            pages.clear()
    if pages:
        lost += losses(pages, job.targets[0])
        write_pictures(job.targets[0], pages, quality=quality)
    return list(dict.fromkeys(lost))


def _advice(error: OSError) -> str:
    is_full = isinstance(error.__cause__, OSError) and error.__cause__.errno in FULL
    return 'free some space or choose' if is_full else 'choose'


def _named(error: ValueError, file: Path) -> str:
    return str(error) if str(file) in str(error) else f'{file}: {error}'


def _lost(what: str, files: list[Path]) -> str:
    more = f' and {len(files) - 1} more' if len(files) > 1 else ''
    return f'the format does not keep: {what}, of {printable(files[0])}{more}'
