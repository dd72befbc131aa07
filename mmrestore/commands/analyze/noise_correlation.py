r"""Draw how noise and picture are correlated between pixels, with and without a pair sampler.

    mmrestore analyze noise-correlation --noisy DIR --pattern '{}_real' \
        --clean DIR --clean-pattern '{}_mean' --output FILE.png

This is figure 4 of APR-RD: the correlation between the pixels of the input and those of the target
of training, against their distance; solid along rows and columns, dashed over all directions. The
numbers are written beside the figure as CSV; docs/analysis.md says what they are.

Without --clean the correlation of the noise is estimated in flat parts of the noisy images.
"""

from __future__ import annotations

import argparse
from typing import Any

HEAD = ['component', 'sampler', 'distance', 'along_axes', 'all_directions']


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('--noisy', required=True, metavar='DIR', help='folder of noisy images')
    parser.add_argument(
        '--clean', metavar='DIR', help='folder of clean ones; without, the noise is estimated'
    )
    parser.add_argument('--pattern', default='{}', help='names of the noisy images, as {}_real')
    parser.add_argument('--clean-pattern', default='{}', help='names of the clean ones')
    parser.add_argument('--images', type=int, metavar='N', help='the first N pairs only')
    parser.add_argument('--reach', type=int, default=12, help='largest distance, 12 by default')
    parser.add_argument(
        '--samplers',
        nargs='+',
        choices=['none', 'adjacent', 'cells'],
        help='none, adjacent (APR) and cells (Neighbor2Neighbor); the first two by default, and '
        'none only without clean images',
    )
    parser.add_argument('--window', type=int, default=3, help='side of the window of adjacent')
    parser.add_argument('--seed', type=int, default=0, help='of the draws of the samplers')
    parser.add_argument('--output', required=True, metavar='FILE.png', help='where it is drawn')


def run(options: argparse.Namespace) -> None:
    """Measure, draw, and say where.

    Raises:
        ValueError: samplers are to be compared without clean images.
    """
    from mmrestore.analysis.figures import check_png, draw_lines, write_results

    check_png(options.output)
    if options.clean is None and set(options.samplers or ()) - {'none'}:
        raise ValueError('pair samplers need clean images: give --clean, or --samplers none')
    panels, rows = _estimated(options) if options.clean is None else _measured(options)
    figure = draw_lines(panels, axes=('distance in pixels', 'correlation'))
    for path in write_results(options.output, figure, HEAD, rows):
        print(f'written: {path}')


def _measured(options: argparse.Namespace) -> tuple[dict[str, Any], list[tuple]]:
    from mmrestore.analysis.noise_pairs import build_sampler, correlate_folders, correlation_lines

    names = options.samplers or ['none', 'adjacent']
    samplers = {n: build_sampler(n, window=options.window, seed=options.seed) for n in names}
    found = correlate_folders(
        options.noisy,
        options.clean,
        pattern=options.pattern,
        clean_pattern=options.clean_pattern,
        samplers=samplers,
        reach=options.reach,
        limit=options.images,
    )
    rows = [
        (component, name, d, axes[d].item(), directions[d].item())
        for (component, name), (axes, directions) in found.items()
        for d in range(options.reach + 1)
    ]
    return correlation_lines(found, names), rows


def _estimated(options: argparse.Namespace) -> tuple[dict[str, Any], list[tuple]]:
    from mmrestore.analysis.figures import Line
    from mmrestore.analysis.noise_pairs import estimate_correlation

    found = estimate_correlation(
        options.noisy, pattern=options.pattern, reach=options.reach, limit=options.images
    ).tolist()
    panels = {'noise, estimated': [Line('none', range(len(found)), found)]}
    return panels, [('noise, estimated', 'none', d, value, '') for d, value in enumerate(found)]
