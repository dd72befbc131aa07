"""Total-variation loss and AMSNet fine-tuning."""

from __future__ import annotations

import math

import pytest
import torch

from mmrestore.functional import forward_differences, gradient_lengths
from mmrestore.models.losses import L1Loss, SmoothnessLoss
from mmrestore.registry import MODELS


@pytest.fixture(scope='module')
def reference(shared):
    load_file = pytest.importorskip('safetensors.torch').load_file
    return load_file(shared / 'parity/functions/amsnet_losses.safetensors')


def images(*shape, seed=0):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def close(value, expected):
    torch.testing.assert_close(value, expected[0], rtol=1e-6, atol=0)


def test_all_readings_of_the_reference(reference):
    y = reference['dn_all']
    close(gradient_lengths(y).sum(), reference['val.Lp_iso_valid_sum_eps0'])
    close(gradient_lengths(y).mean(), reference['val.Lp_iso_valid_mean_eps0'])
    close(SmoothnessLoss()(y, y), reference['val.Lp_iso_valid_mean_eps1e-6'])
    close(SmoothnessLoss(reduction='sum')(y, y), reference['val.Lp_iso_valid_sum_eps1e-6'])
    released = SmoothnessLoss(isotropic=False)(y, y)
    close(released, reference['val.TV_first_release_mean'])
    close(released / len(y), reference['val.TV_official_mean'])
    summed = SmoothnessLoss(isotropic=False, reduction='sum')(y, y)
    close(summed, reference['val.TV_official_sum'])


@pytest.mark.parametrize('factor', [0.01, 0.1])
def test_the_loss_of_fine_tuning(reference, factor):
    """The stored one has no epsilon under the root."""
    x, y = reference['x'], reference['dn_all']
    value = L1Loss()(y, x) + SmoothnessLoss(loss_weight=factor, eps=1e-20)(y, x)
    close(value, reference[f'val.Lt_mean_lambda{factor}'])


@pytest.mark.parametrize('weight_shape', [None, (2, 1, 4, 6), (2, 3, 4, 6), (2, 1, 1, 1)])
@pytest.mark.parametrize('isotropic', [True, False])
@pytest.mark.parametrize('reduction', ['mean', 'sum'])
def test_against_a_loop(weight_shape, isotropic, reduction):
    pred = images(2, 3, 4, 6)
    weight = None if weight_shape is None else images(*weight_shape, seed=1)
    spread = torch.ones_like(pred) if weight is None else weight.expand_as(pred)
    sums, weights = [0.0, 0.0], [0.0, 0.0]
    for n in range(2):
        for c in range(3):
            for row in range(4):
                for column in range(6):
                    here, w = pred[n, c, row, column], spread[n, c, row, column].item()
                    down = (pred[n, c, row + 1, column] - here).item() if row < 3 else None
                    right = (pred[n, c, row, column + 1] - here).item() if column < 5 else None
                    if isotropic and None not in (down, right):
                        sums[0] += w * math.sqrt(down**2 + right**2 + 1e-4)
                        weights[0] += w
                    elif not isotropic:
                        for i, change in enumerate((down, right)):
                            if change is not None:
                                sums[i] += w * abs(change)
                                weights[i] += w
    if reduction == 'mean':
        sums = [s / w if w else 0.0 for s, w in zip(sums, weights, strict=True)]
    loss = SmoothnessLoss(isotropic=isotropic, eps=1e-4, loss_weight=0.5, reduction=reduction)
    assert loss(pred, pred, weight).item() == pytest.approx(0.5 * sum(sums), rel=1e-5)


def test_the_gradient_of_a_constant_image_is_zero():
    pred = torch.full((1, 3, 4, 5), 0.5).requires_grad_()
    SmoothnessLoss()(pred, pred).backward()
    assert (pred.grad == 0).all()


def test_differences_and_what_is_refused():
    down, right = forward_differences(torch.arange(12.0).view(1, 1, 3, 4))
    assert (down == 4).all() and down.shape[2:] == (2, 4)
    assert (right == 1).all() and right.shape[2:] == (3, 3)
    for size in ((1, 5), (5, 1)):
        with pytest.raises(ValueError, match='at least 2 x 2'):
            SmoothnessLoss()(torch.zeros(1, 1, *size), torch.zeros(1, 1, *size))
    with pytest.raises(ValueError, match='positive eps'):
        SmoothnessLoss(eps=0)
    with pytest.raises(ValueError, match="'mean' or 'sum'"):
        MODELS.build(dict(type='SmoothnessLoss', reduction='median'))
    with pytest.raises(ValueError, match='is broadcastable to the loss'):
        SmoothnessLoss()(torch.zeros(1, 1, 4, 5), torch.zeros(1, 1, 4, 5), torch.ones(1, 1, 3, 3))
