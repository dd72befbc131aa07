r"""Draw how alike the layers of two networks, or of one under two noises, see the same images.

    python tools/analysis/cka.py --between models --model NAME CONFIG CHECKPOINT \
        --model NAME CONFIG CHECKPOINT --images DIR --layers PATTERN ... --output FILE.png
    python tools/analysis/cka.py --between noises --model NAME CONFIG CHECKPOINT ... \
        --images DIR --noises gaussian:15 poisson:3 --layers PATTERN ... --output FILE.png

Between models there is a panel for every noise, between noises one for every model and every noise
but the first. The value is linear CKA by the minibatch estimator (docs/analysis.md). The numbers
are written beside the figure as CSV; layers are numbered in the order in which they return.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from mmengine.utils import ProgressBar
from networks_under_noise import Inputs, make_parser, parse_inputs
from torch import Tensor

from mmrestore.analysis.cka import LEAST_IMAGES, MinibatchCKA, gram_matrices
from mmrestore.analysis.features import collect_features
from mmrestore.analysis.figures import HeatMap, draw_heat_maps, write_results

HEAD = ['panel', 'row', 'column', 'layer_of_row', 'layer_of_column', 'CKA']
Place = tuple[str, str]  # model and noise


def find_panels(between: str, models: Sequence[str], noises: Sequence[str]) -> dict[Place, Place]:
    """Return the places of the rows and of the columns of every panel.

    Raises:
        ValueError: there are not two models, or not two noises, to compare.
    """
    if between == 'models':
        if len(models) != 2:
            raise ValueError(f'between models: give --model twice, got {len(models)}')
        return {(models[0], noise): (models[1], noise) for noise in noises}
    if len(noises) < 2:
        raise ValueError(f'between noises: give at least two --noises, got {len(noises)}')
    return {(model, noise): (model, noises[0]) for model in models for noise in noises[1:]}


def measure(
    inputs: Inputs, panels: dict[Place, Place], options: argparse.Namespace
) -> dict[str, HeatMap]:
    """Return the heat map of every panel."""
    places = sorted({*panels, *panels.values()})
    alignments = {rows: MinibatchCKA() for rows in panels}
    layers: dict[Place, list[str]] = {}
    bar = ProgressBar(len(places) * options.patches)
    for start in range(0, options.patches, options.batch_size):
        grams: dict[Place, Tensor] = {}
        for model, noise in places:
            images = inputs.patches[noise][start : start + options.batch_size]
            features = collect_features(
                inputs.networks[model],
                images.to(options.device),
                options.layers,
                seed=options.seed + start,
                progress=bar.update,
            )
            layers[model, noise] = list(features)
            grams[model, noise] = gram_matrices(features)
        for rows, columns in panels.items():
            alignments[rows].update(grams[rows], grams[columns])
    print()
    maps = {}
    for rows, columns in panels.items():
        same_noise = rows[1] == columns[1]
        title = rows[1] if same_noise else rows[0]
        axes = (rows[0], columns[0]) if same_noise else (rows[1], columns[1])
        values = alignments[rows].compute().cpu()
        title = title if title not in maps else f'{title}, {rows[1]}'
        maps[title] = HeatMap(values, (layers[rows], layers[columns]), axes)
    return maps


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = make_parser(__doc__, num=256, size=64, noises='gaussian:15 poisson:3')
    parser.add_argument('--between', choices=['models', 'noises'], required=True)
    parser.add_argument(
        '--layers',
        nargs='+',
        required=True,
        metavar='PATTERN',
        help="names as in named_modules, with wildcards: conv_first 'layers.?'",
    )
    parser.add_argument(
        '--batch-size', type=int, default=16, metavar='N', help='of the estimator, 16 by default'
    )
    options = parser.parse_args(arguments)
    if options.batch_size < LEAST_IMAGES or options.patches % options.batch_size:
        parser.error(
            f'--patches must be a multiple of --batch-size, and that at least {LEAST_IMAGES}, got '
            f'{options.patches} and {options.batch_size}'
        )
    inputs = parse_inputs(parser, options)
    try:
        panels = find_panels(options.between, list(inputs.networks), list(inputs.patches))
        maps = measure(inputs, panels, options)
    except ValueError as error:
        parser.error(str(error))
    rows = [
        (title, i + 1, j + 1, first, second, heat_map.values[i, j].item())
        for title, heat_map in maps.items()
        for i, first in enumerate(heat_map.layers[0])
        for j, second in enumerate(heat_map.layers[1])
    ]
    for path in write_results(options.output, draw_heat_maps(maps), HEAD, rows):
        print(f'written: {path}')


if __name__ == '__main__':
    main()
