"""Synthetic noise of training batches."""

from __future__ import annotations

import pytest
import torch

from mmrestore import functional
from mmrestore.batch_transforms import (
    CorrelatedGaussianNoise,
    GaussianNoise,
    JPEGCompression,
    MixtureNoise,
    PoissonNoise,
    SaltAndPepperNoise,
    SpeckleNoise,
)
from mmrestore.registry import BATCH_TRANSFORMS
from mmrestore.structures import DataSample

# class: its function, one level, a range
NOISES = {
    GaussianNoise: (functional.gaussian_noise, 25, (5, 50)),
    CorrelatedGaussianNoise: (functional.correlated_gaussian_noise, 50, (40, 60)),
    SpeckleNoise: (functional.speckle_noise, 0.03, (0.01, 0.04)),
    PoissonNoise: (functional.poisson_noise, 2.5, (1, 3.5)),
    SaltAndPepperNoise: (functional.salt_and_pepper_noise, 0.2, (0.1, 0.5)),
    JPEGCompression: (functional.jpeg_compression, 40, (30, 95)),
    MixtureNoise: (functional.mixture_noise, 3, (1, 5)),
}
EVERY_NOISE = pytest.mark.parametrize('noise', NOISES, ids=lambda noise: noise.__name__)


def images(num: int = 2) -> torch.Tensor:
    return torch.rand(num, 3, 9, 14, generator=torch.Generator().manual_seed(0))


@EVERY_NOISE
def test_only_the_inputs_become_noisy_even_if_they_are_the_target(noise):
    clean = images()
    before = clean.clone()
    for level in NOISES[noise][1:]:
        noisy, sample = noise(level)(clean, DataSample(gt_img=clean))
        assert sample.gt_img is clean and clean.equal(before)
        assert noisy.shape == clean.shape
        assert all(not noisy[n].equal(clean[n]) for n in range(2))


@EVERY_NOISE
def test_one_level_equals_the_function(noise):
    function, level, _ = NOISES[noise]
    torch.manual_seed(3)
    noisy, _ = noise(level)(images(), DataSample())
    torch.manual_seed(3)
    assert noisy.equal(function(images(), level))


@EVERY_NOISE
def test_each_image_draws_its_own_level_before_its_noise(noise):
    function, _, (low, high) = NOISES[noise]
    torch.manual_seed(3)
    noisy, _ = noise([low, high])(images(), DataSample())
    torch.manual_seed(3)
    if noise in (JPEGCompression, MixtureNoise):
        levels = torch.randint(low, high + 1, (2,))
    else:
        levels = low + (high - low) * torch.rand(2)
    torch.testing.assert_close(noisy, function(images(), levels))


def test_each_image_draws_its_level_uniformly():
    """600 levels from [10, 50]: their mean and variance within 4 standard errors."""
    torch.manual_seed(0)
    noisy, _ = GaussianNoise((10, 50))(torch.full((600, 1, 64, 64), 0.5), DataSample())
    levels = noisy.flatten(1).std(dim=1) * 255
    assert levels.min() > 9.5 and levels.max() < 52
    assert abs(levels.mean() - 30) < 4 * (40**2 / 12 / 600) ** 0.5
    assert abs(levels.var() - 40**2 / 12) < 4 * 40**2 / (180 * 600) ** 0.5
    quarters = torch.histc(levels, 4, 10, 50)
    assert (quarters - 150).abs().max() < 4 * (600 * 0.25 * 0.75) ** 0.5


def test_whole_levels_are_drawn_from_low_to_high():
    """Each of five within 4 standard errors of a fifth of 2000."""
    transform = MixtureNoise((1, 5))
    torch.manual_seed(0)
    levels = transform.kind.draw(transform.low, transform.high, torch.zeros(2000, 1))
    assert (levels.bincount(minlength=6)[1:] - 400).abs().max() < 4 * (2000 * 0.2 * 0.8) ** 0.5


@pytest.mark.parametrize(
    'noise', [GaussianNoise, CorrelatedGaussianNoise, SpeckleNoise, PoissonNoise]
)
def test_clip(noise):
    level = NOISES[noise][1] * 3
    outcomes = []
    for clip in (False, True):
        torch.manual_seed(1)
        outcomes.append(noise(level, clip=clip)(images() ** 3, DataSample())[0])
    noisy, clipped = outcomes
    assert noisy.max() > 1 and (noisy.min() < 0 or noise is SpeckleNoise)
    assert clipped.equal(noisy.clamp(0, 1))


@EVERY_NOISE
@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_dtype_is_kept(noise, dtype):
    for level in NOISES[noise][1:]:
        assert noise(level)(images().to(dtype), DataSample())[0].dtype == dtype


def test_the_border_is_passed_on():
    torch.manual_seed(1)
    noisy, _ = CorrelatedGaussianNoise(50, border='zero')(images(), DataSample())
    torch.manual_seed(1)
    assert noisy.equal(functional.correlated_gaussian_noise(images(), 50, border='zero'))
    with pytest.raises(ValueError, match="mirror, reflect, zero, got 'constant'"):
        CorrelatedGaussianNoise(50, border='constant')


@pytest.mark.parametrize(
    ('noise', 'levels', 'words'),
    [
        (GaussianNoise, [-1, (5, 2), (-3, 4), (1, 2, 3), ()], 'gray levels'),
        (CorrelatedGaussianNoise, [-1, (5, 2)], 'gray levels'),
        (SpeckleNoise, [-0.1, (0.2, 0.1)], 'variance of at least 0'),
        (PoissonNoise, [-2, (3, 2)], 'amplification of at least 0'),
        (SaltAndPepperNoise, [-0.1, 1.1, (0.5, 2)], r'density in \[0, 1\]'),
        (JPEGCompression, [0, 101, 50.5, (30, 101)], 'whole number from 1 to 100'),
        (MixtureNoise, [0, 6, 1.5, (1, 6), (2, 1)], 'whole number from 1 to 5'),
    ],
)
def test_wrong_levels_are_refused(noise, levels, words):
    for level in (*levels, float('nan'), '20', None):
        with pytest.raises(ValueError, match=f'{words}, or a pair'):
            noise(level)


def test_registered():
    transform = BATCH_TRANSFORMS.build({'type': 'GaussianNoise', 'sigma': [0, 55]})
    assert (transform.low, transform.high, transform.clip) == (0, 55, False)
    with pytest.raises(KeyError, match='Did you mean SpeckleNoise'):
        BATCH_TRANSFORMS.build({'type': 'SpekleNoise', 'variance': 0.1})
