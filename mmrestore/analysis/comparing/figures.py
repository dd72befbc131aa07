"""Figures of an experiment: differences with intervals, and training curves."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from mmrestore.analysis.comparing.outcome import Outcome
from mmrestore.engine.curves import Curve

COLUMNS = 4  # panels in a row


def draw_differences(outcomes: Sequence[Outcome]) -> Figure | None:
    """Draw the differences to the control with both intervals, a panel for each metric.

    Returns:
        The figure; None where no interval is finite, as with a single seed.
    """
    shown = [o for o in outcomes if o.over_seeds and math.isfinite(o.over_seeds.low)]
    metrics = list(dict.fromkeys(o.metric for o in shown))
    if not metrics:
        return None
    arms = list(dict.fromkeys(o.arm for o in shown))
    columns = min(COLUMNS, len(metrics))
    lines = -(-len(metrics) // columns)
    size = (3.4 * columns, lines * (1.2 + 0.5 * len(arms)))
    figure = Figure(figsize=size, layout='constrained')
    panels = figure.subplots(lines, columns, squeeze=False, sharey=True).flatten()
    for unused in panels[len(metrics) :]:
        unused.remove()
    for panel, metric in zip(panels, metrics, strict=False):
        for outcome in (o for o in shown if o.metric == metric):
            height = arms.index(outcome.arm)
            for interval, width, color in (
                (outcome.over_both, 5, '0.75'),
                (outcome.over_seeds, 1.5, 'C0'),
            ):
                if interval is not None:
                    panel.hlines(height, interval.low, interval.high, color, linewidth=width)
            panel.plot(outcome.over_seeds.mean if outcome.over_seeds else 0, height, 'C0o')
        panel.axvline(0, color='k', linewidth=0.8)
        panel.set(title=metric, xlabel='difference to the control')
        panel.set_yticks(range(len(arms)), arms)
    panels[0].invert_yaxis()  # that of all
    return figure


def draw_curves(runs: Mapping[str, Sequence[Mapping[str, Curve]]], key: str) -> Figure | None:
    """Draw a validation metric over the training, mean and range over seeds for each arm.

    Args:
        runs: what the finished trainings logged, by arm.
        key: such as ``kodak24/PSNR``.

    Returns:
        The figure; None if no training has validated by that metric more than once.
    """
    figure = Figure(figsize=(6, 3.6), layout='constrained')
    panel = figure.subplots()
    drawn = False
    for number, (arm, logged) in enumerate(runs.items()):
        found = (each.get(f'val/{key}') or each.get(key) for each in logged)
        curves = [curve for curve in found if curve is not None and len(curve.iterations) > 1]
        common = min((len(curve.iterations) for curve in curves), default=0)
        if common < 2:
            continue
        drawn = True
        values = np.stack([curve.values[:common] for curve in curves])
        iterations = curves[0].iterations[:common]
        panel.plot(iterations, values.mean(0), f'C{number}', label=arm)
        panel.fill_between(
            iterations, values.min(0), values.max(0), color=f'C{number}', alpha=0.2, linewidth=0
        )
    if not drawn:
        return None
    panel.set(xlabel='iteration', ylabel=key)
    panel.legend()
    return figure
