"""Seeded draws and restored generators."""

from __future__ import annotations

import pytest
import torch

from mmrestore.functional import seeded


def test_draws_follow_the_seed_and_the_state_is_restored():
    torch.manual_seed(3)
    expected = torch.rand(4)
    torch.manual_seed(1)
    undisturbed = torch.rand(4)
    torch.manual_seed(1)
    with seeded(3):
        found = torch.rand(4)
        with seeded(3):
            inner = torch.rand(2)
        assert not torch.equal(torch.rand(4), expected)  # draws of the outer block
    assert torch.equal(found, expected) and torch.equal(inner, expected[:2])
    assert torch.equal(torch.rand(4), undisturbed)


def test_an_error_restores_the_generator_too():
    torch.manual_seed(1)
    before = torch.get_rng_state()
    with pytest.raises(KeyError), seeded(3):
        torch.rand(1)
        raise KeyError
    assert torch.equal(torch.get_rng_state(), before)


def test_without_a_seed_the_global_generator_is_used():
    torch.manual_seed(1)
    expected = torch.rand(4)
    torch.manual_seed(1)
    with seeded(None):
        first = torch.rand(2)
    assert torch.equal(torch.cat([first, torch.rand(2)]), expected)


@pytest.mark.skipif(not torch.cuda.is_available(), reason='there is no GPU')
def test_a_gpu_is_seeded_beside_the_cpu():
    before = torch.cuda.get_rng_state()
    draws = []
    for _ in range(2):
        with seeded(3, 'cuda'):
            draws.append((torch.rand(4), torch.rand(4, device='cuda')))
    assert all(torch.equal(*pair) for pair in zip(*draws, strict=True))
    assert torch.equal(torch.cuda.get_rng_state(), before)
