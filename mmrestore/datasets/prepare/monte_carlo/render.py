"""A test set of rendered scenes: few samples per pixel, and a converged reference."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from mmengine.utils import ProgressBar

from mmrestore.datasets.image_writer import write_image
from mmrestore.datasets.prepare.monte_carlo.layout import (
    MANIFEST,
    TONE_MAPPING,
    check_pairs,
    read_manifest,
    tone_map,
    write_manifest,
)
from mmrestore.datasets.prepare.monte_carlo.plan import CHUNK, Job, RenderSettings, chunks, jobs


class Renderer(Protocol):
    """What renders scenes: its version in words, and a function of (samples, seed) of a scene."""

    version: str

    def load(self, seed: int, size: int) -> Callable[[int, int], np.ndarray]:
        """Return the function that renders the scene of a seed."""


def average(images: Iterable[np.ndarray], samples: Sequence[int]) -> np.ndarray:
    """Average images of so many samples per pixel each into one of all samples, in float64.

    Examples:
        >>> average([np.float32([1.0]), np.float32([4.0])], [2, 1])
        array([2.])
    """
    weighted = (
        image.astype(np.float64) * number for image, number in zip(images, samples, strict=True)
    )
    return np.asarray(sum(weighted)) / sum(samples)


def render_set(
    target: str | Path,
    settings: RenderSettings,
    renderer: Renderer,
    *,
    report: Callable[[str], None] = print,
) -> None:
    """Render a test set of pairs: folders such as ``64spp`` and ``reference`` of equal names.

    Images are averaged in linear light and tone-mapped afterwards. The set grows in a hidden folder
    beside ``target`` that is renamed when it is complete; images that an interrupted call has left
    there are not rendered again. The manifest says how the images were made.

    Args:
        target: folder of the set. If it is there already, it is checked and left as it is.
        settings: what is rendered.
        renderer: what renders it.
        report: called with a line of text at the end.

    Raises:
        ValueError: the folder holds something else, or was begun with other settings.
    """
    target = Path(target)
    partial = target.with_name(f'.{target.name}.partial')
    images = list(jobs(settings))
    manifest = _describe(settings, images, renderer.version)
    if target.exists():
        _check_manifest(target, manifest)
        check_pairs(target, settings.samples, settings.num_scenes)
        report(f'{target}: there already and complete, {settings.num_scenes} scenes')
        return
    if partial.exists():
        _check_manifest(partial, manifest)
    else:
        write_manifest(partial, manifest)
    missing = [job for job in images if not (partial / job.file).exists()]
    _render(missing, partial, settings.size, renderer)
    check_pairs(partial, settings.samples, settings.num_scenes)
    partial.rename(target)
    report(f'{target}: written, {settings.num_scenes} scenes')


def _render(missing: Sequence[Job], folder: Path, size: int, renderer: Renderer) -> None:
    if not missing:
        return
    num_chunks = sum(len(chunks(job.samples)) for job in missing)
    progress = ProgressBar(num_chunks, file=sys.stderr)

    def render_part(
        render: Callable[[int, int], np.ndarray], samples: int, seed: int
    ) -> np.ndarray:
        part = render(samples, seed)
        progress.update()
        return part

    for scene, group in groupby(missing, key=lambda job: job.scene):
        render = renderer.load(scene, size)
        for job in group:
            numbers = chunks(job.samples)
            parts = (render_part(render, n, job.seed + i) for i, n in enumerate(numbers))
            write_image(folder / job.file, tone_map(average(parts, numbers)))
    print(file=sys.stderr)  # after the bar


def _describe(settings: RenderSettings, images: Sequence[Job], version: str) -> dict[str, Any]:
    """Return how the images are made, as JSON can hold it."""
    return {
        'name': 'Monte Carlo (mitsuba)',
        'renderer': version,
        'averaging': f'chunks of {CHUNK} samples per pixel, in linear light, float64',
        'tone_mapping': TONE_MAPPING,
        **asdict(settings),
        'samples': list(settings.samples),
        'seed_of_scene': 'its number',
        'seed_of_chunk': 'that of its image, stated here, plus its number from 0 on',
        'seeds': {job.file: job.seed for job in images},
    }


def _check_manifest(folder: Path, wanted: dict[str, Any]) -> None:
    found = read_manifest(folder)
    if found == wanted:
        return
    if found is None:
        difference = 'none that can be read'
    else:
        keys = [key for key in wanted if found.get(key) != wanted[key] and key != 'seeds']
        difference = ', '.join(f'{k} {found.get(k)!r} instead of {wanted[k]!r}' for k in keys)
    raise ValueError(
        f'{folder} was made in another way ({MANIFEST}: {difference or "other seeds"}): choose '
        'another folder, or move it away'
    )
