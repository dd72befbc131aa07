"""Self-training: inputs synthesized from a teacher's results."""

from __future__ import annotations

import pytest
import torch

from mmrestore.batch_transforms import FlippedResidual, NoisyTarget, TeacherTarget
from mmrestore.models.batch_transform import check_orders
from mmrestore.structures import DataSample


def batch(num: int = 40, side: int = 70):
    generator = torch.Generator().manual_seed(0)
    clean = torch.rand(num, 3, side, side, generator=generator)
    return clean + 0.1 * torch.randn(clean.shape, generator=generator), clean


def test_residual_signs_change_by_block():
    torch.manual_seed(0)
    noisy, clean = batch()
    inputs, samples = FlippedResidual()(noisy, DataSample(gt_img=clean))
    assert samples.gt_img is clean
    ratio = (inputs - clean) / (noisy - clean)
    middle = ratio[:, :, 0::32, 0::32].repeat_interleave(32, 2).repeat_interleave(32, 3)
    assert torch.allclose(ratio, middle[..., :70, :70], atol=5e-2, rtol=5e-2)
    factors = ratio[:, 0, ::32, ::32]
    sizes = factors.abs().flatten(1).median(dim=1).values
    assert 1.03 < sizes.min() < 1.15 and 1.6 < sizes.max() < 1.7  # 1.3 times 0.8 to 1.3
    assert 0.4 < (factors > 0).float().mean() < 0.6


def test_noise_is_independent_of_the_target():
    torch.manual_seed(0)
    noisy, clean = batch(64, 64)
    inputs, _ = FlippedResidual(factor=1.0, block=4)(noisy, DataSample(gt_img=clean))
    made, known = inputs - clean, noisy - clean
    assert made.var().item() == pytest.approx(known.var().item(), rel=1e-4)
    assert abs((made * known).mean() / known.var()) < 0.02


def test_one_seed_gives_the_same_inputs():
    noisy, clean = batch(2)
    runs = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        runs.append(FlippedResidual()(noisy, DataSample(gt_img=clean))[0])
    assert runs[0].equal(runs[1]) and not runs[0].equal(runs[2])


def test_invalid_settings_are_refused():
    for wrong in (dict(factor=0.0), dict(factor=(2.0, 1.0)), dict(block=0)):
        with pytest.raises(ValueError, match='expected a positive factor'):
            FlippedResidual(**wrong)
    noisy, clean = batch(2)
    with pytest.raises(ValueError, match='needs one target of the size'):
        FlippedResidual()(noisy, DataSample(gt_img=torch.stack([clean, clean], dim=1)))
    with pytest.raises(ValueError, match='degrades the inputs after'):
        check_orders(dict(target=NoisyTarget(), again=FlippedResidual()))
    net = dict(type='ATBSN', channels=4)
    several = TeacherTarget(net, checkpoint='none.pth', shifts=[0, 1])
    with pytest.raises(ValueError, match="one target per image, but 'teacher' makes several"):
        check_orders(dict(teacher=several, again=FlippedResidual()))
    one = TeacherTarget(net, checkpoint='none.pth', shifts=[0])
    check_orders(dict(teacher=one, again=FlippedResidual()))
