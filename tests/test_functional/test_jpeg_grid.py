"""Detection of the JPEG block grid."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from small_photographs import noisy_picture

from mmrestore.functional import jpeg_compression
from mmrestore.functional.jpeg_grid import COMPRESSED, jpeg_grid_ratio


def picture(sigma: float = 4, **size: int) -> torch.Tensor:
    return torch.from_numpy(noisy_picture(sigma, **size)).permute(2, 0, 1) / 255


def slow_ratio(gray: np.ndarray) -> float:
    """Slow twin of the row ratio, phase by phase."""
    found: list[list[float]] = [[] for _ in range(8)]
    d = np.diff(gray, axis=1)
    jumps = {
        (i, j): abs(2 * d[i, j] - d[i, j - 1] - d[i, j + 1])
        for i in range(d.shape[0])
        for j in range(1, d.shape[1] - 1)
    }
    limit = sorted(jumps.values())[int(0.9 * len(jumps)) - 1]
    for (_, j), value in jumps.items():
        found[j % 8].append(min(value, limit))
    means = sorted(np.mean(values) for values in found)
    return means[-1] / ((means[3] + means[4]) / 2)


def test_ratio_against_the_slow_twin():
    image = jpeg_compression(picture(height=48, width=60)[None], 80)[0]
    gray = image.double().mean(dim=0).numpy()
    expected = (slow_ratio(gray) + slow_ratio(gray.T)) / 2
    assert jpeg_grid_ratio(image) == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize('quality', [50, 75, 90])
def test_compression_is_found_in_any_crop_and_turn(quality):
    image = picture(height=200, width=240)
    assert jpeg_grid_ratio(image) < COMPRESSED
    compressed = jpeg_compression(image[None], quality)[0]
    assert jpeg_grid_ratio(compressed) > COMPRESSED
    crop = compressed[:, 3:, 5:-2]
    assert jpeg_grid_ratio(crop) == pytest.approx(jpeg_grid_ratio(compressed), rel=0.1)
    assert jpeg_grid_ratio(crop.flip(1).transpose(1, 2)) == pytest.approx(jpeg_grid_ratio(crop))


def test_constant_and_small_images_have_ratio_1():
    assert jpeg_grid_ratio(torch.full((3, 40, 40), 0.5)) == 1
    assert jpeg_grid_ratio(torch.rand(1, 20, 90)) == 1
    blocks = torch.rand(1, 6, 6).repeat_interleave(8, 1).repeat_interleave(8, 2)
    assert jpeg_grid_ratio(blocks) == pytest.approx(1000)  # nothing but a grid
