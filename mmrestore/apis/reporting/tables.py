"""Tables of trainings: means, values of every image, protocols and settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mmrestore.apis.reporting.run import FinishedRun
from mmrestore.config.merging import flat
from mmrestore.engine.hooks.record_hook import OF_THE_START
from mmrestore.reports.html import Html, element
from mmrestore.reports.levels import OF_INPUT
from mmrestore.reports.tables import table

Rows = list[list[object]]


def means_table(runs: Sequence[FinishedRun]) -> Html:
    """Return the means of all test sets; of several runs with the differences to the first.

    "Better" counts the images on which a run is better than the first one.
    """
    names = list(dict.fromkeys(name for run in runs for name in run.summary.get('means', {})))
    header = ['metric', *(run.name for run in runs)]
    for run in runs[1:]:
        header += [f'{run.name} - {runs[0].name}', 'better']
    rows: Rows = []
    for name in names:
        means = [float(run.summary.get('means', {}).get(name, 'nan')) for run in runs]
        row: list[object] = [name, *(_number(mean) for mean in means)]
        for run, mean in zip(runs[1:], means[1:], strict=True):
            of_input = name.endswith(OF_INPUT)  # the same in all runs
            difference = '' if of_input else _number(mean - means[0], sign=True)
            row += [difference, '' if of_input else _images_better(runs[0], run, name)]
        rows.append(row)
    return table(header, rows)


def image_tables(runs: Sequence[FinishedRun]) -> list[Html]:
    """Return a table of every image for each test set, folded in."""
    found = []
    for dataset in dict.fromkeys(dataset for run in runs for dataset, _ in run.values):
        columns = [(run, metric) for run in runs for each, metric in run.values if each == dataset]
        header = [_title(run, metric, several=len(runs) > 1) for run, metric in columns]
        by_column = [run.values[dataset, metric] for run, metric in columns]
        images = dict.fromkeys(image for values in by_column for image in values)
        rows = [
            [image, *(_number(values.get(image, np.nan)) for values in by_column)]
            for image in images
        ]
        summary = f'{dataset or "test set"}: {len(images)} images'
        found.append(folded(summary, table(['image', *header], rows)))
    return found


def protocol_rows(runs: Sequence[FinishedRun]) -> Rows:
    """Return a row for each metric: its name and what is measured exactly."""
    found = {
        (about['name'], about.get('protocol') or ''): None
        for run in runs
        for about in run.summary.get('metrics', [])
    }
    return [list(each) for each in found]


def setting_differences(runs: Sequence[FinishedRun]) -> Rows:
    """Return a row for each setting that is not the same in all runs."""
    settings = [dict(flat(run.config.to_dict())) for run in runs]
    keys = sorted({k for each in settings for k in each if k.split('.')[0] not in OF_THE_START})
    rows: Rows = [[k, *(repr(each[k]) if k in each else '-' for each in settings)] for k in keys]
    return [row for row in rows if len(set(row[1:])) > 1]


def folded(summary: str, *content: Html) -> Html:
    """Return content that a click unfolds."""
    return element('details', element('summary', summary), *content)


def _images_better(first: FinishedRun, run: FinishedRun, name: str) -> str:
    dataset, _, metric = name.rpartition('/')
    one, two = (each.values.get((dataset, metric), {}) for each in (first, run))
    about: dict[str, Any] = next(
        (m for m in run.summary.get('metrics', []) if m['name'] == metric), {}
    )
    if not one or list(one) != list(two):
        return ''
    sign = 1 if about.get('higher_is_better', True) else -1
    better = sum(sign * (two[image] - one[image]) > 0 for image in one)
    return f'{better} of {len(one)}'


def _title(run: FinishedRun, metric: str, *, several: bool) -> str:
    return f'{metric}, {run.name}' if several else metric


def _number(value: float, *, sign: bool = False) -> Html:
    text = '' if np.isnan(value) else f'{value:+.4f}' if sign else f'{value:.4f}'
    return Html(text)
