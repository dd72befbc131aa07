"""Restore one file of a folder, each picture at its own strength."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from mmrestore.apis.denoising.candidates import Candidate
from mmrestore.apis.denoising.decide import Chosen
from mmrestore.apis.denoising.results import Page, Result, View
from mmrestore.apis.denoising.views import choose_views
from mmrestore.apis.image_restorer import kept_profile
from mmrestore.apis.restore_plan import Job
from mmrestore.datasets.image_file import read_headers, read_pictures
from mmrestore.datasets.image_writer import losses, write_pictures
from mmrestore.datasets.picture import Header, Picture
from mmrestore.datasets.upright import upright
from mmrestore.files import write_atomically

STRIP = 256  # rows whose change is measured at once
# Chooses how strongly a picture of upright pixels (H, W, C) is restored.
Choose = Callable[[np.ndarray], Chosen]


class Output(NamedTuple):
    """How results are written and shown.

    - ``folder``: of the results;
    - ``quality``: of JPEG and WebP;
    - ``view_side``: side in pixels of the parts that the report shows;
    - ``view_quality``: of their WebP; None for PNG.
    """

    folder: Path
    quality: int
    view_side: int = 256
    view_quality: int | None = None


def restore_file(job: Job, name: str, denoiser: Candidate, choose: Choose, out: Output) -> Result:
    """Restore the pictures of a file and write them.

    A file none of whose pictures is changed is copied byte by byte where its result has the same
    ending.

    Args:
        job: the file and its results.
        name: of the file, relative to the folder.
        denoiser: restores the pictures; its strength is set.
        choose: chooses the strength of a picture.
        out: where and how results are written.

    Raises:
        ValueError: the file cannot be read or its result cannot hold the picture.
        OSError: a result cannot be written.
    """
    if job.headers[0].format == 'JPEG':
        read_headers(job.source, decode=True)  # finds damage that decoding passes over
    pages: list[Page] = []
    restored: list[Picture] = []
    lost: list[str] = []
    views: list[View] = []
    same_form = job.source.suffix.lower() == job.targets[0].suffix.lower()
    for number, stored in enumerate(read_pictures(job.source)):
        picture = upright(stored)
        chosen = choose(picture.pixels)
        made = restore_page(picture, chosen, denoiser)
        pages.append(replace(chosen.page, change=root_mean_square(picture.pixels, made.pixels)))
        if number == 0:
            after = None if pages[0].strength == 0 else made.pixels
            views = choose_views(
                picture.pixels, after, side=out.view_side, quality=out.view_quality
            )
        restored.append(made)
        if len(job.targets) > 1:
            lost += losses(restored, job.targets[number])
            write_pictures(job.targets[number], restored, quality=out.quality)
            restored.clear()
    if restored and same_form and all(page.strength == 0 for page in pages):
        copy_file(job.source, job.targets[0])
    elif restored:
        lost += losses(restored, job.targets[0])
        write_pictures(job.targets[0], restored, quality=out.quality)
    targets = [target.relative_to(out.folder).as_posix() for target in job.targets]
    return Result(name, targets, pages, list(dict.fromkeys(lost)), views, described(job.headers))


def restore_page(picture: Picture, chosen: Chosen, denoiser: Candidate) -> Picture:
    """Return an upright picture restored at the chosen strength."""
    if chosen.page.strength == 0:
        return replace(picture, icc_profile=kept_profile(picture))
    denoiser.blend.strength = chosen.allowed
    return denoiser.restorer.restore_picture(picture)


def root_mean_square(before: np.ndarray, after: np.ndarray) -> float:
    """Return the root mean square of a change in 8-bit gray levels.

    Args:
        before: (H, W, C), uint8, uint16 or floats in [0, 1].
        after: of the same shape and type.

    Examples:
        >>> black = np.zeros((2, 2, 1), np.uint8)
        >>> root_mean_square(black, black + np.uint8(3))
        3.0
    """
    total = 0.0
    for first in range(0, len(before), STRIP):
        strip = slice(first, first + STRIP)
        total += float(np.square(after[strip].astype(np.float32) - before[strip]).sum())
    full = np.iinfo(before.dtype).max if before.dtype.kind == 'u' else 1
    return 255 / full * (total / max(before.size, 1)) ** 0.5


def copy_file(source: Path, target: Path) -> None:
    """Copy a file atomically.

    Raises:
        OSError: it cannot be read or written.
    """

    def write(file: Any) -> None:
        with open(source, 'rb') as original:
            shutil.copyfileobj(original, file)

    write_atomically(target, write)


def described(headers: Sequence[Header]) -> str:
    """Return what a file is, in words.

    Examples:
        >>> described([Header('JPEG', 3000, 4000, 3)])
        'JPEG, 4000 x 3000, color, 8 bit'
    """
    first = headers[0]
    kind = 'gray' if first.channels == 1 else 'color'
    pages = f', {len(headers)} pages' if len(headers) > 1 else ''
    height, width = first.size
    return f'{first.format}, {width} x {height}, {kind}, {first.bit_depth} bit{pages}'
