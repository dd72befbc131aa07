"""Result files: a table of all images, and the protocol of the measurement."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import platform
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from mmengine.evaluator import BaseMetric

from mmrestore.evaluation.base import ImageMetric
from mmrestore.files import write_text
from mmrestore.version import __version__

IMAGES, TABLE, SUMMARY = 'images', 'images.csv', 'results.json'
COLUMNS = ('dataset', 'image', 'metric', 'value')


def remove_results(folder: str | Path) -> None:
    """Remove the result tables of earlier tests, which do not describe the new images."""
    for name in (TABLE, SUMMARY):
        with suppress(FileNotFoundError):
            Path(folder, name).unlink()


def write_results(
    folder: str | Path,
    metrics: Sequence[BaseMetric],
    means: Mapping[str, float],
    *,
    facts: Mapping[str, Any],
) -> None:
    """Write ``images.csv`` and ``results.json`` after an evaluation, each of them atomically.

    ``images.csv`` has a row for each image and metric: data set, image, metric, value with all its
    digits. ``results.json`` has the facts, the versions of the software, the data sets with their
    numbers of images, the protocol of each metric and the means. Values that are not finite are
    texts there: ``"inf"``.

    Args:
        folder: is made if need be.
        metrics: those of the evaluation. A metric of another package has no values of images and
            no protocol, a pooled one no values.
        means: what the evaluation returned.
        facts: what was measured, such as the config; JSON's types.

    Raises:
        OSError: a file cannot be written.
    """
    ours = [metric for metric in metrics if isinstance(metric, ImageMetric)]
    write_text(Path(folder, TABLE), image_table(ours))
    summary = {
        **facts,
        'versions': {
            'mmrestore': __version__,
            'torch': str(torch.__version__),
            'python': platform.python_version(),
        },
        'datasets': _num_images(ours),
        'metrics': [_description(metric) for metric in metrics],
        'means': {name: _plain(value) for name, value in means.items()},
    }
    write_text(Path(folder, SUMMARY), json.dumps(summary, indent=2) + '\n')


def image_table(metrics: Iterable[ImageMetric]) -> str:
    """Return the values of all images as CSV, metric by metric."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator='\n')
    writer.writerow(COLUMNS)
    for metric in metrics:
        for dataset, image, value in metric.image_values:
            writer.writerow([dataset or '', image, metric.name, repr(value)])
    return file.getvalue()


def read_image_table(file: str | Path) -> dict[tuple[str, str], dict[str, float]]:
    """Return the values of all images of an ``images.csv``, by data set and metric, then by image.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is something else, or damaged.
    """
    found: dict[tuple[str, str], dict[str, float]] = {}
    with open(file, newline='', encoding='utf-8', errors='surrogateescape') as lines:
        try:
            for row in csv.DictReader(lines):
                place = found.setdefault((row['dataset'], row['metric']), {})
                place[row['image']] = float(row['value'])
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f'{file} is no table of results, or damaged: {error!r}') from error
    return found


def file_facts(path: str | Path) -> dict[str, str]:
    """Return the path and the SHA-256 of a file."""
    digest = hashlib.sha256()
    with open(path, 'rb') as file:
        while block := file.read(2**20):
            digest.update(block)
    return {'path': str(path), 'sha256': digest.hexdigest()}


def _num_images(metrics: Iterable[ImageMetric]) -> dict[str, int]:
    """Return the number of images of each data set."""
    counts: dict[str, int] = {}
    for metric in metrics:
        for dataset, count in metric.num_images.items():
            counts[dataset or ''] = count
    return counts


def _description(metric: BaseMetric) -> dict[str, Any]:
    if not isinstance(metric, ImageMetric):
        return {'name': type(metric).__name__, 'protocol': None}
    return {
        'name': metric.name,
        'of': metric.of,
        'datasets': None if metric.datasets is None else list(metric.datasets),
        'protocol': metric.protocol,
        'pooled': metric.pooled,
        'higher_is_better': metric.higher_is_better,
    }


def _plain(value: Any) -> Any:
    number = float(value)
    return number if math.isfinite(number) else str(number)
