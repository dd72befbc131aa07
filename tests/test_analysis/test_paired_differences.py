"""Intervals and tests of paired differences against known cases and simulations."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from mmrestore.analysis.paired_differences import (
    bootstrap_interval,
    holm,
    seeds_needed,
    t_interval,
    t_test,
)


def test_t_interval_is_scipys() -> None:
    values = np.random.default_rng(0).normal(0.1, 0.3, 7)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    assert t_interval(values, level=0.9)[1:] == pytest.approx(tuple(expected))


def test_one_seed_tells_nothing() -> None:
    assert t_interval([0.3])[1:] == (-math.inf, math.inf)
    assert bootstrap_interval([[0.3, 0.1]])[1:] == (-math.inf, math.inf)
    assert not t_interval([0.3]).excludes_zero()
    assert t_test([0.3]) == 1.0


def test_equal_differences_leave_no_doubt() -> None:
    assert t_test([0.0, 0.0]) == 1.0
    assert t_test([0.5, 0.5]) == 0.0
    assert t_interval([0.5, 0.5]).excludes_zero()


def test_bootstrap_equals_its_slow_form() -> None:
    values = np.random.default_rng(0).normal(size=(4, 6))
    means = []
    generator = np.random.default_rng(1)
    for _ in range(20_000):
        seeds, images = generator.integers(4, size=4), generator.integers(6, size=6)
        means.append(values[np.ix_(seeds, images)].mean())
    tail = stats.norm.cdf(math.sqrt(4 / 3) * stats.t.ppf(0.25, 3))
    expected = np.quantile(means, [tail, 1 - tail])
    actual = bootstrap_interval(values, level=0.5, resamples=20_000)
    assert actual[1:] == pytest.approx(tuple(expected), abs=0.02)


def test_bootstrap_is_seeded() -> None:
    values = np.random.default_rng(0).normal(size=(4, 6))
    assert bootstrap_interval(values) == bootstrap_interval(values)
    assert bootstrap_interval(values) != bootstrap_interval(values, seed=1)


def _differences(generator: np.random.Generator) -> np.ndarray:
    """Draw differences of ten seeds and 24 images with effects of both and noise; mean zero."""
    return (
        generator.normal(0, 1, (10, 1))
        + generator.normal(0, 1, (1, 24))
        + generator.normal(0, 1, (10, 24))
    )


def test_coverage_of_bootstrap() -> None:
    generator = np.random.default_rng(0)
    hits = [
        interval.low <= 0 <= interval.high
        for interval in (
            bootstrap_interval(_differences(generator), resamples=500, seed=i) for i in range(1000)
        )
    ]
    assert 0.92 <= np.mean(hits) <= 0.98


def test_coverage_of_t_interval() -> None:
    generator = np.random.default_rng(0)
    draws = generator.normal(size=(4000, 3))
    hits = [interval.low <= 0 <= interval.high for interval in map(t_interval, draws)]
    assert 0.935 <= np.mean(hits) <= 0.965


def test_holm_by_hand() -> None:
    assert holm([0.5, 0.001, 0.02]) == pytest.approx([0.5, 0.003, 0.04])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


@pytest.mark.parametrize('deviation', [0.02, 0.1, 0.4])
def test_seeds_needed_have_the_power(deviation: float) -> None:
    seeds = seeds_needed(deviation, 0.05)
    assert seeds is not None
    generator = np.random.default_rng(0)
    draws = generator.normal(0.05, deviation, (4000, seeds))
    told = stats.ttest_1samp(draws, 0, axis=1).pvalue < 0.05
    assert told.mean() > 0.78
    if seeds > 2:
        fewer = stats.ttest_1samp(draws[:, : int(0.7 * seeds) or 2], 0, axis=1).pvalue < 0.05
        assert fewer.mean() < 0.8


def test_seeds_needed_at_the_ends() -> None:
    assert seeds_needed(0.0, 0.05) == 2
    assert seeds_needed(100.0, 0.001) is None
    with pytest.raises(ValueError, match='positive difference'):
        seeds_needed(0.1, 0.0)


@pytest.mark.parametrize('values', [[], [0.1, math.nan], [[0.1]]])
def test_wrong_differences(values: list) -> None:
    with pytest.raises(ValueError, match='expected'):
        t_interval(values)
