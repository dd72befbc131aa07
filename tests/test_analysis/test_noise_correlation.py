"""Correlations against distance, with and without pair samplers."""

import pytest
import torch

from mmrestore.analysis.noise_correlation import (
    CrossCorrelation,
    adjacent_pixels,
    against_distance,
    cell_pixels,
    correlate_pairs,
    same_image,
)


def slow_correlation(pairs, reach):
    """One offset after the other, in the words of the docstring."""
    pairs = [
        [x.double() - x.double().mean(dim=(1, 2), keepdim=True) for x in pair] for pair in pairs
    ]
    deviations = [
        torch.cat([pair[k].flatten() for pair in pairs]).square().mean().sqrt() for k in (0, 1)
    ]
    result = torch.zeros(2 * reach + 1, 2 * reach + 1, dtype=torch.float64)
    for i, row in enumerate(range(-reach, reach + 1)):
        for j, column in enumerate(range(-reach, reach + 1)):
            products = []
            for first, second in pairs:
                height, width = first.shape[1:]
                for y in range(max(0, -row), min(height, height - row)):
                    for x in range(max(0, -column), min(width, width - column)):
                        products.append(first[:, y, x] * second[:, y + row, x + column])
            result[i, j] = torch.cat(products).mean() / deviations[0] / deviations[1]
    return result


def test_against_the_slow_twin():
    generator = torch.Generator().manual_seed(0)
    pairs = []
    for size in ((3, 7, 5), (3, 4, 9)):
        first = torch.rand(size, generator=generator)
        pairs.append((first, first.roll(1, dims=2) + 0.3 * torch.rand(size, generator=generator)))
    pool = CrossCorrelation(2)
    for pair in pairs:
        pool.update(*pair)
    torch.testing.assert_close(pool.compute(), slow_correlation(pairs, 2))
    assert pool.compute()[2, 3] > 0.8  # the second image is one column to the right


def test_the_box_filter_of_correlated_noise():
    """White noise averaged over 3 x 3 has (3 - |r|)(3 - |c|) / 9 at row r and column c."""
    white = torch.randn(1, 1, 600, 700, generator=torch.Generator().manual_seed(0))
    noise = torch.nn.functional.avg_pool2d(white, 3, stride=1)[0]
    pool = CrossCorrelation(4)
    pool.update(noise, noise)
    triangle = torch.tensor([0, 0, 1, 2, 3, 2, 1, 0, 0]) / 3
    expected = torch.outer(triangle, triangle).double()
    torch.testing.assert_close(pool.compute(), expected, atol=0.015, rtol=0)
    axes, directions = against_distance(pool.compute())
    assert axes[:4].tolist() == pytest.approx([1, 2 / 3, 1 / 3, 0], abs=0.015)
    assert directions[1].item() == pytest.approx((2 / 3 + 4 / 9) / 2, abs=0.015)


def test_distances():
    """In an image of distances each average is the distance, to half a pixel."""
    offsets = torch.arange(-6, 7).double()
    distances = torch.hypot(offsets[:, None], offsets)
    axes, directions = against_distance(distances)
    assert axes.tolist() == list(range(7))
    assert (directions - torch.arange(7)).abs().max() < 0.5


def test_samplers_on_white_noise():
    """Adjacent pixels make 2/27 and 1/27 along the axes out of nothing (every offset counted)."""
    noise = torch.randn(3, 700, 700, generator=torch.Generator().manual_seed(0))
    clean = torch.zeros_like(noise)
    samplers = {
        'none': same_image,
        'adjacent': adjacent_pixels(generator=torch.Generator().manual_seed(1)),
        'cells': cell_pixels(generator=torch.Generator().manual_seed(1)),
    }
    found = correlate_pairs([(clean + noise, clean + 1e-3 * noise)], samplers, reach=4)
    axes = {name: found['noise', name].along_axes for name in samplers}
    assert axes['none'].tolist() == pytest.approx([1, 0, 0, 0, 0], abs=0.004)
    assert axes['adjacent'].tolist() == pytest.approx([0, 0.074, 0.037, 0, 0], abs=0.004)
    assert axes['cells'].tolist() == pytest.approx([0, 0, 0, 0, 0], abs=0.006)


def test_noise_and_picture_are_treated_alike():
    """The same draw for both: of noise that is the picture once more, nothing differs."""
    clean = torch.rand(3, 40, 41, generator=torch.Generator().manual_seed(0))
    samplers = {'adjacent': adjacent_pixels(5), 'cells': cell_pixels()}
    found = correlate_pairs([(2 * clean, clean)], samplers, reach=3)
    for name in samplers:
        for noise, picture in zip(found['noise', name], found['clean', name], strict=True):
            torch.testing.assert_close(noise, picture)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match='at least one pair'):
        correlate_pairs([], {'none': same_image}, reach=1)
    with pytest.raises(ValueError, match='need larger images than 5x4'):
        CrossCorrelation(4).update(torch.rand(3, 5, 4), torch.rand(3, 5, 4))
    with pytest.raises(ValueError, match='expected two images'):
        CrossCorrelation(1).update(torch.rand(3, 5, 4), torch.rand(3, 4, 5))
    with pytest.raises(ValueError, match='at least 0, got -1'):
        CrossCorrelation(-1)
