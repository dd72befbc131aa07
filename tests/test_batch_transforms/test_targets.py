"""Targets made from the noisy images."""

from __future__ import annotations

import pytest
import torch

from mmrestore.batch_transforms import NoisyTarget, Recharge
from mmrestore.structures import DataSample


def test_the_noisy_image_becomes_the_target():
    x, samples = torch.rand(2, 3, 4, 5), DataSample(gt_img=torch.zeros(2, 3, 4, 5))
    y, noisy = NoisyTarget()(x, samples)
    assert y is x and noisy.gt_img is x and samples.gt_img.sum() == 0


@pytest.mark.parametrize('balanced', [True, False])
def test_every_pixel_is_in_one_target(balanced):
    torch.manual_seed(0)
    targets = torch.rand(2, 6, 3, 9, 10)
    x, samples = torch.rand(2, 3, 9, 10), DataSample(gt_img=targets)
    before = targets.clone()
    y, recharged = Recharge(balanced=balanced)(x, samples)
    assert y is x and samples.gt_img is targets and targets.equal(before)
    noisy = recharged.gt_img == x.unsqueeze(1)
    assert noisy.all(dim=2).equal(noisy.any(dim=2)), 'channels move together'
    assert (noisy.sum(dim=1) == 1).all()
    assert recharged.gt_img[~noisy].equal(targets[~noisy])
    counts = noisy[:, :, 0].sum(dim=(2, 3))
    assert bool((counts == 15).all()) == balanced
    assert not noisy[0].equal(noisy[1])


def test_recharge_needs_several_targets():
    with pytest.raises(ValueError, match=r'several targets .* got \(1, 3, 4, 5\).*TeacherTarget'):
        Recharge()(torch.zeros(1, 3, 4, 5), DataSample(gt_img=torch.zeros(1, 3, 4, 5)))
