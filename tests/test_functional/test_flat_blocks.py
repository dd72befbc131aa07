"""Noise estimates from flat blocks."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mmrestore.functional.flat_blocks import (
    correlation_in_blocks,
    find_blocks,
    flattest,
    joined,
    noise_by_brightness,
    without_plane,
)


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_the_least_squares_plane_is_subtracted():
    block = noise(16, 16).double()
    rows, columns = np.mgrid[:16, :16]
    terms = np.stack([np.ones(256), rows.ravel(), columns.ravel()], axis=1)
    fit = terms @ np.linalg.lstsq(terms, block.numpy().ravel(), rcond=None)[0]
    assert np.allclose(without_plane(block), block.numpy() - fit.reshape(16, 16), atol=1e-9)


def test_block_stride_is_eight_and_clipped_blocks_are_excluded():
    image = 0.5 + 0.01 * noise(3, 40, 56)
    assert len(find_blocks(image).brightness) == 4 * 6
    image[:, :, :24] = 0
    blocks = find_blocks(image)
    assert len(blocks.brightness) == 4 * 3 and blocks.brightness.min() > 100
    assert len(find_blocks(torch.zeros(3, 64, 64)).brightness) == 0
    assert find_blocks(torch.zeros(3, 9, 64)).residuals.shape == (0, 3, 16, 16)


def test_noise_by_brightness_beside_texture():
    levels = torch.linspace(0.2, 0.8, 6).repeat_interleave(64)  # six bands
    sigmas = torch.linspace(2, 7, 6).repeat_interleave(64) / 255
    image = levels.expand(3, 256, -1) + sigmas * noise(3, 256, 384)
    image[:, :128] += 0.1 * (torch.arange(128)[:, None] % 4 < 2)  # stripes in the upper half
    found = noise_by_brightness(find_blocks(image))
    assert len(found) == 6
    for (_, deviation, _), expected in zip(found, range(2, 8), strict=True):
        assert deviation == pytest.approx(expected, rel=0.2)


def test_correlation_of_known_noise():
    white = noise(1, 3, 258, 258)
    kernel = torch.tensor([1.0, 1.0]) / 2**0.5
    along = F.conv2d(white, kernel.view(1, 1, 1, 2).expand(3, 1, 1, 2), groups=3)
    both = F.conv2d(along, kernel.view(1, 1, 2, 1).expand(3, 1, 2, 1), groups=3)
    found = correlation_in_blocks(find_blocks(0.5 + 0.02 * both[0]), reach=3)
    assert found[0] == pytest.approx(0.5, abs=0.05)
    assert found[1:] == pytest.approx([0, 0], abs=0.05)


def test_a_picture_without_flat_blocks_gives_no_table():
    blocks = find_blocks(torch.ones(3, 64, 64))
    assert noise_by_brightness(blocks) == [] and correlation_in_blocks(blocks, reach=2) == [0, 0]
    assert len(flattest(joined([blocks, blocks])).brightness) == 0
