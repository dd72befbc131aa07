r"""Plot histograms of deep features under several noises.

    mmrestore analyze feature-distribution --model NAME CONFIG CHECKPOINT ... \
        --images DIR --noises gaussian:15 speckle:0.03 poisson:3 --output FILE.png

There is a panel for each model and a curve for each noise. The bins span four standard deviations
around the mean of the features under the first noise. The counts are also written as a CSV file
next to the figure; a row without edges has the count outside the bins.
"""

from __future__ import annotations

import argparse

from mmrestore.commands.arguments import add_layer, add_noisy_patches, read_noisy_patches

HEAD = ['model', 'layer', 'noise', 'low', 'high', 'count']


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    noises = 'gaussian:15 speckle:0.03 poisson:3 mixture:3'
    add_noisy_patches(parser, num=200, size=128, noises=noises)
    add_layer(parser)
    parser.add_argument('--bins', type=int, default=100, help='number of bins, 100 by default')


def run(options: argparse.Namespace) -> None:
    """Measure, plot and print the written files."""
    from mmrestore.analysis.distribution import Histogram, measure_distributions
    from mmrestore.analysis.figures import check_png, draw_histograms, write_results

    check_png(options.output)
    if options.bins < 1:
        raise ValueError(f'expected at least one bin, got {options.bins}')
    inputs = read_noisy_patches(options)
    found = measure_distributions(inputs, layer=options.layer, bins=options.bins, seed=options.seed)
    by_model: dict[str, dict[str, Histogram]] = {}
    rows: list[tuple] = []
    for (model, layer, noise), counted in found.items():
        by_model.setdefault(model, {})[noise] = counted
        edges = counted.edges.tolist()
        bins = zip(edges[:-1], edges[1:], counted.counts.tolist(), strict=True)
        rows += [(model, layer, noise, *one) for one in bins]
        rows.append((model, layer, noise, '', '', counted.outside))
    for path in write_results(options.output, draw_histograms(by_model), HEAD, rows):
        print(f'written: {path}')
