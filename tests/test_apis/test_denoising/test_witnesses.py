"""The strength that can be justified without a clean picture."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from small_photographs import noisy_picture, smooth_picture

from mmrestore.apis.denoising.decide import Rule, chosen_by
from mmrestore.apis.denoising.sample import crops_of
from mmrestore.functional.witnesses import find_witnesses, flip_signs

GENERATOR = torch.Generator


def noisy(sigma: float = 0.05) -> torch.Tensor:
    return 0.5 + sigma * torch.randn(3, 96, 112, generator=GENERATOR().manual_seed(0))


def half_way(x: torch.Tensor) -> torch.Tensor:
    """The network that takes half of the noise of a gray picture."""
    return (x + 0.5) / 2


def constant(x: torch.Tensor) -> torch.Tensor:
    """The perfect network of a gray picture."""
    return torch.full_like(x, 0.5)


def test_half_of_the_change_may_be_doubled():
    found = find_witnesses([noisy()], half_way, constant)
    assert found.pass_estimate == pytest.approx(2, rel=1e-3)  # w* of half the noise
    assert found.flat_estimate == pytest.approx(1, abs=0.05)
    assert found.noise == pytest.approx(0.05**2, rel=0.05)
    assert found.energy == pytest.approx(found.noise / 4, rel=1e-3)


def test_a_change_that_does_not_see_noise_gets_no_strength():
    found = find_witnesses([noisy()], lambda x: x + 0.1, constant)
    assert found.pass_estimate == pytest.approx(0, abs=1e-4)
    assert chosen_by(found, Rule()).page.strength == 0


def test_change_where_there_is_texture_only_is_bounded_by_the_flat_parts():
    picture = noisy(0.01)
    picture[:, :, 56:] += 0.2 * (torch.arange(56) % 2 - 0.5)  # stripes

    def blur(x):
        return torch.nn.functional.avg_pool2d(x, 3, 1, padding=1, count_include_pad=False)

    found = find_witnesses([picture], blur, blur)
    flat = blur(picture[None])[..., :, 8:40] - picture[None][..., :, 8:40]
    expected = float(flat.square().mean()) / found.energy
    assert found.flat_estimate == pytest.approx(expected, rel=0.2) and expected < 0.02


def test_the_estimate_is_near_the_best_strength():
    clean = torch.from_numpy(smooth_picture(160, 160)).permute(2, 0, 1).float()
    picture = torch.from_numpy(noisy_picture(10, height=160, width=160)).permute(2, 0, 1) / 255

    def blur(x):
        return torch.nn.functional.avg_pool2d(x, 5, 1, padding=2, count_include_pad=False)

    change = blur(picture[None])[0] - picture
    best = -float((change * (picture - clean)).sum() / change.square().sum())
    found = find_witnesses([picture], blur, blur)
    strength = chosen_by(found, Rule()).page.strength
    assert 0.5 < best < 1 and 0.6 * best < strength < 2 * best  # which still helps


def test_noise_that_grows_with_brightness_is_not_taken_for_texture():
    levels = torch.linspace(0.1, 0.9, 256).expand(3, 256, 256)
    picture = levels + 0.12 * levels * torch.randn(
        3, 256, 256, generator=GENERATOR().manual_seed(0)
    )
    found = find_witnesses(
        [picture.clamp(0.02, 0.98)], lambda x: levels[None], lambda x: levels[None]
    )
    assert found.flat_estimate > 0.8  # of dark blocks only it would be 0.1


def test_crops_are_pooled():
    one = find_witnesses([noisy()], half_way, constant)
    two = find_witnesses([noisy()[:, :48], noisy()[:, 48:]], half_way, constant)
    assert two.energy == pytest.approx(one.energy) and two.noise == pytest.approx(one.noise)
    assert two.pass_estimate == pytest.approx(one.pass_estimate, rel=1e-3)


def test_nothing_is_divided_by_nothing():
    black = torch.zeros(3, 64, 64)
    assert find_witnesses([black], torch.clone, torch.clone) == (0, None, 0, 0, 1, ())
    dark = (noisy() - 0.52).clamp_min(0)
    found = find_witnesses([dark], half_way, constant)
    assert found.flat_estimate is None and math.isfinite(found.pass_estimate)
    tiny = find_witnesses([noisy()[:, :3, :5]], half_way, constant)
    assert tiny.flat_estimate is None and tiny.pass_estimate > 0


def test_signs_change_in_blocks():
    flipped = flip_signs(torch.ones(1, 2, 40, 50), GENERATOR().manual_seed(0))
    assert set(flipped.unique().tolist()) == {-1, 1}
    for top in range(0, 40, 16):
        for left in range(0, 50, 16):
            assert len(flipped[:, :, top : top + 16, left : left + 16].unique()) == 1


@pytest.mark.parametrize(('size', 'number'), [((500, 600), 1), ((1024, 1024), 9), ((300, 9000), 3)])
def test_large_pictures_are_looked_at_in_parts(size, number):
    picture = np.zeros((*size, 1), np.uint8)
    crops = crops_of(picture, num=9, side=256)
    assert len(crops) == number
    assert all(max(crop.shape[1:]) <= 700 for crop in crops)
