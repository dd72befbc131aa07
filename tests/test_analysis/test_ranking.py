"""How well a measure chooses."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from mmrestore.analysis.ranking import rank, rank_validations, spearman
from mmrestore.engine.curves import Curve, Run


def test_against_scipy_with_ties():
    rng = np.random.default_rng(0)
    for _ in range(5):
        first, second = rng.integers(0, 6, (2, 20))
        assert spearman(first, second) == pytest.approx(spearmanr(first, second)[0])


def make_run(truth, measure):
    steps = np.array([100, 200, 300])
    curves = {'p/PSNR': Curve(steps, np.array(truth)), 'q/Gain': Curve(steps, np.array(measure))}
    return Run(curves, None)


def test_validations_of_several_runs():
    runs = {
        'a': make_run([30.0, 31.0, 32.0], [1.0, 2.0, 3.0]),
        'b': make_run([20.0, 33.0, 32.5], [0.0, 3.5, 4.0]),
    }
    found = rank_validations(runs, 'q/Gain', 'p/PSNR')
    assert (found.chosen, found.best) == ('b@300', 'b@200')
    assert (found.regret, found.spread) == (0.5, 13.0)
    assert found.correlation == pytest.approx(1 - 6 * 2 / (6 * 35))
    late = rank_validations(runs, 'q/Gain', 'p/PSNR', start=200)
    assert late.spread == 2.0
    with pytest.raises(ValueError, match=r"the run a has no 'q/Gian'\. Did you mean q/Gain"):
        rank_validations(runs, 'q/Gian', 'p/PSNR')


def test_what_cannot_be_ranked():
    with pytest.raises(ValueError, match=r'at least 3 validations .* got 2 and 2'):
        spearman([1, 2], [1, 2])
    with pytest.raises(ValueError, match='got the same everywhere'):
        rank({'a': 1.0, 'b': 1.0, 'c': 1.0}, {'a': 1.0, 'b': 2.0, 'c': 3.0})
