"""Restoring picture files with all that they hold beside their colors."""

from __future__ import annotations

import errno
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import torch
from mmengine.utils import ProgressBar
from torch import nn

from mmrestore.apis.inference import restore
from mmrestore.apis.restore_plan import Job, RestorePlan, plan_restoring
from mmrestore.datasets.encoders.samples import to_dtype
from mmrestore.datasets.image_file import read_headers, read_pictures
from mmrestore.datasets.image_writer import QUALITY, losses, write_pictures
from mmrestore.datasets.listing import problem_list
from mmrestore.datasets.picture import Picture
from mmrestore.datasets.upright import upright
from mmrestore.files import printable
from mmrestore.functional.resize import resize
from mmrestore.models.backbones.base import facts

FULL = (errno.ENOSPC, errno.EDQUOT)


class Restored(NamedTuple):
    """What became of a plan."""

    written: list[Path]
    problems: list[str]  # files that could not be restored, a line each
    lost: list[str]  # what the formats do not keep, a line each


def restore_files(
    restorer: nn.Module,
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
        restorer: made by :func:`init_restorer`.
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


def restore_planned(restorer: nn.Module, plan: RestorePlan, *, quality: int = QUALITY) -> Restored:
    """Restore the files of a plan; those that cannot be restored do not stop the others.

    Raises:
        OSError: a file cannot be written; those written before are whole.
    """
    written: list[Path] = []
    problems: list[str] = []
    lost: dict[str, list[Path]] = defaultdict(list)
    bar = ProgressBar(len(plan.jobs), file=sys.stderr)
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
            bar.update()
    finally:
        sys.stderr.write('\n')
    return Restored(written, problems, [_lost(what, files) for what, files in lost.items()])


def restore_picture(restorer: nn.Module, picture: Picture) -> Picture:
    """Restore the colors of a picture, and keep the rest.

    The picture is turned upright. A gray one is given to a network of three channels as three
    equal ones, whose restored values are averaged; one in color becomes gray for a network of one
    channel. Transparency is kept, resized (bicubic) with the picture by a network that upscales.

    Returns:
        The restored picture: pixels of the type of the given ones, ``orientation`` 1, color profile
        (none where its colors are not those of the pixels), EXIF, XMP and resolution as given.
    """
    picture = upright(picture)
    pixels = np.ascontiguousarray(picture.pixels)
    channels = facts(restorer.backbone).in_channels
    profile = picture.icc_profile
    if profile is not None and profile[16:20] not in (b'RGB ', b'GRAY'):
        profile = None  # of CMYK, from which the pixels were converted
    if channels == 1 and pixels.shape[-1] == 3:
        restored = restore(restorer, cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)[..., None])
        profile = None
    elif channels != 1 and pixels.shape[-1] == 1:
        three = np.repeat(to_dtype(pixels, np.float32), 3, axis=-1)
        mean = restore(restorer, three).mean(axis=-1, keepdims=True, dtype=np.float64)
        restored = to_dtype(mean, pixels.dtype)
    else:
        restored = restore(restorer, pixels)
    alpha = picture.alpha
    if alpha is not None and alpha.shape != restored.shape[:2]:
        larger = resize(torch.from_numpy(np.ascontiguousarray(alpha)), size=restored.shape[:2])
        alpha = larger.numpy().clip(0, None if alpha.dtype.kind == 'u' else 1)
    return replace(picture, pixels=restored, alpha=alpha, icc_profile=profile)


def _restore_job(restorer: nn.Module, job: Job, quality: int) -> list[str]:
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
