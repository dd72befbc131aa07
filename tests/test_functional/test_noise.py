"""Gaussian, correlated Gaussian, speckle and salt-and-pepper noise."""

from __future__ import annotations

import pytest
import torch

from mmrestore.functional import (
    correlated_gaussian_noise,
    gaussian_noise,
    salt_and_pepper_noise,
    speckle_noise,
)

FUNCTIONS = {
    gaussian_noise: (25.0, torch.tensor([25.0, 5.0])),
    correlated_gaussian_noise: (50.0, torch.tensor([50.0, 40.0])),
    speckle_noise: (0.03, torch.tensor([0.03, 0.01])),
    salt_and_pepper_noise: (0.1, torch.tensor([0.1, 0.3])),
}
EVERY_FUNCTION = pytest.mark.parametrize(('function', 'levels'), FUNCTIONS.items())


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def images(*shape: int) -> torch.Tensor:
    return torch.rand(*shape, generator=seeded(0))


def test_exact_for_a_given_draw():
    x = images(2, 3, 5, 7)
    noise = torch.randn(2, 3, 5, 7, generator=seeded(1))
    before = x.clone()
    sigma = torch.tensor([10.0, 50.0])
    y = gaussian_noise(x, sigma, noise=noise)
    for n in range(2):
        torch.testing.assert_close(y[n], x[n] + noise[n] * sigma[n].item() / 255)
    assert x.equal(before)
    drawn = gaussian_noise(x, sigma, generator=seeded(1))
    assert drawn.equal(y)


def test_distribution():
    """200000 values: mean within 5 and standard deviation within 5 of their standard errors."""
    x = torch.full((2, 1, 250, 400), 0.95)
    noise = gaussian_noise(x, 25, generator=seeded(0)) - x
    assert abs(noise.mean().item() * 255) < 5 * 25 / 200000**0.5
    assert abs(noise.std().item() * 255 - 25) < 5 * 25 / 400000**0.5
    assert noise.max() > 0.3  # not clipped at 1
    # Neighbors and images are independent.
    assert abs((noise[..., 1:] * noise[..., :-1]).mean() / noise.var()) < 5 / 200000**0.5
    assert abs((noise[0] * noise[1]).mean() / noise.var()) < 5 / 100000**0.5


def index_beyond(i: int, size: int, border: str) -> int | None:
    if 0 <= i < size:
        return i
    if border == 'zero':
        return None
    steps = {'mirror': 0, 'reflect': 1}[border]  # how often the edge repeats
    return -i - steps if i < 0 else 2 * (size - 1) - i + steps


@pytest.mark.parametrize('border', ['mirror', 'reflect', 'zero'])
@pytest.mark.parametrize('size', [(4, 7), (2, 3)])
def test_correlated_noise_is_the_mean_of_nine_pixel_by_pixel(border, size):
    x = images(2, 3, *size).double()
    noise = torch.randn(x.shape, generator=seeded(1), dtype=torch.float64)
    y = correlated_gaussian_noise(x, torch.tensor([30.0, 60.0]), border=border, noise=noise)
    for place in torch.cartesian_prod(*map(torch.arange, x.shape)).tolist():
        n, c, row, column = place
        total = 0.0
        for i in range(row - 1, row + 2):
            for j in range(column - 1, column + 2):
                where = [index_beyond(i, size[0], border), index_beyond(j, size[1], border)]
                if None not in where:
                    total += noise[n, c, where[0], where[1]].item()
        expected = x[n, c, row, column].item() + (30.0, 60.0)[n] / 255 * total / 9
        assert y[n, c, row, column].item() == pytest.approx(expected, abs=1e-12)


def test_distribution_of_correlated_noise():
    """Standard deviation sigma / 3, correlations 2/3, 1/3, 4/9 and, three pixels away, 0."""
    x = torch.full((4, 3, 200, 201), 0.5)
    noise = correlated_gaussian_noise(x, 45, generator=seeded(0)) - x
    inside = noise[..., 2:-2, 2:-2]
    assert inside.mean().abs() * 255 < 0.15  # 5 standard errors of 482400 / 9 averages of nine
    variance = inside.square().mean()
    assert abs(variance.sqrt() * 255 - 15) < 0.1
    for (down, right), expected in {(0, 1): 2 / 3, (2, 0): 1 / 3, (1, 1): 4 / 9, (3, 0): 0}.items():
        moved = noise.roll((down, right), (-2, -1))[..., 5:-2, 5:-2]
        found = (noise[..., 5:-2, 5:-2] * moved).mean() / variance
        assert abs(found - expected) < 0.015
    assert abs((inside[:, 0] * inside[:, 1]).mean() / variance) < 0.03  # channels are independent


@pytest.mark.parametrize(
    ('border', 'ratio', 'correlation'),
    [
        ('mirror', (5 / 3) ** 0.5, 2 / 15**0.5),
        ('reflect', (5 / 3) ** 0.5, 1 / 15**0.5),
        ('zero', (2 / 3) ** 0.5, 1 / 6**0.5),
    ],
)
def test_borders_of_correlated_noise(border, ratio, correlation):
    """The first row is (a + 2 b) / 3, (2 a + b) / 3 or (a + b) / 3 of two rows, not of three."""
    noise = correlated_gaussian_noise(
        torch.zeros(2000, 1, 12, 61), 255, border=border, generator=seeded(0)
    )
    rows = noise[:, 0, :, 1:-1]
    first, third, middle = rows[:, 0], rows[:, 2], rows[:, 5]
    assert abs(first.std() / middle.std() - ratio) < 0.02
    assert abs((first * third).mean() / (first.std() * third.std()) - correlation) < 0.02


