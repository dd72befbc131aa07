"""Poisson noise."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mmrestore.functional import poisson_noise, poisson_peak


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_exact_for_given_counts():
    x = torch.rand(2, 3, 5, 7, generator=seeded(0), dtype=torch.float64)
    counts = torch.poisson(100 * x, generator=seeded(1)).long()
    before = x.clone()
    amplification, peak = torch.tensor([2.0, 3.5]), torch.tensor([128.0, 64.0])
    y = poisson_noise(x, amplification, peak=peak, counts=counts)
    for n in range(2):
        a, p = amplification[n].item(), peak[n].item()
        torch.testing.assert_close(y[n], (1 - a) * x[n] + a / p * counts[n])
    assert x.equal(before)


def test_images_of_a_batch_are_independent():
    x = torch.rand(2, 3, 5, 7, generator=seeded(0))
    x[1] = x[1].mul(10).round() / 10  # few levels: another peak
    mean = x * poisson_peak(x).view(-1, 1, 1, 1)
    counts = torch.poisson(mean, generator=seeded(3))
    y = poisson_noise(x, torch.tensor([1.0, 2.0]), generator=seeded(3))
    for n in range(2):
        alone = poisson_noise(x[n : n + 1], float(n + 1), counts=counts[n : n + 1])
        torch.testing.assert_close(y[n : n + 1], alone)


@pytest.mark.parametrize('value', [0.01, 0.3, 1.0])
@pytest.mark.parametrize('amplification', [1, 2, 3.5])
def test_distribution(value, amplification):
    """200000 values: mean x and variance a^2 x / peak within 5 standard errors, not clipped."""
    x = torch.full((1, 1, 400, 500), value, dtype=torch.float64)
    y = poisson_noise(x, amplification, peak=256, generator=seeded(0))
    variance = amplification**2 * value / 256
    kurtosis = 3 + 1 / (256 * value)
    assert abs(y.mean() - value) < 5 * (variance / 200000) ** 0.5
    assert abs(y.var() - variance) < 5 * variance * ((kurtosis - 1) / 200000) ** 0.5
    # Without a photon, which happens with probability exp(-256 x), a x is missing.
    dark = (y - (1 - amplification) * x).abs() < 1e-9
    share = np.exp(-256 * value)
    assert abs(dark.double().mean() - share) <= 5 * (share * (1 - share) / 200000) ** 0.5
    assert y.max() > 1 if value == 1 else True


@pytest.mark.parametrize('amplification', [1, 2, 3])
def test_every_value_is_on_the_lattice_of_counts(amplification):
    x = torch.randint(256, (1, 3, 50, 61), generator=seeded(0)).double() / 255
    y = poisson_noise(x, amplification, generator=seeded(1))
    counts = 256 * ((y - x) / amplification + x)
    torch.testing.assert_close(counts, counts.round(), rtol=0, atol=1e-10)
    assert counts.min() >= -1e-10


def test_peaks_are_those_of_numpy():
    """The peak is the smallest power of two not below the number of distinct levels."""
    levels = torch.randint(256, (7, 3, 20, 21), generator=seeded(0))
    for n, top in enumerate((1, 2, 3, 5, 128, 129, 256)):
        levels[n] = levels[n] % top
    levels[5].view(-1)[:129] = torch.arange(129)
    x = levels / 255
    expected = []
    for image in (x * 255).round().numpy():
        expected.append(2 ** np.ceil(np.log2(len(np.unique(image)))))
    assert expected == [1, 2, 4, 8, 128, 256, 256]
    assert poisson_peak(x).tolist() == expected
    assert poisson_peak(x.double()).dtype == torch.float64


def test_negative_values_are_unchanged():
    x = torch.tensor([[[[-0.25, 0.5]]]])
    y = poisson_noise(x, 2, peak=10, generator=seeded(0))
    assert y[..., 0] == -0.25 and y[..., 1] != 0.5


@pytest.mark.parametrize('dtype', [torch.float64, torch.float16, torch.bfloat16])
def test_dtype_is_kept(dtype):
    x = torch.full((2, 1, 100, 100), 0.5, dtype=dtype)
    y = poisson_noise(x, torch.tensor([1.0, 2.0]), peak=256, generator=seeded(0))
    assert y.dtype == dtype
    expected = torch.tensor([1, 2]) * (0.5 / 256) ** 0.5
    torch.testing.assert_close(y.float().flatten(1).std(1), expected, rtol=0.03, atol=0)


def test_wrong_arguments_are_refused():
    x = torch.zeros(2, 1, 2, 2)
    with pytest.raises(TypeError, match='divide by 255'):
        poisson_noise(x.byte(), 2)
    with pytest.raises(ValueError, match='amplification of at least 0, got -1'):
        poisson_noise(x, -1)
    with pytest.raises(ValueError, match='peak count above 0, got 0'):
        poisson_noise(x, 1, peak=0)
    with pytest.raises(ValueError, match='one for each of 2 images'):
        poisson_noise(x, 1, peak=torch.ones(3))
    with pytest.raises(ValueError, match='counts of shape'):
        poisson_noise(x, 1, counts=torch.zeros(1, 1, 2, 2))
