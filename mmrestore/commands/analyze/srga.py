r"""Measure SRGA, the change of deep features with the noise; lower is better.

    mmrestore analyze srga --model NAME CONFIG CHECKPOINT ... --images DIR \
        --noises gaussian:15 speckle:0.03 poisson:3 --output FILE.png

The first noise is the reference. The values are also written as a CSV file next to the figure;
docs/analysis.md defines them.
"""

from __future__ import annotations

import argparse

from mmrestore.commands.arguments import add_layer, add_noisy_patches, read_noisy_patches

HEAD = ['model', 'layer', 'noise', 'reference', 'sigma', 'shape', 'KL', 'SRGA']


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    noises = 'gaussian:15 speckle:0.03 poisson:3 mixture:3'
    add_noisy_patches(parser, num=800, size=128, noises=noises)
    add_layer(parser)
    parser.add_argument(
        '--components',
        type=int,
        default=300,
        metavar='N',
        help='principal components, at most the number of patches, 300 by default',
    )


def run(options: argparse.Namespace) -> None:
    """Measure, plot and print the written files."""
    from mmrestore.analysis.figures import check_png, draw_bars, write_results
    from mmrestore.analysis.srga import measure_srga

    check_png(options.output)
    if options.components > options.patches or len(options.noises) < 2:
        raise ValueError(
            'SRGA needs at least as many --patches as --components, and a noise in addition to '
            f'the reference, got {options.patches}, {options.components} and {options.noises}'
        )
    inputs = read_noisy_patches(options)
    rows = measure_srga(
        inputs, layer=options.layer, components=options.components, seed=options.seed
    )
    bars: dict[str, dict[str, float]] = {}
    for row in rows:
        if row.noise != row.reference:
            bars.setdefault(row.model, {})[row.noise] = row.score
    figure = draw_bars(bars, label=f'SRGA, reference {options.noises[0]}')
    for path in write_results(options.output, figure, HEAD, rows):
        print(f'written: {path}')
