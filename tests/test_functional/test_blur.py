"""Gaussian blur."""

import pytest
import torch
import torch.nn.functional as F

from mmrestore.batch_transforms import GaussianBlur
from mmrestore.functional import gaussian_blur
from mmrestore.structures import DataSample


def slow_blur(image, std):
    """Blur (C, H, W) with a two-dimensional kernel, pixel by pixel."""
    if not std:
        return image
    out = torch.zeros_like(image)
    height, width = image.shape[-2:]
    offsets = range(-9, 10)
    total = 0.0
    for dy in offsets:
        for dx in offsets:
            weight = torch.tensor(-(dx**2 + dy**2) / (2 * std**2)).double().exp().item()
            total += weight
            for y in range(height):
                for x in range(width):
                    row, column = y + dy, x + dx
                    while not 0 <= row < height:
                        row = -1 - row if row < 0 else 2 * height - 1 - row
                    while not 0 <= column < width:
                        column = -1 - column if column < 0 else 2 * width - 1 - column
                    out[:, y, x] += weight * image[:, row, column]
    return out / total


def test_each_image_is_blurred_by_its_own_gaussian():
    x = torch.rand(3, 2, 5, 7, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    std = [0.0, 0.6, 1.3]
    blurred = gaussian_blur(x, torch.tensor(std))
    for image, result, s in zip(x, blurred, std, strict=True):
        torch.testing.assert_close(result, slow_blur(image, s), atol=2e-4, rtol=0)
    assert blurred[0].equal(x[0])


def test_brightness_is_kept_and_variances_add_up():
    x = torch.rand(1, 3, 40, 31, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    once = gaussian_blur(x, torch.tensor([2.5]))
    torch.testing.assert_close(once.mean(), x.mean())
    twice = gaussian_blur(gaussian_blur(x, torch.tensor([1.5])), torch.tensor([2.0]))
    torch.testing.assert_close(twice, once, atol=1e-3, rtol=0)


def test_the_batch_transform_draws_for_each_image():
    x = F.one_hot(torch.tensor(40), 81).float().expand(400, 1, 1, 81).contiguous()
    torch.manual_seed(0)
    blurred, sample = GaussianBlur((1.0, 3.0))(x, DataSample(gt_img=x))
    places = torch.arange(-40.0, 41)
    std = (blurred[:, 0, 0] * places**2).sum(dim=1).sqrt()
    assert 0.98 < std.min() < 1.1 and 2.9 < std.max() < 3.02
    assert std.mean() == pytest.approx(2, abs=0.1) and sample.gt_img is x
    for wrong in (-1, (2, 1), 33):
        with pytest.raises(ValueError, match='standard deviation in pixels from 0 to 32'):
            GaussianBlur(wrong)
