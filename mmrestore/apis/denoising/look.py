"""Looking at a folder: what is measured, what will be done, how long it takes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

from mmrestore.apis.denoising.candidates import Candidate
from mmrestore.apis.denoising.options import Options
from mmrestore.apis.denoising.prepare import pixels_of
from mmrestore.apis.denoising.progress import duration
from mmrestore.apis.denoising.sample import Sampled
from mmrestore.apis.denoising.verdict import counted
from mmrestore.apis.restore_plan import Job

PASSES = 1.2  # of the network over a picture: crops for its strength, and tiles that overlap
SMALL_PASSES = 4.0  # over a picture that is small enough for its strength to be chosen on all of it

Table = tuple[str, Sequence[object], Sequence[Sequence[object]]]


class Look(NamedTuple):
    """What was seen of a folder.

    - ``lines``: to be printed;
    - ``tables``: for the report: caption, header, rows;
    - ``pictures``: to be restored;
    - ``seconds``: that restoring them takes.
    """

    lines: list[str]
    tables: list[Table]
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


def look(sample: Sequence[Sampled], todo: Sequence[Job], shipped: Candidate) -> Look:
    """Measure the noise of the sample and the speed of the network."""
    speed = _seconds_per_pixel(sample, shipped)
    seconds = sum(_passes(pixels_of(job)) * pixels_of(job) * speed for job in todo)
    return Look([], [], len(todo), seconds)


def _passes(pixels: int) -> float:
    return SMALL_PASSES if pixels < 600_000 else PASSES


def _seconds_per_pixel(sample: Sequence[Sampled], shipped: Candidate) -> float:
    crop = max((crop for picture in sample for crop in picture.crops), key=lambda x: x.numel())
    shipped.network(crop[None])  # the first pass is slower
    start = time.monotonic()
    shipped.network(crop[None])
    return (time.monotonic() - start) / (crop.shape[1] * crop.shape[2])
