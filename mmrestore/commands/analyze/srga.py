r"""Measure by SRGA how far the deep features of networks change with the noise; lower is better.

    python tools/analysis/srga.py --model NAME CONFIG CHECKPOINT ... --images DIR \
        --noises gaussian:15 speckle:0.03 poisson:3 --output FILE.png

The first noise is the reference. The numbers are written beside the figure as CSV; docs/analysis.md
says what they are.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from networks_under_noise import Inputs, add_layer, deep_features, make_parser, parse_inputs

from mmrestore.analysis.figures import draw_bars, write_results
from mmrestore.analysis.srga import (
    NUM_COMPONENTS,
    GeneralizedGaussian,
    fit_features,
    kl_divergence,
    srga_index,
)

HEAD = ['model', 'layer', 'noise', 'reference', 'sigma', 'shape', 'KL', 'SRGA']


def measure(inputs: Inputs, options: argparse.Namespace) -> list[tuple]:
    """Return the rows of the table, for each model the reference first."""
    rows = []
    references: dict[str, GeneralizedGaussian] = {}
    for model, layer, noise, features in deep_features(inputs, options):
        fit = fit_features(features, options.components)
        reference = references.setdefault(model, fit)
        divergence, score = kl_divergence(reference, fit), srga_index(reference, fit)
        rows.append((model, layer, noise, options.noises[0], *fit, divergence, score))
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    noises = 'gaussian:15 speckle:0.03 poisson:3 mixture:3'
    parser = make_parser(__doc__, num=800, size=128, noises=noises)
    add_layer(parser)
    parser.add_argument(
        '--components',
        type=int,
        default=NUM_COMPONENTS,
        metavar='N',
        help=f'principal components, at most as many as patches, {NUM_COMPONENTS} by default',
    )
    options = parser.parse_args(arguments)
    if options.components > options.patches or len(options.noises) < 2:
        parser.error(
            'SRGA needs at least as many --patches as --components, and a noise beside the '
            f'reference, got {options.patches}, {options.components} and {options.noises}'
        )
    inputs = parse_inputs(parser, options)
    try:
        rows = measure(inputs, options)
    except ValueError as error:
        parser.error(str(error))
    bars: dict[str, dict[str, float]] = {}
    for model, _, noise, reference, *_, score in rows:
        if noise != reference:
            bars.setdefault(model, {})[noise] = score
    figure = draw_bars(bars, label=f'SRGA, reference {options.noises[0]}')
    for path in write_results(options.output, figure, HEAD, rows):
        print(f'written: {path}')


if __name__ == '__main__':
    main()
