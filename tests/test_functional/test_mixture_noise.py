"""Mixture noise."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mmrestore.functional import mixture_noise, to_8_bit
from mmrestore.functional.mixture_noise import MixtureDraws, in_turn

# Gaussian variance, amplification, density, variance of speckle
TABLE = {
    1: (0.0030, 1.15, 0.0020, 0.0030),
    2: (0.0037, 1.25, 0.0020, 0.0038),
    3: (0.0053, 1.50, 0.0030, 0.0055),
    4: (0.0067, 1.68, 0.0038, 0.0069),
    5: (0.0082, 1.87, 0.0047, 0.0085),
}


def photograph(seed: int = 0) -> torch.Tensor:
    levels = torch.randint(256, (1, 3, 30, 41), generator=torch.Generator().manual_seed(seed))
    return levels.double() / 255


def independent_mixture(image, level, draws):
    """Slow twin with NumPy, step by step."""

    def stored(image):
        return np.floor(255 * np.clip(image, 0, 1) + 0.5) / 255

    variance, amplification, density, speckle = TABLE[level]
    gaussian, counts, impulses, uniform = (d.numpy() for d in draws)
    y = stored(image.numpy() + gaussian * variance**0.5)
    peak = 2 ** np.ceil(np.log2(len(np.unique(y))))
    y = stored(y + amplification * (counts / peak - y))
    y = np.where(impulses < density / 2, 0.0, np.where(impulses < density, 1.0, y))
    return stored(y + (12 * speckle) ** 0.5 * y * (uniform - 0.5))


def given(x: torch.Tensor, seed: int) -> MixtureDraws:
    generator = torch.Generator().manual_seed(seed)
    options = {'generator': generator, 'dtype': torch.float64}
    return MixtureDraws(
        gaussian=torch.randn(x.shape, **options),
        counts=torch.poisson(256 * x, generator=generator),
        salt_and_pepper=torch.rand(x.shape, **options),
        speckle=torch.rand(x.shape, **options),
    )


@pytest.mark.parametrize('level', TABLE)
def test_exact_for_given_draws(level):
    x = photograph()
    draws = given(x, seed=level)
    y = mixture_noise(x, level, draws=draws)
    expected = independent_mixture(x, level, draws)
    np.testing.assert_allclose(y.numpy(), expected, rtol=0, atol=1e-12)
    assert y.sub(to_8_bit(y) / 255).abs().max() < 1e-7


def test_each_image_has_its_own_level():
    x = torch.cat([photograph(n) for n in range(5)])
    draws = given(x, seed=0)
    levels = torch.tensor([3, 1, 5, 2, 4])
    y = mixture_noise(x, levels, draws=draws)
    for n, level in enumerate(levels.tolist()):
        alone = MixtureDraws(*(d[n : n + 1] for d in draws))
        assert y[n : n + 1].equal(mixture_noise(x[n : n + 1], level, draws=alone))


def test_distribution():
    """Of 240000 values at gray: the variance is the sum of those of the parts, within 2 %."""
    x = torch.full((1, 3, 200, 400), 0.4)
    noisy = mixture_noise(x, 3, generator=torch.Generator().manual_seed(0))
    inside = noisy[(noisy > 0) & (noisy < 0.86)]  # without salt and pepper
    additive = 0.0053 + 1.5**2 * 0.4 / 256  # Gaussian noise makes more than 128 levels of one
    expected = additive + 0.0055 * (0.4**2 + additive)
    assert abs(inside.var() / expected - 1) < 0.02
    assert abs((noisy == 0).float().mean() - 0.0015) < 5 * (0.0015 / 240000) ** 0.5
    # Speckle comes last: salt is spread over a range, clipped at 1.
    salt = noisy[noisy > 0.86]
    assert salt.min() < 0.89 and salt.max() == 1 and abs((salt < 1).float().mean() - 0.5) < 0.15


def test_in_turn_rounds_and_clips_after_each_noise():
    x = torch.tensor([0.2])
    y = in_turn(x, lambda x: x + 0.3 / 255, lambda x: x + 0.3 / 255, lambda x: x - 1, torch.neg)
    assert y.equal(torch.zeros(1))
    assert in_turn(x, lambda x: x + 0.3 / 255, lambda x: x + 0.3 / 255).mul(255).round() == 51
    assert in_turn(x) is x


@pytest.mark.parametrize('dtype', [torch.float64, torch.float16, torch.bfloat16])
@pytest.mark.parametrize('level', [2, torch.tensor([1, 5])])
def test_dtype_is_kept(dtype, level):
    assert mixture_noise(torch.zeros(2, 1, 3, 4, dtype=dtype), level).dtype == dtype


@pytest.mark.parametrize('level', [0, 6, 2.5, float('nan')])
def test_wrong_levels_are_refused(level):
    with pytest.raises(ValueError, match='a whole number from 1 to 5, got'):
        mixture_noise(torch.zeros(1, 1, 2, 2), level)


def test_wrong_arguments_are_refused():
    with pytest.raises(TypeError, match='divide by 255'):
        mixture_noise(torch.zeros(1, 1, 2, 2, dtype=torch.uint8), 1)
    with pytest.raises(ValueError, match='counts of shape'):
        draws = MixtureDraws(counts=torch.zeros(2, 2))
        mixture_noise(torch.zeros(1, 1, 2, 2), 1, draws=draws)
