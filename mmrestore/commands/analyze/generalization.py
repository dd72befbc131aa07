r"""Measure how restorers do on noises that they never saw.

    mmrestore analyze generalization --output work_dirs/generalization \
        --model plain masked/baseline work_dirs/masked/baseline/iter_200000.pth \
        --model masked masked/swinir work_dirs/masked/swinir/iter_200000.pth

Every model, and the noisy input itself, is measured on test sets x noises x levels, by default on
those of configs/_base_/datasets/generalization.py. Into the folder go ``results.csv``,
``results.md`` and a figure for each test set and metric: the metric against the level, a panel for
each noise, a curve for each model. The CSV file is written after every cell; the same command goes
on where it was killed, and with further models, noises or test sets it measures only these. Results
of another checkpoint, protocol or images are not mixed in but refused.
"""

from __future__ import annotations

import argparse

from mmrestore.commands.arguments import add_device, add_models, add_overrides


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_models(parser, required=False)
    parser.add_argument('--output', required=True, metavar='DIR', help='folder of the results')
    parser.add_argument(
        '--grid',
        default='_base_/datasets/generalization',
        metavar='CONFIG',
        help='config with the test data and metrics',
    )
    parser.add_argument('--test-sets', nargs='+', default=[], metavar='NAME', help='all by default')
    parser.add_argument(
        '--noises',
        nargs='+',
        default=[],
        metavar='NOISE[:LEVEL,LEVEL]',
        help='all by default; with levels, at these instead of those of the grid',
    )
    parser.add_argument('--metrics', nargs='+', default=[], metavar='NAME', help='all by default')
    parser.add_argument(
        '--lpips-weights',
        metavar='FILE',
        help='weights of the network of LPIPS; `random` where there are none',
    )
    parser.add_argument(
        '--limit', type=_positive, metavar='N', help='only the first N images of each test set'
    )
    parser.add_argument(
        '--crop', type=_positive, metavar='SIZE', help='only the SIZE x SIZE pixels in the middle'
    )
    add_device(parser)
    parser.add_argument(
        '--workers',
        type=int,
        default=2,
        metavar='N',
        help='processes that load data, 2 by default',
    )
    add_overrides(parser)


def run(options: argparse.Namespace) -> None:
    """Measure, write tables and figures, and say where."""
    from mmrestore.analysis.generalization import write_report
    from mmrestore.analysis.grid_choice import build_grid, build_metrics, open_grid
    from mmrestore.analysis.noise_measurement import load_models, measure
    from mmrestore.apis.networks import choose_device

    device = choose_device(options.device)
    config = open_grid(options.grid, options.cfg_options)
    metrics = build_metrics(config, names=options.metrics, lpips_weights=options.lpips_weights)
    chosen = {'test_sets': options.test_sets, 'noises': options.noises, 'crop': options.crop}
    grid = build_grid(config, **chosen)
    rows = measure(
        grid,
        load_models(options.model, device=device),
        metrics,
        f'{options.output}/results.csv',
        limit=options.limit,
        num_workers=options.workers,
        device=device,
    )
    write_report(
        options.output,
        rows,
        models=options.model,
        protocols={metric.name: metric.protocol for metric in metrics},
        limit=options.limit,
        crop=options.crop,
    )
    print(f'\nresults.csv, results.md and figures are in {options.output}')


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f'expected a number of at least 1, got {text}')
    return number
