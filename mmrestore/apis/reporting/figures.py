"""Figures of trainings: curves, and metrics against the level of a degradation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mmrestore.apis.reporting.run import FinishedRun
from mmrestore.engine.curves import plot
from mmrestore.reports.levels import OF_INPUT, draw_levels, level_metrics

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_PANELS = 8  # of curves
COLUMNS = 2


def run_figures(runs: Sequence[FinishedRun]) -> dict[str, Figure]:
    """Return the figures of a page by caption.

    Curves are drawn of what all runs that logged something have, the first ones of many metrics.
    """
    figures: dict[str, Figure] = {}
    logged = {run.name: run.logged for run in runs if run.logged is not None}
    common = [
        key
        for key in (next(iter(logged.values())).curves if logged else ())
        if (key == 'loss' or ('/' in key and not key.endswith(OF_INPUT)))
        and all(key in each.curves for each in logged.values())
    ]
    keys = sorted(common, key=lambda key: key != 'loss')
    if keys:
        left_out = len(keys) - MOST_PANELS
        caption = 'Loss and validation metrics in training'
        caption += f'; {left_out} more are in the log' if left_out > 0 else ''
        figures[caption] = plot(logged, keys[:MOST_PANELS], axis='iteration', columns=COLUMNS)
    means = {
        run.name: {
            f'{dataset}/{metric}': np.array([np.mean(list(values.values()))])
            for (dataset, metric), values in run.values.items()
        }
        for run in runs
    }
    for metric in level_metrics(name for each in means.values() for name in each):
        figure = draw_levels(means, metric)
        if figure is not None:
            figures[f'{metric} against the level'] = figure
    return figures
