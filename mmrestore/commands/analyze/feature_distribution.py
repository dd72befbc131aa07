r"""Draw how the values of deep features are distributed under several noises.

    python tools/analysis/feature_distribution.py --model NAME CONFIG CHECKPOINT ... \
        --images DIR --noises gaussian:15 speckle:0.03 poisson:3 --output FILE.png

There is a panel for each model and a curve for each noise. The bins span four standard deviations
about the mean of the features under the first noise. The counts are written beside the figure as
CSV, those outside of the bins too, in a row without edges.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from networks_under_noise import Inputs, add_layer, deep_features, make_parser, parse_inputs

from mmrestore.analysis.distribution import Histogram, histogram, value_range
from mmrestore.analysis.figures import draw_histograms, write_results

HEAD = ['model', 'layer', 'noise', 'low', 'high', 'count']


def measure(
    inputs: Inputs, options: argparse.Namespace
) -> tuple[dict[str, dict[str, Histogram]], list[tuple]]:
    """Return the histograms by model and noise, and the rows of the table."""
    found: dict[str, dict[str, Histogram]] = {}
    ranges: dict[str, tuple[float, float]] = {}
    rows: list[tuple] = []
    for model, layer, noise, features in deep_features(inputs, options):
        if model not in ranges:
            ranges[model] = value_range(features)
        counted = histogram(features, ranges[model], bins=options.bins)
        found.setdefault(model, {})[noise] = counted
        edges = counted.edges.tolist()
        bins = zip(edges[:-1], edges[1:], counted.counts.tolist(), strict=True)
        rows += [(model, layer, noise, *one) for one in bins]
        rows.append((model, layer, noise, '', '', counted.outside))
    return found, rows


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    noises = 'gaussian:15 speckle:0.03 poisson:3 mixture:3'
    parser = make_parser(__doc__, num=200, size=128, noises=noises)
    add_layer(parser)
    parser.add_argument('--bins', type=int, default=100, help='number of bins, 100 by default')
    options = parser.parse_args(arguments)
    if options.bins < 1:
        parser.error(f'expected at least one bin, got {options.bins}')
    inputs = parse_inputs(parser, options)
    try:
        found, rows = measure(inputs, options)
    except ValueError as error:
        parser.error(str(error))
    for path in write_results(options.output, draw_histograms(found), HEAD, rows):
        print(f'written: {path}')


if __name__ == '__main__':
    main()
