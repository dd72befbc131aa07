"""Orders of windows, shift masks and relative positions against their slow definitions."""

from __future__ import annotations

import pytest
import torch

from mmrestore.models.layers.windows import (
    invert,
    pair,
    rearrange,
    relative_position_index,
    shift_masks,
    to_image,
    to_rows,
    window_grid,
    window_order,
)

SIZES = [
    *(((2, 6, 9), 3, 1), ((1, 4, 12), 4, 2), ((3, 8, 8), 8, 4), ((2, 14, 7), 7, 3)),
    *(((2, 6, 12), (2, 4), (1, 2)), ((1, 9, 4), (3, 2), (0, 1)), ((1, 8, 6), (4, 3), (1, 0))),
]


def slow_windows(image, window, shift):
    """Return the windows of a rolled (H, W) image as lists of pixels, row-major."""
    (rows, columns), (down, right) = pair(window), pair(shift)
    rolled = image.roll((-down, -right), (0, 1))
    return [
        rolled[y : y + rows, x : x + columns].flatten().tolist()
        for y in range(0, image.shape[0], rows)
        for x in range(0, image.shape[1], columns)
    ]


@pytest.mark.parametrize(('size', 'window', 'shift'), SIZES)
def test_plain_order(size, window, shift):
    pixels = torch.arange(size[0] * size[1] * size[2]).view(size)
    order = window_order(size, window=window)
    expected = [w for image in pixels for w in slow_windows(image, window, 0)]
    assert order.pixels.view(len(expected), -1).tolist() == expected
    assert order.counts == (len(expected),)


@pytest.mark.parametrize(('size', 'window', 'shift'), SIZES)
def test_shifted_order_has_the_same_windows_sorted_by_mask(size, window, shift):
    pixels = torch.arange(size[0] * size[1] * size[2]).view(size)
    order = window_order(size, window=window, shift=shift)
    expected = [w for image in pixels for w in slow_windows(image, window, shift)]
    assert sorted(order.pixels.view(len(expected), -1).tolist()) == sorted(expected)
    assert sum(order.counts) == len(expected)

    masks = shift_masks(window, shift, value=-1.0).repeat_interleave(torch.tensor(order.counts), 0)
    rows, columns = pair(window)
    for places, mask in zip(order.pixels.view(len(expected), -1), masks, strict=True):
        row, column = places // size[2] % size[1], places % size[2]
        # two pixels of a window are neighbours in the image unless the roll brought them together
        far = (row[:, None] - row).abs() >= rows, (column[:, None] - column).abs() >= columns
        single_row, single_column = size[1] == rows, size[2] == columns
        if not (single_row or single_column):
            assert torch.equal(mask, -(far[0] | far[1]).float())


def test_masks_are_those_of_the_labelled_image():
    size, window, shift = (1, 12, 8), 4, 2
    order = window_order(size, window=window, shift=shift)
    label = torch.zeros(12, 8)
    for i, rows in enumerate([slice(0, 8), slice(8, 10), slice(10, 12)]):
        for j, columns in enumerate([slice(0, 4), slice(4, 6), slice(6, 8)]):
            label[rows, columns] = 3 * i + j
    label = label.roll((shift, shift), (0, 1)).flatten()[order.pixels].view(-1, 16)
    expected = (label[:, :, None] != label[:, None, :]) * -1e4
    masks = shift_masks(window, shift).repeat_interleave(torch.tensor(order.counts), 0)
    assert torch.equal(masks, expected)


def test_moves_lead_from_order_to_order_and_back():
    grid = window_grid((2, 6, 9), window=3, shift=1)
    x = torch.rand(2 * 6 * 9, 4)
    plain, shifted = (x[order.pixels] for order in grid.orders)
    assert torch.equal(rearrange(plain, *grid.moves[1]), shifted)
    assert torch.equal(rearrange(shifted, *grid.moves[0]), plain)
    assert torch.equal(plain[grid.orders[0].places], x)


def test_gradient_of_a_rearrangement():
    order = torch.randperm(12, generator=torch.Generator().manual_seed(0))
    x = torch.rand(12, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: rearrange(x, order, invert(order)), x)


def test_rows_and_images():
    image = torch.rand(2, 5, 3, 4)
    assert torch.equal(to_image(to_rows(image), (2, 3, 4)), image)
    assert to_rows(image)[1 * 12 + 2 * 4 + 3].tolist() == image[1, :, 2, 3].tolist()
    channels_last = image.contiguous(memory_format=torch.channels_last)
    assert to_rows(channels_last).data_ptr() == channels_last.data_ptr()


@pytest.mark.parametrize('window', [1, 2, 7])
def test_relative_position_index(window):
    index = relative_position_index(window)
    for i in range(window**2):
        for j in range(window**2):
            row = i // window - j // window + window - 1
            column = i % window - j % window + window - 1
            assert index[i, j] == row * (2 * window - 1) + column


@pytest.mark.parametrize(
    ('queries', 'keys'), [((2, 3), (2, 3)), ((4, 6), (2, 3)), ((1, 2), (3, 5))]
)
def test_relative_positions_of_two_grids(queries, keys):
    index = relative_position_index(queries, keys)
    assert index.shape == (queries[0] * queries[1], keys[0] * keys[1])
    for i in range(len(index)):
        for j in range(len(index[0])):
            row = i // queries[1] - j // keys[1] + keys[0] - 1
            column = i % queries[1] - j % keys[1] + keys[1] - 1
            assert index[i, j] == row * (queries[1] + keys[1] - 1) + column
    assert len(index.unique()) == (queries[0] + keys[0] - 1) * (queries[1] + keys[1] - 1)


def test_sides_that_are_no_multiples_are_refused():
    with pytest.raises(ValueError, match=r'multiples of the window size 4, got 8 x 6'):
        window_order((1, 8, 6), window=4)
