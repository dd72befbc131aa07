"""Losses, their weighting and their reduction."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from mmrestore.models.losses import CharbonnierLoss, L1Loss, MSELoss, weighted_reduction
from mmrestore.registry import MODELS

LOSSES = [L1Loss, MSELoss, CharbonnierLoss]


def element(loss, pred, target):
    """The loss of one number, written out."""
    if isinstance(loss, L1Loss):
        return abs(pred - target)
    if isinstance(loss, MSELoss):
        return (pred - target) ** 2
    return ((pred - target) ** 2 + 1e-6) ** 0.5


def tensors(*shapes):
    generator = torch.Generator().manual_seed(0)
    return [torch.rand(shape, generator=generator) for shape in shapes]


@pytest.mark.parametrize('cls', LOSSES)
@pytest.mark.parametrize('reduction', ['mean', 'sum'])
@pytest.mark.parametrize(
    'weight_shape', [None, (2, 1, 4, 5), (2, 3, 4, 5), (2, 1, 1, 1), (1, 1, 4, 5)]
)
@pytest.mark.parametrize('num_targets', [None, 3])
def test_against_a_loop(cls, reduction, weight_shape, num_targets):
    loss = cls(loss_weight=0.5, reduction=reduction)
    pred, targets, weight = tensors(
        (2, 3, 4, 5), (2, num_targets or 1, 3, 4, 5), weight_shape or (1,)
    )
    spread = torch.ones(2, 3, 4, 5) if weight_shape is None else weight.expand(2, 3, 4, 5)
    total = weight_sum = 0.0
    for k in range(num_targets or 1):
        for p, t, w in zip(pred.flatten(), targets[:, k].flatten(), spread.flatten(), strict=True):
            total += w.item() * element(loss, p.item(), t.item())
            weight_sum += w.item()
    expected = 0.5 * (total / weight_sum if reduction == 'mean' else total)
    target = targets if num_targets else targets[:, 0]
    value = loss(pred, target, None if weight_shape is None else weight)
    assert value.ndim == 0
    assert value.item() == pytest.approx(expected, rel=1e-5)


def test_against_pytorch():
    pred, target = tensors((2, 3, 5, 7), (2, 3, 5, 7))
    torch.testing.assert_close(L1Loss()(pred, target), F.l1_loss(pred, target))
    torch.testing.assert_close(MSELoss()(pred, target), F.mse_loss(pred, target))
    torch.testing.assert_close(CharbonnierLoss(eps=1e-9)(pred, target), F.l1_loss(pred, target))


def test_every_target_may_have_its_own_weight():
    pred, targets = tensors((2, 3, 4, 5), (2, 2, 3, 4, 5))
    weight = torch.tensor([1.0, 0.0]).view(1, 2, 1, 1, 1)
    assert L1Loss()(pred, targets, weight).item() == pytest.approx(
        L1Loss()(pred, targets[:, 0]).item()
    )


@pytest.mark.parametrize('dtype', [torch.bool, torch.uint8, torch.int64])
def test_a_mask_gives_the_mean_over_its_elements_and_gradients_there_only(dtype):
    pred, target, values = tensors((2, 3, 5, 7), (2, 3, 5, 7), (2, 1, 5, 7))
    mask = values < 0.3
    pred.requires_grad_()
    value = L1Loss()(pred, target, mask.to(dtype))
    spread = mask.expand_as(pred)
    torch.testing.assert_close(value, (pred - target)[spread].abs().mean())
    value.backward()
    assert (pred.grad[~spread] == 0).all() and (pred.grad[spread] != 0).all()


def test_weights_that_are_all_zero_give_zero_with_finite_gradients():
    pred, target = tensors((1, 1, 3, 4), (1, 1, 3, 4))
    pred.requires_grad_()
    value = MSELoss()(pred, target, torch.zeros(1, 1, 3, 4))
    value.backward()
    assert value.item() == 0 and (pred.grad == 0).all()


def test_charbonnier_has_a_gradient_of_zero_at_zero():
    pred = torch.zeros(1, 1, 2, 2, requires_grad=True)
    value = CharbonnierLoss()(pred, torch.zeros(1, 1, 2, 2))
    value.backward()
    assert value.item() == pytest.approx(1e-3) and (pred.grad == 0).all()


@pytest.mark.parametrize('cls', LOSSES)
@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_half_precision_predictions_are_compared_in_single_precision(cls, dtype):
    pred, target = tensors((2, 3, 5, 7), (2, 3, 5, 7))
    value = cls()(pred.to(dtype), target)
    assert value.dtype == torch.float32
    torch.testing.assert_close(value, cls()(pred.to(dtype).float(), target))


@pytest.mark.parametrize('cls', LOSSES)
@pytest.mark.parametrize(
    'shape', [(2, 3, 1, 5), (2, 1, 4, 5), (1, 3, 4, 5), (2, 4, 1, 4, 5), (3, 4, 5), (4, 2, 3, 4, 5)]
)
def test_shapes_that_would_broadcast_are_refused(cls, shape):
    with pytest.raises(ValueError, match=r'got predictions \(2, 3, 4, 5\)'):
        cls()(torch.zeros(2, 3, 4, 5), torch.zeros(shape))


@pytest.mark.parametrize('shape', [(2, 3, 4, 1, 5), (4, 5), (2, 2, 4, 5), (2, 3, 8, 10)])
def test_weights_that_do_not_fit_are_refused(shape):
    with pytest.raises(ValueError, match='expected a weight'):
        weighted_reduction(torch.zeros(2, 3, 4, 5), torch.ones(shape))


def test_construction():
    loss = MODELS.build({'type': 'CharbonnierLoss', 'eps': 1e-6, 'loss_weight': 2.0})
    assert (loss.eps, loss.loss_weight, loss.reduction) == (1e-6, 2.0, 'mean')
    assert not loss.state_dict()
    with pytest.raises(ValueError, match="'mean' or 'sum'"):
        L1Loss(reduction='none')
    with pytest.raises(ValueError, match='positive eps'):
        CharbonnierLoss(eps=0)
