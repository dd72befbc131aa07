"""Selection of test sets, noises and metrics of a grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmrestore.config import open_config
from mmrestore.datasets import NoiseGrid
from mmrestore.evaluation import ImageMetric
from mmrestore.registry import DATASETS, METRICS, suggest

GRID = '_base_/datasets/generalization'  # among the configs that ship


def open_grid(
    config: str | Path | Config = GRID, overrides: Mapping[str, Any] | Sequence[str] | None = None
) -> Config:
    """Open the config of a grid.

    Raises:
        ValueError: its test data are no ``NoiseGrid``; or see ``open_config``.
    """
    opened = open_config(config, overrides)
    data = opened.get('test_dataloader') or {}
    if (data.get('dataset') or {}).get('type') != 'NoiseGrid':
        raise ValueError(f'--grid needs a config whose test data are a NoiseGrid, got {data}')
    return opened


def build_grid(
    config: Config,
    *,
    test_sets: Sequence[str] = (),
    noises: Sequence[str] = (),
    crop: int | None = None,
) -> NoiseGrid:
    """Build the test data of a config, restricted to the selected sets.

    Args:
        config: see :func:`open_grid`.
        test_sets: names of test sets, all by default.
        noises: each ``NOISE`` or ``NOISE:LEVEL,LEVEL``, all by default.
        crop: side of the middle part of images that is measured alone.

    Raises:
        ValueError: the grid has no such test set, noise or level.
    """
    dataset = config.test_dataloader.dataset
    sets, known, pipeline = dataset.datasets, dataset.noises, dict(dataset.pipeline)
    if test_sets:
        sets = {name: _find(name, sets, 'test set') for name in test_sets}
    if noises:
        known = dict(choose_noise(text, known) for text in noises)
    if crop:
        middle = {'type': 'CenterCrop', 'size': crop}
        steps = [item for item in pipeline.items() if item[0] not in ('middle', 'noise')]
        place = list(pipeline).index('noise') - ('middle' in pipeline)
        steps[place:place] = [('middle', middle), ('noise', pipeline['noise'])]
        pipeline = dict(steps)
    return DATASETS.build({**dataset, 'datasets': sets, 'noises': known, 'pipeline': pipeline})


def choose_noise(text: str, noises: Mapping[str, Any]) -> tuple[str, dict]:
    """Return the name and the config of ``NOISE`` or ``NOISE:LEVEL,LEVEL``.

    Raises:
        ValueError: there is no such noise, or it has no levels.

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


def build_metrics(
    config: Config, *, names: Sequence[str] = (), lpips_weights: str | None = None
) -> list[ImageMetric]:
    """Build all metrics of a config, or the selected ones.

    Args:
        config: see :func:`open_grid`.
        names: names of metrics, all by default.
        lpips_weights: weights of the network of LPIPS; ``random`` where there are none.

    Raises:
        ValueError: the grid has no such metric.
    """
    known = {m.get('name', m.type): dict(m) for m in config.test_evaluator.metrics}
    chosen = [_find(name, known, 'metric') for name in names or known]
    for metric in chosen:
        if lpips_weights and metric['type'] == 'LPIPS':
            metric['weights'] = lpips_weights
    return [METRICS.build(metric) for metric in chosen]


def _find(name: str, known: Mapping[str, Any], what: str) -> Any:
    known = {key: value for key, value in known.items() if value is not None}
    if name not in known:
        raise ValueError(
            f'unknown {what} {name!r}.{suggest(name, known)} The grid has: {", ".join(known)}'
        )
    return known[name]
