r"""Measure the generalization of restorers to unseen noises.

    mmrestore analyze generalization --output work_dirs/generalization \
        --model plain masked/baseline work_dirs/masked/baseline/iter_200000.pth \
        --model masked masked/swinir work_dirs/masked/swinir/iter_200000.pth

Each model, and the noisy input, is measured on a grid of test sets, noises and levels, by default
on configs/_base_/datasets/generalization.py. The folder then contains ``results.csv``,
``results.md`` and a figure for each test set and metric: metric against level, with a panel for
each noise and a curve for each model. The CSV file is updated after each cell. The same command
resumes an interrupted run; with more models, noises or test sets it measures only these. Results of
another checkpoint, protocol or image set are refused.
"""

from __future__ import annotations

import argparse

from mmrestore.commands.arguments import add_device, add_models, add_overrides


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_models(parser, required=False)
    parser.add_argument('--output', required=True, metavar='DIR', help='folder for the results')
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
        help='all by default; with levels, these replace the levels of the grid',
    )
    parser.add_argument('--metrics', nargs='+', default=[], metavar='NAME', help='all by default')
    parser.add_argument(
        '--lpips-weights',
        metavar='FILE',
        help='weights of the LPIPS network; `random` if none are available',
    )
    parser.add_argument(
        '--limit', type=_positive, metavar='N', help='use only the first N images of each test set'
    )
    parser.add_argument(
        '--crop', type=_positive, metavar='SIZE', help='use only the central SIZE x SIZE pixels'
    )
    add_device(parser)
    parser.add_argument(
        '--workers',
        type=int,
        default=2,
        metavar='N',
        help='number of data workers, 2 by default',
    )
    add_overrides(parser)


def run(options: argparse.Namespace) -> None:
    """Measure, and write tables and figures."""
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
