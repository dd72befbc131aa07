r"""Plot the CKA similarity of layers between networks, or of one network between noises.

    mmrestore analyze cka --between models --model NAME CONFIG CHECKPOINT \
        --model NAME CONFIG CHECKPOINT --images DIR --layers PATTERN ... --output FILE.png
    mmrestore analyze cka --between noises --model NAME CONFIG CHECKPOINT ... \
        --images DIR --noises gaussian:15 poisson:3 --layers PATTERN ... --output FILE.png

Between models there is a panel for each noise; between noises there is a panel for each model and
each noise except the first. The value is linear CKA by the minibatch estimator (docs/analysis.md).
The values are also written as a CSV file next to the figure; layers are numbered in the order of
their execution.
"""

from __future__ import annotations

import argparse

from mmrestore.commands.arguments import add_noisy_patches, read_noisy_patches

HEAD = ['panel', 'row', 'column', 'layer_of_row', 'layer_of_column', 'CKA']


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_noisy_patches(parser, num=256, size=64, noises='gaussian:15 poisson:3')
    parser.add_argument('--between', choices=['models', 'noises'], required=True)
    parser.add_argument(
        '--layers',
        nargs='+',
        required=True,
        metavar='PATTERN',
        help="names as in named_modules, with wildcards, such as conv_first 'layers.?'",
    )
    parser.add_argument(
        '--batch-size',
        type=int,
        default=16,
        metavar='N',
        help='batch size of the estimator, 16 by default',
    )


def run(options: argparse.Namespace) -> None:
    """Measure, plot and print the written files."""
    from mmrestore.analysis.cka_maps import check_batches, measure_cka
    from mmrestore.analysis.figures import check_png, draw_heat_maps, write_results

    check_png(options.output)
    check_batches(options.patches, options.batch_size)
    inputs = read_noisy_patches(options)
    maps = measure_cka(
        inputs,
        between=options.between,
        layers=options.layers,
        batch_size=options.batch_size,
        seed=options.seed,
    )
    rows = [
        (title, i + 1, j + 1, first, second, heat_map.values[i, j].item())
        for title, heat_map in maps.items()
        for i, first in enumerate(heat_map.layers[0])
        for j, second in enumerate(heat_map.layers[1])
    ]
    for path in write_results(options.output, draw_heat_maps(maps), HEAD, rows):
        print(f'written: {path}')
