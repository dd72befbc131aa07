"""Display light against sums over a fine grid."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mmrestore.functional.screen_display import BLOCK, display_light, shares
from mmrestore.functional.screen_draws import ScreenRanges, draw_screens, stripes

FINE = 90  # points along the side of a pixel, a multiple of both sides of a block


def pictures(*shape, seed=0):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def twin(picture, columns, rows, spread):
    """Slow twin for one picture (3, H, W): fine grid, blur by a matrix, sampling."""
    border = 6
    padded = np.pad(picture**2.2, ((0, 0), (border, border), (border, border)), mode='edge')
    phase = (np.arange(FINE) + 0.5) / FINE
    result = []
    for color, (left, right) in zip(padded, columns, strict=True):
        light = color
        for axis, (low, high), num in ((0, rows, BLOCK[0]), (1, (left, right), BLOCK[1])):
            lit = ((phase > low) & (phase < high)) / (high - low)
            side = light.shape[axis]
            fine = np.repeat(light, FINE, axis) * np.expand_dims(np.tile(lit, side), 1 - axis)
            places = (np.arange(num * (side - 2 * border)) + 0.5) / num + border
            sigma = np.sqrt(spread**2 - 1 / (6 * num**2))
            distances = places[:, None] - (np.arange(side * FINE) + 0.5) / FINE
            kernel = np.exp(-(distances**2) / (2 * sigma**2)) / (sigma * np.sqrt(2 * np.pi) * FINE)
            light = kernel @ fine if axis == 0 else fine @ kernel.T
        result.append(light)
    return np.stack(result)


@pytest.mark.parametrize('spread', [0.2, 0.45, 0.6])
def test_against_a_fine_grid(spread):
    picture = pictures(1, 3, 3, 5)
    columns = torch.tensor([[[0.1, 0.3], [0.4, 0.6], [0.7, 1.0]]]).double()
    rows = torch.tensor([[0.1, 0.8]]).double()
    light = display_light(picture, columns, rows, torch.tensor([spread]))
    expected = twin(picture[0].numpy(), columns[0].numpy(), rows[0].numpy(), spread)
    assert light.shape == (1, 3, 12, 45)
    difference = np.abs(light[0].numpy() - expected)
    assert difference.max() < 5e-3 and difference.mean() < 1e-3
    assert expected.std() > 0.05


def test_without_pattern_and_blur_pixels_become_blocks():
    picture = pictures(2, 3, 4, 5)
    whole = torch.tensor([0.0, 1.0])
    light = display_light(
        picture, whole.expand(2, 3, 2), whole.expand(2, 2), torch.full((2,), 1e-3)
    )
    blocks = (picture**2.2).repeat_interleave(BLOCK[0], -2).repeat_interleave(BLOCK[1], -1)
    torch.testing.assert_close(light, blocks)


def test_the_sum_of_light_is_kept_for_all_draws():
    num = 200
    screens = draw_screens(num, generator=torch.Generator().manual_seed(0))
    flat = pictures(num, 3, 1, 1).expand(-1, -1, 3, 4)
    light = display_light(flat, screens.columns, screens.rows, screens.spread)
    torch.testing.assert_close(light.mean((2, 3)), flat[..., 0, 0] ** 2.2, rtol=2e-3, atol=0)
    assert (light.std((2, 3)) / light.mean((2, 3))).max() > 0.3


def test_colors_stand_side_by_side():
    columns, rows = stripes(torch.tensor([1.0, 0.5]), torch.tensor([1.0, 0.6]))
    torch.testing.assert_close(columns[0], torch.tensor([[0, 1], [1, 2], [2, 3]]) / 3)
    torch.testing.assert_close(columns[1, 2], torch.tensor([0.75, 11 / 12]))
    torch.testing.assert_close(rows, torch.tensor([[0.0, 1.0], [0.2, 0.8]]))
    white = torch.ones(1, 3, 2, 2)
    light = display_light(white, columns[:1], rows[:1], torch.tensor([1e-3]))
    brightest = light.view(3, 8, 2, 9).argmax(-1) // 3
    assert (brightest == torch.arange(3).view(3, 1, 1)).all()


def test_shares_of_a_pattern_add_up_to_its_blurred_profile():
    """The series of a periodic stripe: 1 + 2 sum of sinc(n w) exp(-2 (pi n s)^2) cos(...)."""
    edges, spread = torch.tensor([0.2, 0.6]).double(), 0.3
    found = shares(edges, torch.tensor(spread), 8).sum(0)
    places = (torch.arange(8).double() + 0.5) / 8 - 0.4
    expected = torch.ones(8).double()
    for n in (1, 2, 3, 4):
        factor = np.sinc(n * 0.4) * np.exp(-2 * (np.pi * n * spread) ** 2)
        expected += 2 * factor * torch.cos(2 * np.pi * n * places)
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=0)


def test_wrong_arguments_are_refused():
    one = draw_screens(1, ScreenRanges())
    with pytest.raises(TypeError, match='floating-point'):
        display_light(torch.zeros(1, 3, 4, 4).byte(), one.columns, one.rows, one.spread)
    with pytest.raises(ValueError, match=r'expected RGB pictures .* \(1, 1, 4, 4\)'):
        display_light(torch.zeros(1, 1, 4, 4), one.columns, one.rows, one.spread)
