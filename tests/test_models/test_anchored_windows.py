"""Windows of pixels and anchors, and unit vectors, against slow definitions."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F

from mmrestore.models.layers.anchored_windows import Windows, relative_coordinates
from mmrestore.models.layers.unit_vectors import unit_vectors


@pytest.mark.parametrize('shifted', [False, True])
@pytest.mark.parametrize('size', [(2, 8, 24), (1, 24, 8), (1, 16, 16)])
def test_anchors_lie_in_the_windows_of_their_pixels(size, shifted):
    factor = 2
    layout = Windows((4, 8), anchor_factor=factor).layout(size, shifted=shifted)
    _, height, width = size
    pixels = layout.pixels.order.pixels.view(-1, 32)
    anchors = layout.anchors.order.pixels.view(-1, 8)
    assert layout.pixels.order.counts == layout.anchors.order.counts
    image, rest = pixels // (height * width), pixels % (height * width)
    row, column = rest // width // factor, rest % width // factor
    anchor_of_pixel = (image * (height // factor) + row) * (width // factor) + column
    for window, own in zip(anchor_of_pixel, anchors, strict=True):
        assert window.unique().tolist() == own.sort().values.tolist()


def test_pieces_are_the_windows():
    layout = Windows((4, 8), anchor_factor=2).layout((2, 12, 24), shifted=True)
    for rows in (1, 40, 100):
        pieces = list(layout.pieces(rows))
        assert max(len(pixels.order.pixels) for pixels, _ in pieces) <= max(32, rows)
        for whole, grids in zip(layout[:2], zip(*pieces, strict=True), strict=True):
            order = torch.cat([grid.order.pixels for grid in grids])
            assert torch.equal(order, whole.order.pixels)
            counts = torch.tensor([grid.order.counts[0] for grid in grids])
            sides = torch.cat([grid.sides for grid in grids]).repeat_interleave(counts, 0)
            expected = whole.sides.repeat_interleave(torch.tensor(whole.order.counts), 0)
            assert torch.equal(sides, expected)
    assert list(layout.pieces(10**6)) == [(layout.pixels, layout.anchors)]


@pytest.mark.parametrize(('window', 'anchors'), [(8, 8), (32, 8), (12, 3), (4, 2)])
def test_relative_coordinates(window, anchors):
    offset = (window - anchors) // 2
    table = relative_coordinates((window, 4), (anchors, 2))
    assert table.shape == (window + anchors - 1, 5, 2)
    for i in range(len(table)):
        t = 8 * (i - (anchors - 1) - offset) / (window - 1 - offset)
        expected = math.copysign(math.log(abs(t) + 1, 8), t)
        assert table[i, 0, 0].item() == pytest.approx(expected, abs=1e-6)
    assert table[-1, 0, 0].item() == pytest.approx(math.log(9, 8))


def test_unit_vectors():
    x = torch.randn(3, 4, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    torch.testing.assert_close(unit_vectors(x), F.normalize(x, dim=-1))
    assert torch.autograd.gradcheck(unit_vectors, x.requires_grad_())
    assert unit_vectors(torch.zeros(2, 3)).tolist() == [[0, 0, 0], [0, 0, 0]]
