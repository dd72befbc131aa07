"""Bayer mosaic and demosaicing."""

from __future__ import annotations

import pytest
import torch

from mmrestore.functional import demosaic, mosaic


def test_mosaic_and_demosaic_pixel_by_pixel():
    """A missing color is the mean of the nearest pixels that have it, borders repeated."""
    x = torch.rand(2, 3, 6, 10, generator=torch.Generator().manual_seed(0))
    colors = [[0, 1], [1, 2]]  # of even and odd rows and columns
    raw = mosaic(x)
    for plane, (row, column) in enumerate([(0, 0), (0, 1), (1, 0), (1, 1)]):
        assert raw[:, plane].equal(x[:, colors[row][column], row::2, column::2])
    offsets = {  # of the neighbors that are averaged, by color and by the place of the pixel
        (0, 1): [(0, -1), (0, 1), (-1, 0), (1, 0)],
        (0, 2): [(-1, -1), (-1, 1), (1, -1), (1, 1)],
        (1, 0): [(0, -1), (0, 1)],
        (1, 2): [(-1, 0), (1, 0)],
    }
    result = demosaic(raw)
    for row in range(1, 5):
        for column in range(1, 9):
            own = colors[row % 2][column % 2]
            assert result[:, own, row, column].equal(x[:, own, row, column])
            for color in {0, 1, 2} - {own}:
                if own == 1:  # the neighbors lie in the row of the color, or in the column
                    kind = (1, 0) if color in colors[row % 2] else (1, 2)
                else:
                    kind = (0, 1) if color == 1 else (0, 2)
                places = [(row + dy, column + dx) for dy, dx in offsets[kind]]
                mean = torch.stack([x[:, color, y, z] for y, z in places]).mean(dim=0)
                torch.testing.assert_close(result[:, color, row, column], mean)
    # In the corners one neighbor of two is there, and it is repeated.
    assert result[:, 2, 0, 0].equal(x[:, 2, 1, 1]) and result[:, 0, 5, 9].equal(x[:, 0, 4, 8])
    torch.testing.assert_close(result[:, 1, 0, 0], (x[:, 1, 0, 1] + x[:, 1, 1, 0]) / 2)


def test_linear_images_are_recovered_and_inputs_are_unchanged():
    """Where an image is linear in its coordinates, means of neighbors are exact."""
    rows, columns = torch.meshgrid(torch.arange(8.0), torch.arange(12.0), indexing='ij')
    plane = 0.5 * rows + 0.25 * columns
    raw = mosaic(torch.stack((plane, plane + 1, 2 * plane))[None])
    before = raw.clone()
    result = demosaic(raw)
    assert raw.equal(before)
    for color, expected in enumerate((plane, plane + 1, 2 * plane)):
        assert result[0, color, 1:-1, 1:-1].equal(expected[1:-1, 1:-1])


def test_wrong_shapes_are_refused():
    for size in ((5, 6), (6, 5)):
        with pytest.raises(ValueError, match='needs even height and width'):
            mosaic(torch.zeros(1, 3, *size))
    with pytest.raises(ValueError, match='expected a Bayer mosaic'):
        demosaic(torch.zeros(1, 3, 2, 2))
