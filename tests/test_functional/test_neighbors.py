"""Pairs of images from neighboring pixels: given draws and distribution."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import pytest
import torch

from mmrestore.functional import (
    adjacent_pixel_places,
    cell_pixel_places,
    num_adjacent_pairs,
    random_choice,
    take_pixels,
)


@pytest.fixture(scope='module')
def load_reference(shared):
    load_file = pytest.importorskip('safetensors.torch').load_file
    return lambda name: load_file(shared / 'parity' / 'functions' / f'{name}.safetensors')


def clamp(value, size):
    return min(max(value, 0), size - 1)


def adjacent_pair(number, window):
    """Return the offsets (row, column) of a pair out of a list of all."""
    radius = window // 2
    offsets = range(-radius, radius + 1)
    candidates = [(row, column) for column in offsets for row in offsets]
    return list(permutations(candidates, 2))[number]


@pytest.mark.parametrize(
    ('window', 'height', 'width'), [(3, 5, 7), (3, 1, 4), (5, 4, 3), (7, 6, 9)]
)
def test_adjacent_pixels_against_a_loop(window, height, width):
    generator = torch.Generator().manual_seed(window)
    x = torch.rand(2, 3, height, width, generator=generator)
    choice = random_choice(
        2, height, width, num_choices=num_adjacent_pairs(window), generator=generator
    )
    images = [take_pixels(x, p) for p in adjacent_pixel_places(choice, window=window)]
    for n in range(2):
        for row in range(height):
            for column in range(width):
                pair = adjacent_pair(choice[n, row, column].item(), window)
                for image, (down, right) in zip(images, pair, strict=True):
                    source = x[n, :, clamp(row + down, height), clamp(column + right, width)]
                    assert image[n, :, row, column].equal(source)


def test_adjacent_pixels_are_the_reference(load_reference):
    tensors = load_reference('apr_sampler')
    choice, width = tensors['choice'], tensors['input'].shape[-1]
    places = adjacent_pixel_places(choice)
    for i, p in enumerate(places, start=1):
        assert (p // width).equal(tensors[f'row_index_{i}'])
        assert (p % width).equal(tensors[f'col_index_{i}'])
        assert take_pixels(tensors['input'], p).equal(tensors[f'output_h{i}_y'])
        assert take_pixels(tensors['fy'], p).equal(tensors[f'output_h{i}_fy'])
    middle = adjacent_pixel_places(torch.arange(72).view(72, 1, 1).repeat(1, 3, 3))
    for i, p in enumerate(middle):
        offsets = torch.stack([p[:, 1, 1] % 3, p[:, 1, 1] // 3], dim=1) - 1
        assert offsets.equal(tensors['window'][:, i])


@pytest.mark.parametrize(
    ('row', 'column', 'num_sources', 'same', 'center'),
    [
        (2, 2, 9, 0, 1 / 9),
        (2, 0, 6, 1 / 12, 2 / 9),
        (4, 3, 6, 1 / 12, 2 / 9),
        (0, 5, 4, 2 / 9, 4 / 9),
    ],
    ids=['interior', 'left edge', 'lower edge', 'corner'],
)
def test_all_pairs_of_a_place(row, column, num_sources, same, center):
    """Exact probabilities at the border, over all 72 pairs."""
    every = torch.arange(72).view(72, 1, 1).repeat(1, 5, 6)
    first, second = (p[:, row, column].tolist() for p in adjacent_pixel_places(every))
    own = row * 6 + column
    assert len(set(first)) == len(set(second)) == num_sources
    assert sum(a == b for a, b in zip(first, second, strict=True)) == round(72 * same)
    assert first.count(own) == second.count(own) == round(72 * center)
    if not same:
        kept = sum(own in pair for pair in zip(first, second, strict=True))
        assert kept == 72 * 2 / 9
        assert set(Counter(first).values()) == set(Counter(second).values()) == {8}


def test_cells_against_a_loop():
    generator = torch.Generator().manual_seed(0)
    x = torch.rand(2, 2, 6, 10, generator=generator)
    choice = random_choice(2, 3, 5, num_choices=8, generator=generator)
    pairs = [(0, 1), (0, 2), (1, 3), (2, 3)]
    pairs += [(b, a) for a, b in pairs]
    images = [take_pixels(x, p) for p in cell_pixel_places(choice)]
    for n in range(2):
        for row in range(3):
            for column in range(5):
                cell = x[n, :, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2].flatten(1)
                pair = pairs[choice[n, row, column]]
                for image, pixel in zip(images, pair, strict=True):
                    assert image[n, :, row, column].equal(cell[:, pixel])


def test_cells_are_the_reference(load_reference):
    tensors = load_reference('n2n_sampler_loss')
    for i, p in enumerate(cell_pixel_places(tensors['choice']), start=1):
        assert take_pixels(tensors['input'], p).equal(tensors[f'output_g{i}_y'])
        assert take_pixels(tensors['fy'], p).equal(tensors[f'output_g{i}_fy'])


def test_pixels_of_a_pair_share_a_side_and_each_is_equally_likely():
    first, second = cell_pixel_places(torch.arange(8).view(8, 1, 1))
    first, second = first.flatten().tolist(), second.flatten().tolist()
    assert set(Counter(first).values()) == set(Counter(second).values()) == {2}
    steps = {(abs(a // 2 - b // 2), abs(a % 2 - b % 2)) for a, b in zip(first, second, strict=True)}
    assert steps == {(0, 1), (1, 0)}


def test_draws_are_uniform_and_repeat():
    """72000 draws: each of 72 has 1000 +- 5 standard deviations (31)."""
    draws = [
        random_choice(8, 90, 100, num_choices=72, generator=torch.Generator().manual_seed(0))
        for _ in 'ab'
    ]
    assert draws[0].equal(draws[1])
    counts = draws[0].flatten().bincount(minlength=72)
    assert len(counts) == 72 and (counts - 1000).abs().max() < 155
    assert not draws[0][0].equal(draws[0][1])


def test_several_targets_share_the_places():
    x = torch.rand(2, 4, 3, 5, 6, generator=torch.Generator().manual_seed(1))
    first, _ = adjacent_pixel_places(random_choice(2, 5, 6, num_choices=72))
    assert take_pixels(x, first).equal(torch.stack([take_pixels(y, first) for y in x.unbind(1)], 1))


def test_gradients_return_to_the_pixels_that_were_taken():
    x = torch.rand(1, 2, 3, 4, dtype=torch.float64, requires_grad=True)
    first, _ = adjacent_pixel_places(random_choice(1, 3, 4, num_choices=72))
    take_pixels(x, first).sum().backward()
    counts = first.flatten().bincount(minlength=12).view(3, 4).double()
    assert x.grad.equal(counts.expand(1, 2, 3, 4))


@pytest.mark.parametrize('window', [1, 2, 4])
def test_wrong_windows(window):
    with pytest.raises(ValueError, match=f'odd window of at least 3 pixels, got {window}'):
        num_adjacent_pairs(window)


def test_wrong_shapes():
    x = torch.zeros(2, 3, 4, 4)
    for places in (torch.zeros(1, 4, 4), torch.zeros(4, 4), torch.zeros(2, 1, 4, 4)):
        with pytest.raises(ValueError, match=r'places \(N, h, w\)'):
            take_pixels(x, places.long())
