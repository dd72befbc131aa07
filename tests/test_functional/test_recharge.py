"""Recharge: noisy pixels in denoised targets."""

from __future__ import annotations

import pytest
import torch

from mmrestore.functional import random_classes, recharge
from mmrestore.models.losses import L1Loss


@pytest.fixture(scope='module')
def reference(shared):
    """Tensors of the reference, targets (N, K, C, H, W)."""
    load_file = pytest.importorskip('safetensors.torch').load_file
    tensors = load_file(shared / 'parity' / 'functions' / 'recharge.safetensors')
    targets = {k: tensors[k].transpose(0, 1) for k in ('T', 'output_T_RD', 'masks')}
    return {**tensors, **targets}


def test_recharged_targets_are_the_reference(reference):
    before = reference['T'].clone()
    recharged = recharge(reference['T'], reference['y'], reference['choice'])
    assert recharged.equal(reference['output_T_RD'])
    assert reference['T'].equal(before)
    classes = reference['choice'].unsqueeze(1)
    assert torch.cat([classes == k for k in range(6)], dim=1).equal(reference['masks'])


def test_the_sum_of_the_means_over_targets_is_the_reference(reference):
    """The loss is a mean over all targets; its weight makes it the sum over the six."""
    loss = L1Loss(loss_weight=6.0)
    pred = reference['fD_y'].clone().requires_grad_()
    value = loss(pred, reference['output_T_RD'])
    value.backward()
    assert value.item() == pytest.approx(reference['loss_RD'].item(), abs=1e-6)
    torch.testing.assert_close(pred.grad, reference['grad_fD_of_loss_RD'], rtol=0, atol=1e-7)
    plain = loss(reference['fD_y'], reference['T']).item()
    assert plain == pytest.approx(reference['loss_D_no_recharge'].item(), abs=1e-6)


def test_recharging_against_a_loop():
    generator = torch.Generator().manual_seed(0)
    targets = torch.rand(2, 4, 3, 5, 7, generator=generator)
    noisy = torch.rand(2, 3, 5, 7, generator=generator)
    classes = random_classes(2, 5, 7, num_classes=4, generator=generator)
    expected = targets.clone()
    for n in range(2):
        for row in range(5):
            for column in range(7):
                k = classes[n, row, column]
                expected[n, k, :, row, column] = noisy[n, :, row, column]
    assert recharge(targets, noisy, classes).equal(expected)


def test_balanced_classes_have_equal_counts_at_random_pixels():
    generator = torch.Generator().manual_seed(0)
    classes = random_classes(500, 5, 7, num_classes=6, generator=generator)
    counts = torch.stack([c.flatten().bincount(minlength=6) for c in classes])
    assert (counts == torch.tensor([6, 6, 6, 6, 6, 5])).all()
    # Every place has class k in 500 * count / 35 of the images, +- 5 standard deviations (8.4).
    for k in range(6):
        found = (classes == k).sum(dim=0)
        assert (found - 500 * (5 if k == 5 else 6) / 35).abs().max() < 42
    assert len({tuple(c.flatten().tolist()) for c in classes}) == 500


def test_independent_classes_are_uniform():
    """60000 draws: each of 6 has 10000 +- 5 standard deviations (91); images differ in counts."""
    generator = torch.Generator().manual_seed(0)
    classes = random_classes(6, 100, 100, num_classes=6, balanced=False, generator=generator)
    counts = torch.stack([c.flatten().bincount(minlength=6) for c in classes])
    assert counts.shape == (6, 6) and (counts.sum(dim=0) - 10000).abs().max() < 456
    assert len(set(counts[:, 0].tolist())) > 1


@pytest.mark.parametrize(
    ('targets', 'classes'),
    [((2, 3, 5, 7), (2, 5, 7)), ((2, 4, 3, 5, 6), (2, 5, 7)), ((2, 4, 3, 5, 7), (2, 4, 5, 7))],
)
def test_wrong_shapes(targets, classes):
    with pytest.raises(ValueError, match=r'targets \(N, K, C, H, W\)'):
        recharge(torch.zeros(targets), torch.zeros(2, 3, 5, 7), torch.zeros(classes).long())
