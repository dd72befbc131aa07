"""Outcomes of an experiment: differences to the control, intervals, tests and a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mmrestore.analysis.comparing.values import Measured
from mmrestore.analysis.paired_differences import (
    Interval,
    bootstrap_interval,
    holm,
    seeds_needed,
    t_interval,
    t_test,
)

LEVEL = 0.95
NOTABLE = 0.05  # dB: the difference for which a number of seeds is stated


class Outcome(NamedTuple):
    """An arm against the control by one metric on one test set.

    - ``metric``: such as ``kodak24/PSNR``;
    - ``arm``: its name;
    - ``mean``: over seeds and images;
    - ``deviation``: standard deviation of the mean over images from seed to seed; None for one
      seed;
    - ``over_seeds`` and ``over_both``: the mean difference to the control with its 95 % intervals
      over seeds, and over seeds and images; None for the control itself;
    - ``better``: number of images whose mean over seeds is better than that of the control;
    - ``images``: how many there are;
    - ``p_value``: of the paired t-test over seeds, corrected for the number of arms (Holm);
    - ``verdict``: better, worse or not told apart, in a sentence.
    """

    metric: str
    arm: str
    mean: float
    deviation: float | None
    over_seeds: Interval | None
    over_both: Interval | None
    better: int
    images: int
    p_value: float | None
    verdict: str


def outcomes(measured: Measured, control: str) -> list[Outcome]:
    """Compare all arms with the control by one metric on one test set."""
    reference = measured.values[control]
    others = [arm for arm in measured.values if arm != control]
    differences = {arm: measured.values[arm] - reference for arm in others}
    p_values = holm([_p_value(differences[arm]) for arm in others])
    corrected = dict(zip(others, p_values, strict=True))
    return [
        _outcome(measured, arm, differences.get(arm), corrected.get(arm)) for arm in measured.values
    ]


def _outcome(
    measured: Measured, arm: str, difference: np.ndarray | None, p_value: float | None
) -> Outcome:
    values = measured.values[arm]
    by_seed = values.mean(axis=1)
    several = len(by_seed) > 1 and bool(np.isfinite(by_seed).all())
    deviation = float(by_seed.std(ddof=1)) if several else None
    over_seeds = over_both = None
    better = 0
    verdict = 'control'
    if difference is not None and p_value is not None:
        sign = 1 if measured.higher_is_better else -1
        better = int((sign * difference.mean(axis=0) > 0).sum())
        if np.isfinite(difference).all():
            over_seeds = t_interval(difference.mean(axis=1), level=LEVEL)
            over_both = bootstrap_interval(difference, level=LEVEL)
            verdict = _verdict(measured, arm, difference.mean(axis=1), over_seeds, p_value)
        else:
            verdict = f'{arm} or the control has values that are not finite: not compared'
    return Outcome(
        metric=measured.name,
        arm=arm,
        mean=float(values.mean()),
        deviation=deviation,
        over_seeds=over_seeds,
        over_both=over_both,
        better=better,
        images=len(measured.images),
        p_value=p_value,
        verdict=verdict,
    )


def _p_value(difference: np.ndarray) -> float:
    by_seed = difference.mean(axis=1)
    return t_test(by_seed) if np.isfinite(by_seed).all() else 1.0


def _verdict(
    measured: Measured, arm: str, by_seed: np.ndarray, interval: Interval, p_value: float
) -> str:
    what = f'{arm} by {measured.name}'
    if len(by_seed) == 1:
        return f'{what}: not told apart, a single seed has no interval'
    if p_value < 1 - LEVEL:
        good = (interval.mean > 0) == measured.higher_is_better
        return f'{what}: {"better" if good else "worse"} than the control'
    sentence = f'{what}: not told apart from the control'
    if measured.name.rpartition('/')[2].startswith('PSNR'):
        num = seeds_needed(float(by_seed.std(ddof=1)), NOTABLE)
        if num is not None:
            sentence += f'; {num} seeds would tell a difference of {NOTABLE} dB'
    return sentence


def all_outcomes(measured: Sequence[Measured], control: str) -> list[Outcome]:
    """Compare all arms with the control by every metric on every test set.

    Metrics that have the same values in all arms, such as those of the inputs, are left out.
    """
    differing = [m for m in measured if not _all_equal(list(m.values.values()))]
    return [outcome for m in differing or measured for outcome in outcomes(m, control)]


def _all_equal(values: Sequence[np.ndarray]) -> bool:
    return all(np.array_equal(values[0], other, equal_nan=True) for other in values[1:])
