"""Adversarial losses: hand-computed values and extreme logits."""

from __future__ import annotations

import math

import pytest
import torch

from mmrestore.functional.adversarial import KINDS, discriminator_loss, generator_loss
from mmrestore.models.losses import AdversarialLoss

RESTORED, REAL = [0.5, -1.5, 3.0], [2.0, -0.25]


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def by_hand(kind):
    """The losses of generator and discriminator, written with plain numbers."""
    z, r = RESTORED, REAL
    if kind == 'vanilla':
        return (
            mean(-math.log(sigmoid(x)) for x in z),
            mean(-math.log(sigmoid(x)) for x in r) + mean(-math.log(1 - sigmoid(x)) for x in z),
        )
    if kind == 'least_squares':
        return (
            mean((x - 1) ** 2 / 2 for x in z),
            mean((x - 1) ** 2 / 2 for x in r) + mean(x**2 / 2 for x in z),
        )
    if kind == 'hinge':
        return (
            -mean(z),
            mean(max(0, 1 - x) for x in r) + mean(max(0, 1 + x) for x in z),
        )
    z_above = [sigmoid(x - mean(r)) for x in z]
    r_above = [sigmoid(x - mean(z)) for x in r]
    return (
        mean(-math.log(p) for p in z_above) + mean(-math.log(1 - p) for p in r_above),
        mean(-math.log(p) for p in r_above) + mean(-math.log(1 - p) for p in z_above),
    )


@pytest.mark.parametrize('kind', KINDS)
def test_hand_computed_losses(kind):
    # Logits of patches, another number of real ones.
    restored, real = torch.tensor(RESTORED).view(1, 1, 1, 3), torch.tensor(REAL).view(2, 1)
    generator, discriminator = by_hand(kind)
    assert generator_loss(restored, real, kind=kind).item() == pytest.approx(generator, rel=1e-5)
    found = discriminator_loss(restored, real, kind=kind).item()
    assert found == pytest.approx(discriminator, rel=1e-5)


@pytest.mark.parametrize('kind', KINDS)
def test_a_step_downhill_moves_the_logits_the_right_way(kind):
    restored = torch.tensor(RESTORED, dtype=torch.float64, requires_grad=True)
    real = torch.tensor([0.5, -0.25], dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(generator_loss(restored, real, kind=kind), restored)
    assert gradient.sum() < 0, 'what was restored shall look more real'
    loss = discriminator_loss(restored, real, kind=kind)
    of_restored, of_real = torch.autograd.grad(loss, (restored, real))
    assert of_restored.sum() > 0 and of_real.sum() < 0


@pytest.mark.parametrize('kind', ['vanilla', 'relativistic_average'])
@pytest.mark.parametrize('size', [30.0, 200.0, 1e4])
def test_extreme_logits_give_finite_losses_and_gradients(kind, size):
    """A sigmoid and its logarithm would give infinities from 90 on."""
    restored = torch.tensor([-size], requires_grad=True)
    real = torch.tensor([size], requires_grad=True)
    loss = generator_loss(restored, real, kind=kind)
    expected = size if kind == 'vanilla' else 4 * size
    assert loss.item() == pytest.approx(expected, rel=1e-6)
    (slope,) = torch.autograd.grad(loss, restored)
    # Each of the two terms of the relativistic one pulls by 1.
    assert slope.item() == pytest.approx(-1 if kind == 'vanilla' else -2)
    wrong = discriminator_loss(-restored, -real, kind=kind)
    assert wrong.item() == pytest.approx((2 if kind == 'vanilla' else 4) * size, rel=1e-6)
    assert 0 <= discriminator_loss(restored, real, kind=kind).item() < 1e-12


def test_an_undecided_discriminator_has_the_losses_of_the_documentation():
    zeros = torch.zeros(2, 1)
    found = {kind: discriminator_loss(zeros, zeros, kind=kind).item() for kind in KINDS}
    for kind in ('vanilla', 'relativistic_average'):
        assert found[kind] == pytest.approx(2 * math.log(2))
    half = torch.full((2, 1), 0.5)  # between the labels 0 and 1
    assert discriminator_loss(half, half, kind='least_squares').item() == 0.25
    assert found['hinge'] == 2


def test_the_weight_applies_only_to_the_generator():
    restored, real = torch.tensor(RESTORED), torch.tensor(REAL)
    for kind in KINDS:
        loss = AdversarialLoss(kind, loss_weight=1e-3)
        assert loss.generator(restored, real) == 1e-3 * generator_loss(restored, real, kind=kind)
        found = loss.discriminator(restored, real)
        assert found == discriminator_loss(restored, real, kind=kind)
        assert loss.generator_needs_real == (kind == 'relativistic_average')


def test_unknown_kinds_and_missing_logits_are_named():
    with pytest.raises(ValueError, match=r"least_squares, hinge.*'wgan'"):
        AdversarialLoss('wgan')
    with pytest.raises(ValueError, match='needs the logits of real images'):
        generator_loss(torch.zeros(1), kind='relativistic_average')
