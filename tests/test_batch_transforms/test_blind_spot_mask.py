"""Blind-spot masking of the input."""

from __future__ import annotations

import pytest
import torch

from mmrestore.batch_transforms import BlindSpotMask
from mmrestore.models.losses import MSELoss
from mmrestore.structures import DataSample


def test_masked_pixels_are_neighbors_and_only_they_have_a_loss_weight():
    """Pixel values are their positions, so that the source of each pixel is known."""
    height, width = 37, 50
    place = torch.arange(height * width).double().view(1, 1, height, width)
    x = place + torch.tensor([0.0, 0.25]).view(1, 2, 1, 1)
    x = torch.cat([x, x])
    torch.manual_seed(0)
    y, sample = BlindSpotMask(cell=4, window=5)(x, DataSample(gt_img=x))
    changed = (y != x).any(dim=1, keepdim=True)
    assert changed.equal(sample.weight == 1) and changed.equal(sample.weight != 0)
    assert sample.gt_img is x and x[0].equal(x[1])
    assert (y[:, 0] + 0.25).equal(y[:, 1]), 'channels move together'
    source, own = y[:, 0][changed[:, 0]].long(), x[:, 0][changed[:, 0]].long()
    steps = torch.stack([source // width - own // width, source % width - own % width])
    assert steps.abs().max() == 2
    assert len({tuple(step) for step in steps.T.tolist()}) == 24
    assert not changed[0].equal(changed[1])
    full = changed[..., :36, :48].view(2, 9, 4, 12, 4).sum(dim=(2, 4))
    assert (full == 1).all()

    pred = torch.zeros_like(x, requires_grad=True)
    MSELoss()(pred, x + 1, sample.weight).backward()
    assert (pred.grad != 0).equal(changed.expand_as(x))


def test_an_earlier_weight_is_kept():
    x = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    weight = torch.zeros(1, 3, 16, 16)
    weight[..., :8, :] = 0.5
    samples = DataSample(gt_img=x, weight=weight)
    y, masked = BlindSpotMask()(x, samples)
    changed = (y != x).any(dim=1, keepdim=True)
    assert masked.weight.equal(weight * changed) and changed.sum() == 4
    assert samples.weight is weight


def test_wrong_values():
    with pytest.raises(ValueError, match='cells of at least 2 x 2 pixels, got 1'):
        BlindSpotMask(cell=1)
    with pytest.raises(ValueError, match='odd window of at least 3 pixels, got 10'):
        BlindSpotMask(window=10)
    with pytest.raises(ValueError, match=r'size of the inputs, \(4, 4\), got \(8, 8\)'):
        BlindSpotMask()(torch.zeros(1, 3, 4, 4), DataSample(gt_img=torch.zeros(1, 3, 8, 8)))
