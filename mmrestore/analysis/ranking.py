"""How well a reference-free measure ranks checkpoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy.stats import rankdata

from mmrestore.engine.curves import Run
from mmrestore.registry import suggest


class Ranking(NamedTuple):
    """The verdict on a measure.

    - ``correlation``: Spearman's, of the measure and the truth: 1 if both order alike;
    - ``chosen`` and ``best``: which checkpoints the measure and the truth choose;
    - ``regret``: by how much the truth of the chosen one falls short of the best;
    - ``spread``: by how much that of the worst does, to compare the regret with.
    """

    correlation: float
    chosen: str
    best: str
    regret: float
    spread: float


def spearman(first: Sequence[float], second: Sequence[float]) -> float:
    """Return Spearman's rank correlation; equal values share the mean of their ranks.

    Raises:
        ValueError: the lengths differ, there are fewer than three values, or all values of one are
            equal.

    Examples:
        >>> round(spearman([1, 2, 3, 4], [10, 30, 20, 40]), 3)
        0.8
    """
    if len(first) != len(second) or len(first) < 3:
        raise ValueError(
            'a rank correlation needs at least 3 validations with both metrics, got '
            f'{len(first)} and {len(second)} values'
        )
    ranks = [rankdata(values) for values in (first, second)]
    if any(np.ptp(rank) == 0 for rank in ranks):
        raise ValueError('a rank correlation needs different values, got the same everywhere')
    return float(np.corrcoef(*ranks)[0, 1])


def rank(measure: Mapping[str, float], truth: Mapping[str, float]) -> Ranking:
    """Compare a measure with the truth, both higher for better, over the checkpoints of both.

    Raises:
        ValueError: as of ``spearman``.

    Examples:
        >>> truth = {'a': 30.0, 'b': 32.0, 'c': 31.5}
        >>> rank({'a': 0.1, 'b': 0.2, 'c': 0.3}, truth)
        Ranking(correlation=0.5, chosen='c', best='b', regret=0.5, spread=2.0)
    """
    names = [name for name in truth if name in measure]
    correlation = spearman([measure[n] for n in names], [truth[n] for n in names])
    chosen, best = (max(names, key=values.__getitem__) for values in (measure, truth))
    spread = truth[best] - min(truth[n] for n in names)
    return Ranking(round(correlation, 12), chosen, best, truth[best] - truth[chosen], spread)


def rank_validations(
    runs: Mapping[str, Run], measure: str, truth: str, *, start: int = 0
) -> Ranking:
    """Compare two metrics over all validations of runs.

    Args:
        runs: runs by label; a validation is called ``LABEL@ITERATION``.
        measure: key of the measure, higher for better.
        truth: key of the truth, higher for better.
        start: the first iteration that counts.

    Raises:
        ValueError: a run has no such key, or as of ``spearman``.
    """
    found: dict[str, dict[str, float]] = {measure: {}, truth: {}}
    for label, run in runs.items():
        for key, values in found.items():
            if key not in run.curves:
                known = list(run.curves)
                raise ValueError(f'the run {label} has no {key!r}.{suggest(key, known)}')
            for iteration, value in zip(*run.curves[key], strict=True):
                if iteration >= start:
                    values[f'{label}@{iteration}'] = float(value)
    return rank(found[measure], found[truth])
