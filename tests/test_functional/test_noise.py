"""Noise models."""

from __future__ import annotations

import pytest
import torch

from mmrestore.functional import gaussian_noise


def test_exact_for_a_given_draw():
    x = torch.rand(2, 3, 5, 7, generator=torch.Generator().manual_seed(0))
    noise = torch.randn(2, 3, 5, 7, generator=torch.Generator().manual_seed(1))
    before = x.clone()
    sigma = torch.tensor([10.0, 50.0])
    y = gaussian_noise(x, sigma, noise=noise)
    for n in range(2):
        torch.testing.assert_close(y[n], x[n] + noise[n] * sigma[n].item() / 255)
    assert x.equal(before)
    drawn = gaussian_noise(x, sigma, generator=torch.Generator().manual_seed(1))
    assert drawn.equal(y)


def test_distribution():
    """200000 values: mean within 5 and standard deviation within 5 of their standard errors."""
    x = torch.full((2, 1, 250, 400), 0.95)
    noise = gaussian_noise(x, 25, generator=torch.Generator().manual_seed(0)) - x
    assert abs(noise.mean().item() * 255) < 5 * 25 / 200000**0.5
    assert abs(noise.std().item() * 255 - 25) < 5 * 25 / 400000**0.5
    assert noise.max() > 0.3  # not clipped at 1
    # Neighbours and images are independent.
    assert abs((noise[..., 1:] * noise[..., :-1]).mean() / noise.var()) < 5 / 200000**0.5
    assert abs((noise[0] * noise[1]).mean() / noise.var()) < 5 / 100000**0.5


@pytest.mark.parametrize('dtype', [torch.float64, torch.float16, torch.bfloat16])
@pytest.mark.parametrize('sigma', [25, torch.tensor(25.0), torch.tensor([25.0, 5.0])])
def test_dtype_is_kept(dtype, sigma):
    assert gaussian_noise(torch.zeros(2, 1, 3, 4, dtype=dtype), sigma).dtype == dtype


def test_wrong_arguments_are_refused():
    with pytest.raises(TypeError, match='divide by 255'):
        gaussian_noise(torch.zeros(1, 1, 2, 2, dtype=torch.uint8), 5)
    with pytest.raises(ValueError, match='one for each of 2 images'):
        gaussian_noise(torch.zeros(2, 1, 2, 2), torch.ones(3))
    with pytest.raises(ValueError, match='at least 0'):
        gaussian_noise(torch.zeros(2, 1, 2, 2), -1)
    with pytest.raises(ValueError, match='noise of shape'):
        gaussian_noise(torch.zeros(2, 1, 2, 2), 1, noise=torch.zeros(1, 1, 2, 2))
