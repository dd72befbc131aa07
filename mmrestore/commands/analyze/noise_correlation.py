r"""Plot the pixel correlation of noise and image, with and without a pair sampler.

    mmrestore analyze noise-correlation --noisy DIR --pattern '{}_real' \
        --clean DIR --clean-pattern '{}_mean' --output FILE.png

This is figure 4 of APR-RD: the correlation between pixels of the training input and pixels of the
target, against their distance; solid along rows and columns, dashed over all directions. The values
are also written as a CSV file next to the figure; docs/analysis.md defines them.

Without --clean the noise correlation is estimated in flat regions of the noisy images.
"""

from __future__ import annotations

import argparse
from typing import Any

HEAD = ['component', 'sampler', 'distance', 'along_axes', 'all_directions']


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument('--noisy', required=True, metavar='DIR', help='folder of noisy images')
    parser.add_argument(
        '--clean', metavar='DIR', help='folder of clean images; without it, the noise is estimated'
    )
    parser.add_argument(
        '--pattern', default='{}', help='name pattern of the noisy images, such as {}_real'
    )
    parser.add_argument('--clean-pattern', default='{}', help='name pattern of the clean images')
    parser.add_argument('--images', type=int, metavar='N', help='use only the first N pairs')
    parser.add_argument('--reach', type=int, default=12, help='largest distance, 12 by default')
    parser.add_argument(
        '--samplers',
        nargs='+',
        choices=['none', 'adjacent', 'cells'],
        help='none, adjacent (APR) and cells (Neighbor2Neighbor); none and adjacent by default, '
        'only none without clean images',
    )
    parser.add_argument('--window', type=int, default=3, help='window side of the sampler adjacent')
    parser.add_argument('--seed', type=int, default=0, help='seed of the samplers')
    parser.add_argument('--output', required=True, metavar='FILE.png', help='file of the figure')


def run(options: argparse.Namespace) -> None:
    """Measure, plot and print the written files.

    Raises:
        ValueError: samplers are requested without clean images.
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
