"""Random masks of input pixels."""

from __future__ import annotations

import pytest
import torch

from mmrestore.batch_transforms import RandomPixelMask
from mmrestore.structures import DataSample


def test_whole_pixels_are_masked_with_a_ratio_for_every_image():
    x = torch.rand(20, 3, 100, 100, generator=torch.Generator().manual_seed(0))
    torch.manual_seed(1)
    samples = DataSample(gt_img=x)
    y, unchanged = RandomPixelMask((0.2, 0.8), value=-0.5)(x, samples)
    masked = y == -0.5
    assert torch.equal(masked.any(1), masked.all(1))
    assert torch.equal(y[~masked], x[~masked])
    shares = masked[:, 0].float().mean((1, 2))
    assert 0.2 < shares.min() < 0.4 and 0.6 < shares.max() < 0.82
    assert unchanged.gt_img is x and x.min() >= 0


def test_a_single_ratio_and_its_change():
    mask = RandomPixelMask(1.0)
    x = torch.rand(1, 3, 5, 7)
    assert (mask(x, DataSample(gt_img=x))[0] == -0.1).all()
    mask.ratio = 0
    assert torch.equal(mask(x, DataSample(gt_img=x))[0], x)
    with pytest.raises(ValueError, match='ratio in'):
        mask.ratio = 75
