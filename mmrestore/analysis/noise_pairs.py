"""Correlation between the pixels of noisy images and of sampled pairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import torch
from mmengine.utils import track_iter_progress
from torch import Tensor

from mmrestore.analysis.figures import Line
from mmrestore.analysis.noise_correlation import (
    Correlations,
    PairSampler,
    adjacent_pixels,
    cell_pixels,
    correlate_pairs,
    same_image,
)
from mmrestore.datasets import ImageFolder
from mmrestore.functional.flat_blocks import BLOCK, correlation_in_blocks, find_blocks
from mmrestore.functional.unit_range import to_unit_range
from mmrestore.registry import suggest

SAMPLERS = ('none', 'adjacent', 'cells')


def build_sampler(name: str, *, window: int = 3, seed: int = 0) -> PairSampler:
    """Return a sampler with draws of its own.

    Args:
        name: ``none``, ``adjacent`` (APR) or ``cells`` (Neighbor2Neighbor).
        window: side of the window of ``adjacent``, odd.
        seed: of the draws.

    Raises:
        ValueError: there is no such sampler.
    """
    generator = torch.Generator().manual_seed(seed)
    if name == 'adjacent':
        return adjacent_pixels(window, generator=generator)
    if name == 'cells':
        return cell_pixels(generator=generator)
    if name == 'none':
        return same_image
    raise ValueError(f'unknown sampler {name!r}.{suggest(name, SAMPLERS)}')


def correlate_folders(
    noisy: str | Path,
    clean: str | Path,
    *,
    pattern: str = '{}',
    clean_pattern: str = '{}',
    samplers: Mapping[str, PairSampler],
    reach: int = 12,
    limit: int | None = None,
) -> dict[tuple[str, str], Correlations]:
    """Measure the correlations of the pairs of two folders; see ``correlate_pairs``.

    Args:
        noisy: folder of noisy images.
        clean: folder of clean ones.
        pattern: names of the noisy images, as ``{}_real``.
        clean_pattern: names of the clean ones.
        samplers: by name.
        reach: the largest distance in pixels.
        limit: number of pairs, the first ones; all by default.

    Raises:
        ValueError: there are no pairs, or an image is unreadable or too small.
    """
    dataset = ImageFolder(
        noisy,
        gt_root=clean,
        pattern=pattern,
        gt_pattern=clean_pattern,
        pipeline=[{'type': 'LoadImage'}],
    )
    return correlate_pairs(_read_pairs(dataset, limit), samplers, reach=reach)


def estimate_correlation(
    noisy: str | Path, *, pattern: str = '{}', reach: int = 12, limit: int | None = None
) -> Tensor:
    """Estimate the correlation of the noise from noisy images alone, in their flattest blocks.

    The mean over the images, see ``correlation_in_blocks``. Waves longer than a block of 16 pixels
    are not seen; after JPEG neighbors seem more alike than they are.

    Args:
        noisy: folder of noisy images.
        pattern: their names, as ``{}_real``.
        reach: the largest distance in pixels, up to 15.
        limit: number of images, the first ones; all by default.

    Returns:
        The correlation along rows and columns at the distances 0 to ``reach``, (reach + 1,).

    Raises:
        ValueError: ``reach`` is larger; there are no images, one is unreadable, or none has a block
            of 16 x 16 that is not clipped.
    """
    if not 0 < reach < BLOCK:
        raise ValueError(
            f'without clean images distances from 1 to {BLOCK - 1} can be measured, got {reach}: '
            'give --clean, or a smaller --reach'
        )
    dataset = ImageFolder(noisy, pattern=pattern, pipeline=[{'type': 'LoadImage'}])
    found = []
    for index in track_iter_progress(range(min(len(dataset), limit or len(dataset)))):
        image = to_unit_range(torch.from_numpy(dataset[index]['img']).permute(2, 0, 1))
        blocks = find_blocks(image)
        if len(blocks.brightness):
            found.append(torch.tensor([1.0, *correlation_in_blocks(blocks, reach)]))
    if not found:
        raise ValueError(f'no image of {noisy} has 16 x 16 pixels that are not clipped')
    return torch.stack(found).mean(dim=0)


def correlation_lines(
    found: Mapping[tuple[str, str], Correlations], samplers: Sequence[str]
) -> dict[str, list[Line]]:
    """Return the lines of the panels ``noise`` and ``clean``, a color for each sampler.

    Solid along rows and columns, dashed over all directions.
    """
    panels: dict[str, list[Line]] = {'noise': [], 'clean': []}
    for (component, name), (axes, directions) in found.items():
        color, distances = f'C{samplers.index(name)}', range(len(axes))
        panels[component] += [
            Line(name, distances, axes.tolist(), color=color),
            Line(f'{name}, all', distances, directions.tolist(), color=color, style='--'),
        ]
    return panels


def _read_pairs(dataset: ImageFolder, limit: int | None) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield noisy and clean images (C, H, W) in [0, 1]."""
    for index in track_iter_progress(range(min(len(dataset), limit or len(dataset)))):
        sample = dataset[index]
        images = (torch.from_numpy(sample[key]).permute(2, 0, 1) for key in ('img', 'gt'))
        noisy, clean = map(to_unit_range, images)
        yield noisy, clean
