r"""Draw how noise and picture are correlated between pixels, with and without a pair sampler.

    python tools/analysis/noise_correlation.py --noisy DIR --pattern '{}_real' \
        --clean DIR --clean-pattern '{}_mean' --output FILE.png

This is figure 4 of APR-RD: the correlation between the pixels of the input and those of the target
of training, against their distance; solid along rows and columns, dashed over all directions. The
numbers are written beside the figure as CSV; docs/analysis.md says what they are.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

import torch
from mmengine.utils import track_iter_progress
from torch import Tensor

from mmrestore.analysis.figures import Line, check_png, draw_lines, write_results
from mmrestore.analysis.noise_correlation import (
    PairSampler,
    adjacent_pixels,
    cell_pixels,
    correlate_pairs,
    same_image,
)
from mmrestore.datasets import ImageFolder
from mmrestore.functional.unit_range import to_unit_range

HEAD = ['component', 'sampler', 'distance', 'along_axes', 'all_directions']
SAMPLERS = ('none', 'adjacent', 'cells')


def read_pairs(dataset: ImageFolder, num: int | None) -> Iterator[tuple[Tensor, Tensor]]:
    """Return noisy and clean images (C, H, W) in [0, 1], at most ``num``."""
    for index in track_iter_progress(range(min(len(dataset), num or len(dataset)))):
        sample = dataset[index]
        images = (torch.from_numpy(sample[key]).permute(2, 0, 1) for key in ('img', 'gt'))
        noisy, clean = map(to_unit_range, images)
        yield noisy, clean


def build_sampler(name: str, options: argparse.Namespace) -> PairSampler:
    """Return a sampler with draws of its own."""
    generator = torch.Generator().manual_seed(options.seed)
    if name == 'adjacent':
        return adjacent_pixels(options.window, generator=generator)
    return cell_pixels(generator=generator) if name == 'cells' else same_image


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('--noisy', required=True, metavar='DIR', help='folder of noisy images')
    parser.add_argument('--clean', required=True, metavar='DIR', help='folder of clean ones')
    parser.add_argument('--pattern', default='{}', help='names of the noisy images, as {}_real')
    parser.add_argument('--clean-pattern', default='{}', help='names of the clean ones')
    parser.add_argument('--images', type=int, metavar='N', help='the first N pairs only')
    parser.add_argument('--reach', type=int, default=12, help='largest distance, 12 by default')
    parser.add_argument(
        '--samplers',
        nargs='+',
        choices=SAMPLERS,
        default=['none', 'adjacent'],
        help='none, adjacent (APR) and cells (Neighbor2Neighbor); the first two by default',
    )
    parser.add_argument('--window', type=int, default=3, help='side of the window of adjacent')
    parser.add_argument('--seed', type=int, default=0, help='of the draws of the samplers')
    parser.add_argument('--output', required=True, metavar='FILE.png', help='where it is drawn')
    options = parser.parse_args(arguments)
    try:
        check_png(options.output)
        dataset = ImageFolder(
            options.noisy,
            gt_root=options.clean,
            pattern=options.pattern,
            gt_pattern=options.clean_pattern,
            pipeline=[{'type': 'LoadImage'}],
        )
        samplers = {name: build_sampler(name, options) for name in options.samplers}
        found = correlate_pairs(read_pairs(dataset, options.images), samplers, reach=options.reach)
    except ValueError as error:
        parser.error(str(error))
    distances = list(range(options.reach + 1))
    panels: dict[str, list[Line]] = {'noise': [], 'clean': []}
    for (component, name), (axes, directions) in found.items():
        color = f'C{options.samplers.index(name)}'
        panels[component] += [
            Line(name, distances, axes.tolist(), color=color),
            Line(f'{name}, all', distances, directions.tolist(), color=color, style='--'),
        ]
    rows = [
        (component, name, d, axes[d].item(), directions[d].item())
        for (component, name), (axes, directions) in found.items()
        for d in distances
    ]
    figure = draw_lines(panels, axes=('distance in pixels', 'correlation'))
    for path in write_results(options.output, figure, HEAD, rows):
        print(f'written: {path}')


if __name__ == '__main__':
    main()
