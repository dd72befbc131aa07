"""Loss at two scales, and DM-Net training with it."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from mmengine.registry import init_default_scope

from mmrestore.config import open_config
from mmrestore.models.layers.two_scales import TwoScales
from mmrestore.models.losses import L1Loss, TwoScaleLoss
from mmrestore.models.losses.two_scale import cell_means
from mmrestore.registry import MODELS
from mmrestore.structures import DataSample

MODEL_CONFIG = Path(__file__).parents[2] / 'configs/_base_/models/dmnet_two_scale.py'


def tensors(*shapes):
    generator = torch.Generator().manual_seed(0)
    return [torch.rand(shape, generator=generator) for shape in shapes]


def test_equation_8():
    """Without the sum over colors, which is three times the mean."""
    fine, coarse, target = tensors((2, 3, 8, 12), (2, 3, 2, 3), (2, 3, 8, 12))
    expected = 0.0
    for n in range(2):
        small = torch.zeros(3, 2, 3)
        for i in range(8):
            for j in range(12):
                small[:, i // 4, j // 4] += target[n, :, i, j] / 16
        expected += (coarse[n] - small).square().sum() / (2 * 3)  # 1 / wh
        expected += (fine[n] - target[n]).square().sum() / (8 * 12)  # 1 / WH
    found = TwoScaleLoss()(TwoScales(fine, coarse), target)
    torch.testing.assert_close(3 * found, expected / 2)


def test_weights_several_targets_and_other_losses():
    fine, coarse, target, weight = tensors(
        (2, 3, 8, 12), (2, 3, 2, 3), (2, 5, 3, 8, 12), (2, 1, 8, 12)
    )
    loss = TwoScaleLoss(dict(type='L1Loss', loss_weight=2.0), coarse_weight=0.5)
    found = loss(TwoScales(fine, coarse), target, weight)
    plain = L1Loss()
    expected = 2 * plain(fine, target, weight) + plain(
        coarse, cell_means(target, 4), cell_means(weight, 4)
    )
    torch.testing.assert_close(found, expected)
    one = torch.ones(2, 1, 1, 1)
    torch.testing.assert_close(
        loss(TwoScales(fine, coarse), target, one), loss(TwoScales(fine, coarse), target)
    )


def test_cell_means():
    (x,) = tensors((2, 4, 3, 6, 9))
    means = cell_means(x, 3)
    assert means.shape == (2, 4, 3, 2, 3)
    torch.testing.assert_close(means[1, 2, 0, 1, 2], x[1, 2, 0, 3:, 6:].mean())


def test_wrong_sizes_are_refused():
    fine, coarse = tensors((1, 3, 8, 12), (1, 3, 2, 3))
    with pytest.raises(TypeError, match='both_scales=True'):
        TwoScaleLoss()(fine, fine)
    with pytest.raises(ValueError, match='whole multiple of the coarse size 2 x 3'):
        TwoScaleLoss()(TwoScales(fine, coarse), fine[..., :-1, :])
    with pytest.raises(ValueError, match='coarse_weight of at least 0, got -1'):
        TwoScaleLoss(coarse_weight=-1)


def test_a_restorer_trains_dmnet_at_both_scales():
    init_default_scope('mmrestore')
    config = open_config(MODEL_CONFIG).model
    config.backbone.update(channels=8, num_blocks=1, num_convs=2)
    torch.manual_seed(0)
    restorer = MODELS.build(config)
    inputs, target = tensors((2, 3, 16, 20), (2, 3, 16, 20))
    (loss,) = restorer.loss(inputs, DataSample(gt_img=target)).values()
    fine, coarse = restorer.backbone.multi_scale(inputs)
    expected = (fine - target).square().mean() + (coarse - cell_means(target, 4)).square().mean()
    torch.testing.assert_close(loss, expected)
    loss.backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in restorer.parameters())
    # In evaluation it is the network without the option, with the same weights.
    restorer.eval()
    plain = MODELS.build({**config.backbone, 'both_scales': False}).eval()
    plain.load_state_dict(restorer.backbone.state_dict())
    assert restorer.backbone(inputs).equal(plain(inputs))
    (sample, _) = restorer.predict(inputs)
    assert sample.pred_img.shape == (3, 16, 20)
    assert isinstance(plain.train()(inputs), torch.Tensor)


def test_both_scales_in_low_precision():
    scales = TwoScales(*tensors((1, 3, 4, 4), (1, 3, 1, 1)))
    half = TwoScales(*(x.bfloat16() for x in scales)).float()
    assert isinstance(half, TwoScales) and half.coarse.dtype == half.fine.dtype == torch.float32
