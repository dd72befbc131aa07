r"""Measure how restorers do on noises that they never saw.

    python tools/analysis/generalization.py --output work_dirs/generalization \
        --model plain configs/masked/baseline.py work_dirs/masked/baseline/iter_200000.pth \
        --model masked configs/masked/swinir.py work_dirs/masked/swinir/iter_200000.pth

Every model, and the noisy input itself, is measured on test sets x noises x levels, by default on
those of configs/_base_/datasets/generalization.py. Into the folder go ``results.csv``,
``results.md`` and a figure for each test set and metric: the metric against the level, a panel for
each noise, a curve for each model. The CSV file is written after every cell; the same command goes
on where it was killed, and with further models, noises or test sets it measures only these. Results
of another checkpoint, protocol or images are not mixed in but refused.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config, DictAction
from mmengine.registry import init_default_scope
from model_arguments import add_models, check_names

from mmrestore.analysis.generalization import draw, markdown
from mmrestore.analysis.grid_results import NOISY, Row
from mmrestore.analysis.noise_measurement import load_model, measure
from mmrestore.datasets import NoiseGrid
from mmrestore.engine.checkpoint import write_atomically, write_text
from mmrestore.evaluation import ImageMetric
from mmrestore.registry import DATASETS, METRICS, suggest

GRID = Path(__file__).parents[2] / 'configs' / '_base_' / 'datasets' / 'generalization.py'


def build_grid(config: Config, options: argparse.Namespace) -> NoiseGrid:
    """Build the test data of a config, narrowed to what was asked for."""
    dataset = config.test_dataloader.dataset
    test_sets, noises, pipeline = dataset.datasets, dataset.noises, dict(dataset.pipeline)
    if options.test_sets:
        test_sets = {name: _find(name, test_sets, 'test set') for name in options.test_sets}
    if options.noises:
        noises = dict(choose_noise(text, noises) for text in options.noises)
    if options.crop:
        middle = {'type': 'CenterCrop', 'size': options.crop}
        steps = [item for item in pipeline.items() if item[0] not in ('middle', 'noise')]
        place = list(pipeline).index('noise') - ('middle' in pipeline)
        steps[place:place] = [('middle', middle), ('noise', pipeline['noise'])]
        pipeline = dict(steps)
    return DATASETS.build(
        {**dataset, 'datasets': test_sets, 'noises': noises, 'pipeline': pipeline}
    )


def choose_noise(text: str, noises: Mapping[str, Any]) -> tuple[str, dict]:
    """Return the name and the config of ``NOISE`` or ``NOISE:LEVEL,LEVEL``.

    Examples:
        >>> choose_noise('a:0.1,2', {'a': {'type': 'A', 'levels': {'x': [1]}}})
        ('a', {'type': 'A', 'levels': {'x': [0.1, 2]}})
    """
    name, _, levels = text.partition(':')
    noise = dict(_find(name, noises, 'noise'))
    if levels:
        if 'levels' not in noise:
            raise ValueError(f'the noise {name!r} has no levels, got {text!r}')
        ((parameter, _),) = noise['levels'].items()
        try:
            values = [float(v) if '.' in v or 'e' in v else int(v) for v in levels.split(',')]
        except ValueError as error:
            raise ValueError(f'expected --noises {name}:LEVEL,LEVEL, got {text!r}') from error
        noise['levels'] = {parameter: values}
    return name, noise


def build_metrics(config: Config, options: argparse.Namespace) -> list[ImageMetric]:
    """Build the metrics of a config, or those of them that were asked for."""
    known = {m.get('name', m.type): dict(m) for m in config.test_evaluator.metrics}
    names = options.metrics or list(known)
    chosen = [_find(name, known, 'metric') for name in names]
    for metric in chosen:
        if options.lpips_weights and metric['type'] == 'LPIPS':
            metric['weights'] = options.lpips_weights
    return [METRICS.build(metric) for metric in chosen]


def check_models(models: Sequence[Sequence[str]]) -> None:
    """Check that models have different names and that all their files are there."""
    check_names(models)
    missing = [path for _, *paths in models for path in paths if not Path(path).is_file()]
    if missing:
        raise ValueError(f'there is no file {" and no file ".join(missing)}')


def report(rows: Sequence[Row], metrics: Sequence[ImageMetric], options: argparse.Namespace) -> str:
    """Return the page: what was measured, and the tables."""
    images = f'the first {options.limit}' if options.limit else 'all'
    known = {NOISY, *(name for name, *_ in options.model)}
    part = f', of each the {options.crop} x {options.crop} pixels in the middle'
    return '\n'.join(
        [
            '# Noises that were not seen in training\n',
            *(f'- {name}: `{config}`, `{weights}`' for name, config, weights in options.model),
            *(
                f'- {name}: measured by an earlier command'
                for name in dict.fromkeys(row.model for row in rows)
                if name not in known
            ),
            *(f'- {metric.name}: {metric.protocol}' for metric in metrics),
            f'- images: {images} of each test set{part if options.crop else ""}\n',
            markdown(rows),
        ]
    )


def _find(name: str, known: Mapping[str, Any], what: str) -> Any:
    known = {key: value for key, value in known.items() if value is not None}
    if name not in known:
        raise ValueError(
            f'unknown {what} {name!r}.{suggest(name, known)} The grid has: {", ".join(known)}'
        )
    return known[name]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_models(parser, required=False)
    parser.add_argument('--output', required=True, metavar='DIR', help='folder of the results')
    parser.add_argument(
        '--grid', default=GRID, metavar='CONFIG', help='config with the test data and metrics'
    )
    parser.add_argument('--test-sets', nargs='+', metavar='NAME', help='all by default')
    parser.add_argument(
        '--noises',
        nargs='+',
        metavar='NOISE[:LEVEL,LEVEL]',
        help='all by default; with levels, at these instead of those of the grid',
    )
    parser.add_argument('--metrics', nargs='+', metavar='NAME', help='all by default')
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
    parser.add_argument('--device', default='cuda' if torch.cuda.is_available() else 'cpu')
    parser.add_argument(
        '--workers',
        type=int,
        default=2,
        metavar='N',
        help='processes that load data, 2 by default',
    )
    parser.add_argument(
        '--cfg-options', nargs='+', action=DictAction, default={}, help='override the grid'
    )
    options = parser.parse_args(arguments)
    init_default_scope('mmrestore')
    try:
        check_models(options.model)
        config = Config.fromfile(options.grid)
        config.merge_from_dict(options.cfg_options)
        data = config.get('test_dataloader') or {}
        if data.get('dataset', {}).get('type') != 'NoiseGrid':
            raise ValueError(f'--grid needs a config whose test data are a NoiseGrid, got {data}')
        metrics = build_metrics(config, options)
        grid = build_grid(config, options)
        models = {name: load_model(*files, device=options.device) for name, *files in options.model}
    except (FileNotFoundError, KeyError, RuntimeError, TypeError, ValueError) as error:
        parser.error(str(error.args[0] if isinstance(error, KeyError) else error))
    folder = Path(options.output)
    try:
        rows = measure(
            grid,
            models,
            metrics,
            folder / 'results.csv',
            limit=options.limit,
            num_workers=options.workers,
            device=options.device,
        )
    except ValueError as error:
        parser.error(str(error))
    write_text(folder / 'results.md', report(rows, metrics, options))
    for test_set in dict.fromkeys(row.test_set for row in rows):
        for metric in metrics:
            figure = draw(rows, test_set, metric.name)
            write_atomically(
                folder / f'{test_set}_{metric.name}.png', partial(figure.savefig, dpi=150)
            )
    print(f'\nresults.csv, results.md and figures are in {folder}')


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f'expected a number of at least 1, got {text}')
    return number


if __name__ == '__main__':
    main()
