"""Blind-spot masks: evenly spread pixels and random neighbors."""

from __future__ import annotations

import pytest
import torch

from mmrestore.functional import neighbor_places, one_pixel_of_each_cell


@pytest.mark.parametrize(('cell', 'height', 'width'), [(2, 4, 6), (3, 7, 5), (8, 5, 9)])
def test_marked_pixels_against_a_loop(cell, height, width):
    rows, columns = -(-height // cell), -(-width // cell)
    generator = torch.Generator().manual_seed(0)
    draws = torch.randint(cell**2, (3, rows, columns), generator=generator)
    expected = torch.zeros(3, height, width, dtype=torch.bool)
    for n in range(3):
        for i in range(rows):
            for j in range(columns):
                row, column = divmod(draws[n, i, j].item(), cell)
                if cell * i + row < height and cell * j + column < width:
                    expected[n, cell * i + row, cell * j + column] = True
    assert one_pixel_of_each_cell(draws, height, width, cell=cell).equal(expected)


def test_every_pixel_is_marked_equally_often():
    """All 9 draws of all cells of a 3 x 3 grid, incomplete cells among them."""
    draws = torch.arange(9).view(9, 1, 1).repeat(1, 3, 3)
    marked = one_pixel_of_each_cell(draws, 7, 8, cell=3)
    assert (marked.sum(dim=0) == 1).all()


@pytest.mark.parametrize(('window', 'height', 'width'), [(3, 4, 5), (5, 3, 7), (11, 6, 4)])
def test_every_other_pixel_of_the_window_is_equally_likely(window, height, width):
    radius = window // 2
    for row in range(height):
        for column in range(width):
            inside = [
                r * width + c
                for r in range(max(row - radius, 0), min(row + radius + 1, height))
                for c in range(max(column - radius, 0), min(column + radius + 1, width))
                if (r, c) != (row, column)
            ]
            draws = torch.zeros(2 * len(inside), height, width, dtype=torch.int64)
            draws[:, row, column] = torch.arange(2 * len(inside))
            assert neighbor_places(draws, window=window)[:, row, column].tolist() == 2 * inside


def test_large_draws():
    draws = torch.empty(2, 9, 11, dtype=torch.int64)
    draws.random_(generator=torch.Generator().manual_seed(0))
    assert draws.max() > 2**60
    places = neighbor_places(draws, window=5)
    assert places.min() >= 0 and places.max() < 99


@pytest.mark.parametrize('window', [1, 4])
def test_wrong_windows(window):
    with pytest.raises(ValueError, match=f'odd window of at least 3 pixels, got {window}'):
        neighbor_places(torch.zeros(1, 3, 3, dtype=torch.int64), window=window)
