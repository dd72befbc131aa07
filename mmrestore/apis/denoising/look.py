"""Looking at a folder: what is measured, what will be done, how long it takes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from mmrestore.apis.denoising.candidates import Candidate
from mmrestore.apis.denoising.jpeg_quality import jpeg_quality
from mmrestore.apis.denoising.options import Options
from mmrestore.apis.denoising.prepare import pixels_of
from mmrestore.apis.denoising.progress import duration
from mmrestore.apis.denoising.sample import Sampled, spread
from mmrestore.apis.denoising.verdict import counted
from mmrestore.apis.restore_plan import Job
from mmrestore.functional.flat_blocks import (
    correlation_in_blocks,
    find_blocks,
    joined,
    noise_by_brightness,
)

PASSES = 1.2  # of the network over a picture: crops for its strength, and tiles that overlap
SMALL_PASSES = 4.0  # over a picture that is small enough for its strength to be chosen on all of it
SMALL = 600_000  # pixels
GOOD_QUALITY = 90  # of JPEG, from which on nothing is said
MOST_HEADERS = 100  # JPEG files whose quality is read
ROUGHLY = 'a factor of 0.5 to 2'

Table = tuple[str, Sequence[object], Sequence[Sequence[object]]]


class Look(NamedTuple):
    """What was seen of a folder.

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
    tables = [*_files(jobs), *_noise(sample)]
    lines = [line for table in tables for line in printed(table)]
    return Look(lines, tables, _jpeg_advice(jobs), len(todo), seconds)


def printed(table: Table) -> list[str]:
    """Return a table as lines of text.

    Examples:
        >>> printed(('noise', ['brightness', 'noise'], [[40, '3.1']]))
        ['noise:', '  brightness  noise', '  40          3.1']
    """
    caption, header, rows = table
    cells = [[str(cell) for cell in row] for row in (header, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ['  '.join(f'{cell:{w}}' for cell, w in zip(row, widths, strict=True)) for row in cells]
    return [f'{caption}:', *(f'  {line}'.rstrip() for line in lines)]


def _noise(sample: Sequence[Sampled]) -> list[Table]:
    middle = [picture.crops[len(picture.crops) // 2] for picture in sample]
    blocks = joined(map(find_blocks, middle))
    by_class = noise_by_brightness(blocks)
    tables: list[Table] = []
    if by_class:
        caption = f'Noise of flat parts in 8-bit gray levels, right within {ROUGHLY}'
        header = ['brightness', *(f'{brightness:.0f}' for brightness, _, _ in by_class)]
        tables.append((caption, header, [['noise', *(f'{sigma:.1f}' for _, sigma, _ in by_class)]]))
        found = correlation_in_blocks(blocks)
        header = ['distance in pixels', *map(str, range(1, len(found) + 1))]
        row = ['correlation', *(f'{value:.2f}' for value in found)]
        tables.append(('Correlation of the noise along rows and columns', header, [row]))
    return tables


def _files(jobs: Sequence[Job]) -> list[Table]:
    kinds = Counter(
        (h.format, f'{h.size.width} x {h.size.height}', 'gray' if h.channels == 1 else 'color',
         f'{h.bit_depth} bit')
        for job in jobs
        for h in job.headers
    )  # fmt: skip
    rows = [[*kind, number] for kind, number in kinds.most_common(8)]
    if len(kinds) > len(rows):
        rows.append(['others', '', '', '', kinds.total() - sum(int(str(row[-1])) for row in rows)])
    return [('Files', ['format', 'size', 'color', 'depth', 'number'], rows)]


def _jpeg_advice(jobs: Sequence[Job]) -> list[str]:
    files = [job.source for job in jobs if job.headers[0].format == 'JPEG']
    known = [jpeg_quality(files[place]) for place in spread(len(files), MOST_HEADERS)]
    qualities = sorted(each.quality for each in known if each is not None)
    if not qualities or qualities[len(qualities) // 2] >= GOOD_QUALITY:
        return []
    sampled = Counter(each.sampling for each in known if each is not None and each.sampling)
    sampling = f', {sampled.most_common(1)[0][0]}' if sampled else ''
    return [
        f'{len(files)} of {counted(len(jobs), "file")} are JPEG of quality about '
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
