"""Intervals and tests for paired differences between a training arm and its control.

A comparison trains every arm with the same seeds and tests every checkpoint on the same images. Its
differences are a table (seeds, images). Seeds are the units that an experiment repeats; images are
the units that a test set samples. An interval over seeds generalizes to further trainings tested on
these images, an interval over seeds and images to further trainings and images.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

RESAMPLES = 10_000
MOST_SEEDS = 100_000  # beyond it no number of seeds is worth stating


class Interval(NamedTuple):
    """A mean and the limits of its confidence interval."""

    mean: float
    low: float
    high: float

    def excludes_zero(self) -> bool:
        """Return whether all values of the interval have one sign."""
        return self.low > 0 or self.high < 0


def t_interval(differences: Sequence[float], *, level: float = 0.95) -> Interval:
    """Return the mean difference over seeds with Student's interval.

    With a single seed, the interval is infinite.

    Args:
        differences: one value a seed, the mean over the images of a test set.
        level: coverage in (0, 1).

    Raises:
        ValueError: there is no difference, or one is not finite.

    Examples:
        >>> interval = t_interval([0.01, 0.03, 0.02])
        >>> [round(value, 4) for value in interval]
        [0.02, -0.0048, 0.0448]
    """
    values = _finite(differences, ndim=1)
    mean = float(values.mean())
    if len(values) == 1:
        return Interval(mean, -math.inf, math.inf)
    half = float(_t_quantile(level, len(values)) * values.std(ddof=1) / math.sqrt(len(values)))
    return Interval(mean, mean - half, mean + half)


def bootstrap_interval(
    differences: Sequence[Sequence[float]] | np.ndarray,
    *,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Interval:
    """Return the mean difference with a bootstrap interval over seeds and images.

    All seeds are tested on the same images, so that seeds and images are crossed: each resample
    draws seeds and images with replacement, independently of each other (Owen, "The pigeonhole
    bootstrap", Annals of Applied Statistics, 2007). Quantiles of a bootstrap with few units are too
    narrow; they are moved outward to the level at which the bootstrap of a normal mean has the
    width of Student's interval over seeds (Hesterberg, "What teachers should know about the
    bootstrap", The American Statistician, 2015). Coverage of 95 % intervals in simulations with 5
    and 10 seeds and 24 images is between 0.93 and 1; with 3 seeds that differ much more than
    images it falls to 0.82, where :func:`t_interval` keeps its level.

    Args:
        differences: (seeds, images).
        level: coverage in (0, 1).
        resamples: number of resamples.
        seed: seed of the resampling; the same seed gives the same interval.

    Raises:
        ValueError: the table is empty, or a difference is not finite.

    Examples:
        >>> bootstrap_interval([[0.5, 0.5], [0.5, 0.5], [0.5, 0.5]])
        Interval(mean=0.5, low=0.5, high=0.5)
    """
    values = _finite(differences, ndim=2)
    seeds, images = values.shape
    mean = float(values.mean())
    if seeds == 1:
        return Interval(mean, -math.inf, math.inf)
    generator = np.random.default_rng(seed)
    by_seed = generator.multinomial(seeds, np.full(seeds, 1 / seeds), resamples)
    by_image = generator.multinomial(images, np.full(images, 1 / images), resamples)
    means = ((by_seed @ values) * by_image).sum(1) / (seeds * images)
    tail = float(stats.norm.sf(math.sqrt(seeds / (seeds - 1)) * _t_quantile(level, seeds)))
    low, high = np.quantile(means, [tail, 1 - tail])
    return Interval(mean, float(low), float(high))


def t_test(differences: Sequence[float]) -> float:
    """Return the two-sided p-value of the paired t-test over seeds; 1 with a single seed.

    Raises:
        ValueError: there is no difference, or one is not finite.

    Examples:
        >>> round(t_test([0.01, 0.03, 0.02]), 3)
        0.074
    """
    values = _finite(differences, ndim=1)
    if len(values) == 1:
        return 1.0
    deviation = float(values.std(ddof=1))
    if deviation == 0:
        return 1.0 if values[0] == 0 else 0.0
    return float(stats.ttest_1samp(values, 0.0).pvalue)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected for the number of tests (Holm, 1979), in the given order.

    Examples:
        >>> holm([0.01, 0.04, 0.03])
        [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind='stable')
    corrected = [0.0] * len(p_values)
    largest = 0.0
    for rank, index in enumerate(order):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[index]))
        corrected[index] = largest
    return corrected


def seeds_needed(
    deviation: float, difference: float, *, level: float = 0.95, power: float = 0.8
) -> int | None:
    """Return the number of paired seeds that tell a difference by the t-test.

    Args:
        deviation: standard deviation of the difference over seeds.
        difference: the true difference, in the same unit.
        level: one minus the rate of false alarms.
        power: probability that the test tells the difference.

    Returns:
        The number of seeds, at least 2; none if it is above 100,000.

    Raises:
        ValueError: ``deviation`` is negative or ``difference`` is not positive.

    Examples:
        >>> seeds_needed(0.05, 0.05)
        10
    """
    if deviation < 0 or not difference > 0:
        raise ValueError(
            f'expected a deviation of at least 0 and a positive difference, got {deviation} and '
            f'{difference}'
        )
    low, high = 1, 2  # the first is too few
    while _power(deviation, difference, high, level) < power:
        low, high = high, 2 * high
        if high > MOST_SEEDS:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        if _power(deviation, difference, middle, level) < power:
            low = middle
        else:
            high = middle
    return high


def _power(deviation: float, difference: float, seeds: int, level: float) -> float:
    if deviation == 0:
        return 1.0
    shift = difference / deviation * math.sqrt(seeds)
    quantile = _t_quantile(level, seeds)
    upper = stats.nct.sf(quantile, seeds - 1, shift)
    return float(upper + stats.nct.cdf(-quantile, seeds - 1, shift))


def _t_quantile(level: float, seeds: int) -> float:
    """Return the quantile of Student's distribution that bounds a two-sided interval."""
    if not 0 < level < 1:
        raise ValueError(f'expected a level between 0 and 1, got {level}')
    return float(stats.t.ppf((1 + level) / 2, seeds - 1))


def _finite(
    values: Sequence[float] | Sequence[Sequence[float]] | np.ndarray, *, ndim: int
) -> np.ndarray:
    table = np.asarray(values, np.float64)
    if table.ndim != ndim or table.size == 0:
        shape = '(seeds,)' if ndim == 1 else '(seeds, images)'
        raise ValueError(f'expected differences {shape}, got an array of shape {table.shape}')
    if not np.isfinite(table).all():
        raise ValueError('expected finite differences, got infinite ones or NaN: an arm failed')
    return table
