"""Synthetic text, shapes and weaves."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mmrestore.functional import draw_graphics, graphics_like
from mmrestore.functional.graphics import _draw_shapes, _weave, _write_text


def flat(value=120):
    return np.full((64, 80, 3), value, np.uint8)


@pytest.mark.parametrize('draw', [_write_text, _draw_shapes, _weave])
def test_every_kind_draws_something(draw):
    drawn = [draw(flat(), np.random.default_rng(seed)) for seed in range(10)]
    assert all(image.shape == (64, 80, 3) and image.dtype == np.uint8 for image in drawn)
    assert sum(image.std() > 2 for image in drawn) >= 9


def test_a_weave_is_periodic():
    """The spectrum of a weave has a few peaks; white noise has none."""
    image = _weave(flat(), np.random.default_rng(1)).mean(axis=2)
    energy = np.abs(np.fft.rfft2(image - image.mean())) ** 2
    largest = np.sort(energy.ravel())[-24:].sum()
    assert largest > 0.6 * energy.sum()


def test_pictures_are_seeded():
    first, second, other = (draw_graphics(33, 46, np.random.default_rng(s)) for s in (5, 5, 6))
    assert first.shape == (33, 46, 3)
    assert np.array_equal(first, second) and not np.array_equal(first, other)


def test_a_batch_follows_the_global_generator():
    x = torch.zeros(3, 3, 20, 24, dtype=torch.float64)
    torch.manual_seed(0)
    first = graphics_like(x)
    torch.manual_seed(0)
    assert first.equal(graphics_like(x)) and first.dtype == x.dtype
    assert 0 <= first.min() < first.max() <= 1
    assert not first[0].equal(first[1])
    with pytest.raises(ValueError, match=r'in color: expected images \(N, 3, H, W\), got \(2, 1'):
        graphics_like(torch.zeros(2, 1, 8, 8))