def test_speckle_is_exact_for_a_given_draw():
    x = images(2, 3, 5, 7)
    uniform = torch.rand(x.shape, generator=seeded(1))
    variance = torch.tensor([0.03, 0.012])
    y = speckle_noise(x, variance, uniform=uniform)
    for n, half_width in enumerate((0.3, 0.036**0.5)):  # sqrt(3 variance)
        torch.testing.assert_close(y[n], x[n] * (1 + half_width * (2 * uniform[n] - 1)))
    assert speckle_noise(x, variance, generator=seeded(1)).equal(y)


def test_distribution_of_speckle():
    """200000 values: moments within 5 standard errors; kurtosis 1.8 and a hard end."""
    x = torch.full((1, 1, 400, 500), 0.9)
    relative = speckle_noise(x, 0.03, generator=seeded(0)) / x - 1
    assert abs(relative.mean()) < 5 * (0.03 / 200000) ** 0.5
    assert abs(relative.var() - 0.03) < 5 * 0.03 * (0.8 / 200000) ** 0.5
    assert abs((relative / 0.03**0.5).pow(4).mean() - 1.8) < 0.02
    assert 0.2999 < relative.abs().max() <= 0.3 + 1e-6
    counts = torch.histc(relative, 10, -0.3, 0.3)
    assert (counts - 20000).abs().max() < 5 * 18000**0.5


def test_salt_and_pepper_are_exact_for_a_given_draw():
    x = images(2, 3, 5, 7)
    uniform = torch.rand(x.shape, generator=seeded(1))
    before = x.clone()
    y = salt_and_pepper_noise(x, torch.tensor([0.5, 0.2]), uniform=uniform)
    kinds = set()
    for place in torch.cartesian_prod(*map(torch.arange, x.shape)).tolist():
        place = tuple(place)
        density, u = (0.5, 0.2)[place[0]], uniform[place].item()
        kind = 'pepper' if u < density / 2 else 'salt' if u < density else 'image'
        expected = {'pepper': 0.0, 'salt': 1.0, 'image': x[place].item()}[kind]
        assert y[place].item() == expected
        kinds.add((place[0], kind))
    assert len(kinds) == 6 and x.equal(before)
    drawn = salt_and_pepper_noise(x, torch.tensor([0.5, 0.2]), generator=seeded(1))
    assert drawn.equal(y)


@pytest.mark.parametrize('dtype', [torch.float32, torch.float16])
def test_distribution_of_salt_and_pepper(dtype):
    """Shares within 5 standard errors, also in half precision; channels are independent."""
    x = torch.full((1, 3, 400, 500), 0.5, dtype=dtype)
    y = salt_and_pepper_noise(x, 0.016, generator=seeded(0))
    for share in ((y == 0), (y == 1)):
        assert abs(share.double().mean() - 0.008) < 5 * (0.008 / 600000) ** 0.5
    hit = y != 0.5
    expected = 200000 * 0.016**2
    assert abs((hit[:, 0] & hit[:, 1]).sum() - expected) < 5 * expected**0.5
    assert (y == 0.5).sum() + (y == 0).sum() + (y == 1).sum() == 600000


def test_extreme_densities():
    x = images(1, 3, 5, 7)
    assert salt_and_pepper_noise(x, 0).equal(x)
    assert salt_and_pepper_noise(x, 1.0).unique().tolist() == [0, 1]


@EVERY_FUNCTION
def test_images_of_a_batch_are_independent(function, levels):
    x = images(2, 3, 5, 7)
    drawn = function(x, levels[1], generator=seeded(3))
    sampler = torch.randn if 'gaussian' in function.__name__ else torch.rand
    name = 'noise' if 'gaussian' in function.__name__ else 'uniform'
    draws = sampler(x.shape, generator=seeded(3))
    for n in range(2):
        alone = function(x[n : n + 1], levels[1][n].item(), **{name: draws[n : n + 1]})
        torch.testing.assert_close(drawn[n : n + 1], alone)
    assert not drawn[0].equal(function(x, levels[1], generator=seeded(4))[0])


@EVERY_FUNCTION
@pytest.mark.parametrize('dtype', [torch.float64, torch.float16, torch.bfloat16])
def test_dtype_is_kept(function, levels, dtype):
    for level in (*levels, torch.tensor(levels[0])):
        assert function(torch.zeros(2, 1, 3, 4, dtype=dtype), level).dtype == dtype


@EVERY_FUNCTION
def test_wrong_arguments_are_refused(function, levels):
    x = torch.zeros(2, 1, 2, 2)
    with pytest.raises(TypeError, match='divide by 255'):
        function(x.byte(), levels[0])
    with pytest.raises(ValueError, match='one for each of 2 images'):
        function(x, torch.ones(3))
    for level in (-0.1, float('nan')):
        with pytest.raises(ValueError, match=r'at least 0|in \[0, 1\]'):
            function(x, level)
    name = 'noise' if 'gaussian' in function.__name__ else 'uniform'
    with pytest.raises(ValueError, match='noise of shape'):
        function(x, levels[0], **{name: torch.zeros(1, 1, 2, 2)})


def test_wrong_densities_and_borders_are_refused():
    with pytest.raises(ValueError, match=r'density in \[0, 1\], got 1.1'):
        salt_and_pepper_noise(torch.zeros(1, 1, 2, 2), 1.1)
    with pytest.raises(ValueError, match="mirror, reflect, zero, got 'symmetric'"):
        correlated_gaussian_noise(torch.zeros(1, 1, 2, 2), 50, border='symmetric')
    with pytest.raises(ValueError, match='at least 2 x 2'):
        correlated_gaussian_noise(torch.zeros(1, 1, 1, 5), 50)
    assert correlated_gaussian_noise(torch.zeros(1, 1, 1, 5), 50, border='reflect').any()
