"""Overlapping windows against unfold, their gradient, and their position index."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from mmrestore.models.layers.overlapping_windows import (
    overlap_position_index,
    overlapping_windows,
)

SIZES = [((2, 6, 9, 4), 3, 5), ((1, 8, 4, 3), 4, 6), ((1, 4, 6, 1), 2, 8), ((2, 6, 6, 2), 3, 3)]


@pytest.mark.parametrize(('size', 'window', 'key_window'), SIZES)
def test_windows_and_gradient_are_those_of_unfold(size, window, key_window):
    generator = torch.Generator().manual_seed(0)
    image = torch.rand(size, generator=generator, dtype=torch.float64).requires_grad_()
    found = overlapping_windows(image, window=window, key_window=key_window)
    columns = F.unfold(
        image.permute(0, 3, 1, 2),
        key_window,
        stride=window,
        padding=(key_window - window) // 2,
    )
    expected = columns.unflatten(1, (size[3], -1)).permute(0, 3, 2, 1).flatten(0, 1)
    torch.testing.assert_close(found, expected, rtol=0, atol=0)
    grad = torch.rand(found.shape, generator=generator, dtype=torch.float64)
    gradients = [torch.autograd.grad(y, image, grad) for y in (found, expected)]
    torch.testing.assert_close(*gradients)


@pytest.mark.parametrize(('window', 'key_window'), [(4, 4), (2, 4), (4, 6), (3, 7)])
def test_position_index(window, key_window):
    index = overlap_position_index(window, key_window)
    side = window + key_window - 1
    assert index.unique().tolist() == list(range(side**2))
    table = torch.arange(side**2)
    for query in range(window**2):
        for key in range(key_window**2):
            row = key // key_window - query // window + window - key_window + 1
            column = key % key_window - query % window + window - key_window + 1
            assert index[query, key] == table[row * side + column]  # negative: from the end
