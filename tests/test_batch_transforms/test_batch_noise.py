"""Synthetic noise of training images."""

from __future__ import annotations

import pytest
import torch

from mmrestore.batch_transforms import GaussianNoise
from mmrestore.registry import BATCH_TRANSFORMS
from mmrestore.structures import DataSample


def test_only_the_inputs_become_noisy_even_if_they_are_the_target():
    clean = torch.rand(2, 3, 5, 7, generator=torch.Generator().manual_seed(0))
    before = clean.clone()
    noisy, sample = GaussianNoise(25, clip=True)(clean, DataSample(gt_img=clean))
    assert sample.gt_img is clean and clean.equal(before)
    assert not noisy.equal(clean)


def test_exact_for_a_given_draw():
    clean = torch.rand(2, 3, 5, 7, generator=torch.Generator().manual_seed(0))
    torch.manual_seed(3)
    noisy, _ = GaussianNoise(25)(clean, DataSample())
    torch.manual_seed(3)
    torch.testing.assert_close(noisy, clean + torch.randn(2, 3, 5, 7) * 25 / 255)


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


def test_clip():
    torch.manual_seed(0)
    clean = torch.rand(1, 1, 40, 50)
    torch.manual_seed(1)
    noisy, _ = GaussianNoise(100)(clean, DataSample())
    torch.manual_seed(1)
    clipped, _ = GaussianNoise(100, clip=True)(clean, DataSample())
    assert noisy.min() < 0 and noisy.max() > 1
    assert clipped.equal(noisy.clamp(0, 1))


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
@pytest.mark.parametrize('sigma', [25, (5, 50)])
def test_dtype_is_kept(dtype, sigma):
    noisy, _ = GaussianNoise(sigma)(torch.zeros(2, 1, 4, 5, dtype=dtype), DataSample())
    assert noisy.dtype == dtype


@pytest.mark.parametrize('sigma', [-1, (5, 2), (-3, 4), float('nan')])
def test_wrong_levels_are_refused(sigma):
    with pytest.raises(ValueError, match='grey levels'):
        GaussianNoise(sigma)


def test_registered():
    transform = BATCH_TRANSFORMS.build({'type': 'GaussianNoise', 'sigma': [0, 55]})
    assert (transform.low, transform.high, transform.clip) == (0, 55, False)
