"""Inspect a folder: measurements, plan and estimated time."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from mmrestore.apis.denoising.candidates import Candidate
from mmrestore.apis.denoising.jpeg_quality import JpegQuality
from mmrestore.apis.denoising.noise_tables import (
    Table,
    file_table,
    jpeg_files,
    jpeg_table,
    noise_tables,
    printed,
    read_qualities,
)
from mmrestore.apis.denoising.options import Options
from mmrestore.apis.denoising.prepare import pixels_of
from mmrestore.apis.denoising.progress import duration
from mmrestore.apis.denoising.sample import Sampled
from mmrestore.apis.denoising.verdict import counted
from mmrestore.apis.restore_plan import Job

PASSES = 1.2  # of the network over a picture: crops for its strength, and tiles that overlap
SMALL_PASSES = 4.0  # over a picture that is small enough for its strength to be chosen on all of it
SMALL = 600_000  # pixels
GOOD_QUALITY = 90  # of JPEG, from which on nothing is said


class Look(NamedTuple):
    """Findings of the inspection of a folder.

    - ``lines``: to be printed;
    - ``tables``: for the report: caption, header, rows;
    - ``advice``: sentences on the files;
    - ``pictures``: to be restored;
    - ``seconds``: that restoring them takes.
    """

    lines: list[str]
    tables: list[Table]
    advice: list[str]
    pictures: int
    seconds: float

    def plan(self, options: Options) -> str:
        """Return what will be done, and for how long."""
        todo = f'restores {counted(self.pictures, "picture")}, {duration(self.seconds)}'
        if not options.trains:
            return f'This {todo}.'
        limit = (
            f'for up to {options.minutes:g} minutes (Ctrl-C ends that early)'
            if options.steps is None
            else f'for {counted(options.steps, "step")}'
        )
        return f'This adapts the shipped network to the folder {limit}, then {todo}.'


def look(
    sample: Sequence[Sampled], jobs: Sequence[Job], todo: Sequence[Job], shipped: Candidate
) -> Look:
    """Measure the noise of the sample and the speed of the network.

    Args:
        sample: crops of pictures of the folder.
        jobs: all files.
        todo: those that are to be restored.
        shipped: the network.
    """
    speed = _seconds_per_pixel(sample, shipped)
    seconds = sum(_passes(pixels_of(job)) * pixels_of(job) * speed for job in todo)
    qualities = read_qualities(jobs)
    jpeg = jpeg_table(qualities, jobs, sample)
    tables = [file_table(jobs), *([jpeg] if jpeg else []), *noise_tables(sample)]
    lines = [line for table in tables for line in printed(table)]
    return Look(lines, tables, _jpeg_advice(qualities, jobs), len(todo), seconds)


def _jpeg_advice(known: Sequence[JpegQuality], jobs: Sequence[Job]) -> list[str]:
    qualities = sorted(each.quality for each in known)
    if not qualities or qualities[len(qualities) // 2] >= GOOD_QUALITY:
        return []
    sampled = Counter(each.sampling for each in known if each.sampling)
    sampling = f', {sampled.most_common(1)[0][0]}' if sampled else ''
    return [
        f'{len(jpeg_files(jobs))} of {counted(len(jobs), "file")} are JPEG of quality about '
        f'{qualities[len(qualities) // 2]}{sampling}: the noise was partly compressed away; '
        'results are better from raw or PNG.'
    ]


def _passes(pixels: int) -> float:
    return SMALL_PASSES if pixels < SMALL else PASSES


def _seconds_per_pixel(sample: Sequence[Sampled], shipped: Candidate) -> float:
    crop = max((crop for picture in sample for crop in picture.crops), key=lambda x: x.numel())
    shipped.network(crop[None])  # the first pass is slower
    start = time.monotonic()
    shipped.network(crop[None])
    return (time.monotonic() - start) / (crop.shape[1] * crop.shape[2])
