"""Complementary masks and random replacement."""

from __future__ import annotations

import pytest
import torch

from mmrestore.functional import (
    hide_pixels,
    join_branches,
    random_branches,
    random_replacements,
)


def images(*shape, seed=0):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed)) + 0.1


@pytest.mark.parametrize('num_branches', [2, 3, 4])
def test_masks_are_the_reference(shared, num_branches):
    load_file = pytest.importorskip('safetensors.torch').load_file
    tensors = load_file(shared / 'parity/functions/amsnet_masks.safetensors')
    x, index, masks, masked = (
        tensors[f'k{num_branches}.{name}'] for name in ('x', 'index', 'masks', 'masked')
    )
    hidden = hide_pixels(x, index, range(num_branches))
    assert hidden.equal(masked)
    assert (hidden != 0).equal(masks.bool())
    assert ((hidden == 0).sum(dim=0) == 1).all()


@pytest.mark.parametrize('channels', [1, 3])
def test_hiding_and_joining_against_a_loop(channels):
    x, outputs = images(2, 3, 5, 7), images(4, 2, 3, 5, 7, seed=1)
    generator = torch.Generator().manual_seed(2)
    branches = random_branches(x, num_branches=4, per_channel=channels == 3, generator=generator)
    assert branches.shape == (2, channels, 5, 7)
    hidden = torch.stack([x] * 4)
    joined = torch.zeros_like(x)
    for n in range(2):
        for c in range(3):
            for row in range(5):
                for column in range(7):
                    k = branches[n, c % channels, row, column]
                    hidden[k, n, c, row, column] = 0
                    joined[n, c, row, column] = outputs[k, n, c, row, column]
    assert hide_pixels(x, branches, range(4)).equal(hidden)
    assert hide_pixels(x, branches, range(1, 3)).equal(hidden[1:3])
    assert join_branches(outputs, branches).equal(joined)
    assert join_branches(iter(outputs), branches).equal(joined)


def test_gradients_flow_only_through_selected_pixels():
    outputs = images(3, 1, 2, 4, 5).requires_grad_()
    branches = random_branches(outputs[0], num_branches=3)
    join_branches(outputs, branches).sum().backward()
    assert outputs.grad.equal(torch.stack([branches == k for k in range(3)]).expand_as(outputs) * 1)


@pytest.mark.parametrize('per_channel', [False, True])
def test_branches_are_uniform_and_independent(per_channel):
    """90000 draws: each of 3 has 30000 +- 5 standard deviations (141)."""
    generator = torch.Generator().manual_seed(0)
    x = torch.zeros(3, 3, 100, 100) if per_channel else torch.zeros(9, 3, 100, 100)
    branches = random_branches(x, num_branches=3, per_channel=per_channel, generator=generator)
    maps = branches.flatten(0, 1)
    assert maps.shape == (9, 100, 100)
    assert (maps.flatten().bincount() - 30000).abs().max() < 707
    for other in range(1, 9):  # equal at a third of 10000 places +- 5 standard deviations (47)
        assert abs((maps[0] == maps[other]).sum().item() - 3333) < 236
    for shifted in (maps[:, 1:] == maps[:, :-1], maps[..., 1:] == maps[..., :-1]):
        assert abs(shifted.double().mean().item() - 1 / 3) < 5 * (2 / 9 / 89100) ** 0.5


@pytest.mark.parametrize('num_branches', [0, 1, -2, 2.5])
def test_branches_of_wrong_number(num_branches):
    with pytest.raises(ValueError, match=f'at least 2 branches, got {num_branches}:'):
        random_branches(torch.zeros(1, 3, 4, 5), num_branches=num_branches)


def test_wrong_branches():
    for shape in ((2, 1, 5, 6), (1, 1, 5, 7), (2, 2, 5, 7), (2, 5, 7)):
        with pytest.raises(ValueError, match='expected a branch map of shape'):
            hide_pixels(torch.zeros(2, 3, 5, 7), torch.zeros(shape).long(), range(2))


@pytest.mark.parametrize('per_element', [False, True])
def test_replacements_of_given_draws_against_a_loop(per_element):
    restored, noisy = images(2, 3, 5, 7), images(2, 3, 5, 7, seed=1)
    draws = images(4, 2, 3 if per_element else 1, 5, 7, seed=2) - 0.1
    expected = torch.stack([restored] * 4)
    for t in range(4):
        for n in range(2):
            for c in range(3):
                for row in range(5):
                    for column in range(7):
                        if draws[t, n, c if per_element else 0, row, column] < 0.3:
                            expected[t, n, c, row, column] = noisy[n, c, row, column]
    found = random_replacements(
        restored, noisy, 0.3, copies=4, per_element=per_element, draws=draws
    )
    assert found.equal(expected)
    share = (found == noisy).double().mean().item()
    assert 0.15 < share < 0.45


def test_replacements_have_the_probability_and_all_channels_or_one():
    restored, noisy = torch.zeros(1, 3, 100, 120), torch.ones(1, 3, 100, 120)
    counts = {}
    for per_element in (False, True):
        generator = torch.Generator().manual_seed(0)
        mixed = random_replacements(
            restored, noisy, 0.16, copies=8, per_element=per_element, generator=generator
        )
        counts[per_element] = mixed.sum(dim=2).flatten().long().bincount(minlength=4)
        # Of 96000 places, or of 288000 elements: 5 standard deviations are less than 0.006.
        assert abs(mixed.mean().item() - 0.16) < 0.006
        assert mixed[0].sum() != mixed[1].sum()
    assert counts[False][1:3].tolist() == [0, 0]
    # Independent channels: 3 of 3 with probability 0.16^3, 393 of 96000, +- 5 deviations (20).
    assert abs(counts[True][3].item() - 96000 * 0.16**3) < 100


def test_replacements_of_wrong_numbers():
    x = torch.zeros(1, 3, 4, 5)
    for probability in (2, -1, float('nan')):
        with pytest.raises(ValueError, match=rf'probability in \[0, 1\], got {probability}'):
            random_replacements(x, x, probability)
    for copies in (-1, 0, 1.5):
        with pytest.raises(ValueError, match=f'copies of at least 1, got {copies}'):
            random_replacements(x, x, 0.5, copies=copies)


def test_replacements_of_wrong_shapes():
    with pytest.raises(ValueError, match='images of the same shape'):
        random_replacements(torch.zeros(1, 3, 4, 5), torch.zeros(1, 3, 4, 6), 0.5)
    with pytest.raises(ValueError, match='expected draws of shape'):
        x = torch.zeros(1, 3, 4, 5)
        random_replacements(x, x, 0.5, copies=2, draws=torch.zeros(1, 1, 1, 4, 5))
