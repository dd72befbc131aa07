"""Random functions called without a generator in seeded blocks."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
import torch.nn.functional as F

from mmrestore.functional import local_draws, random_generator, seeded

DRAWS = {
    'rand': lambda x: torch.rand(x.shape),
    'randn': lambda x: torch.randn(*x.shape),
    'randint': lambda x: torch.randint(0, 99, x.shape),
    'randperm': lambda x: torch.randperm(20),
    'normal': lambda x: torch.normal(x, 2.0),
    'bernoulli': lambda x: torch.bernoulli(x),
    'bernoulli of a tensor': lambda x: x.bernoulli(),
    'multinomial': lambda x: x.multinomial(3),
    'uniform_': lambda x: x.clone().uniform_(),
    'normal_': lambda x: x.clone().normal_(),
    'rand_like': torch.rand_like,
    'randn_like': torch.randn_like,
    'dropout': lambda x: F.dropout(x, 0.5),
    'dropout layer': lambda x: torch.nn.Dropout2d()(x[None, :, None]),
    'gumbel': F.gumbel_softmax,
}


@pytest.mark.parametrize('name', DRAWS)
def test_draws_are_those_after_seeding_everything(name):
    x, draw = torch.full((4, 6), 0.5), DRAWS[name]
    with seeded(7):
        expected = draw(x), draw(x)
    assert not torch.equal(*expected)
    before = torch.get_rng_state()
    with local_draws(7):
        made = draw(x), draw(x)
    assert all(map(torch.equal, made, expected))
    assert torch.get_rng_state().equal(before)
    with local_draws(1), local_draws(7):
        assert draw(x).equal(expected[0])
    with local_draws(7):
        with local_draws(1):
            draw(x)
        assert draw(x).equal(expected[0])
    assert torch.get_rng_state().equal(before)


def test_draws_share_the_supplied_generator():
    with seeded(0):
        expected = torch.rand(3)
    with local_draws(0):
        first = torch.rand(1)
        second = torch.rand(1, generator=random_generator())
        third = torch.rand_like(first)
    assert torch.cat([first, second, third]).equal(expected)


def test_other_generators_are_unchanged_and_no_seed_changes_nothing():
    generator = torch.Generator().manual_seed(4)
    with local_draws(0):
        made = torch.rand(2, generator=generator)
    assert made.equal(torch.rand(2, generator=torch.Generator().manual_seed(4)))
    with seeded(3):
        expected = torch.rand(2)
    for inside in (None, 1):
        with seeded(3), local_draws(inside), local_draws(None):
            assert torch.rand(2).equal(expected)


def test_dropout_in_eval_mode_draws_nothing(monkeypatch):
    def refuse(device):
        raise AssertionError

    monkeypatch.setattr('mmrestore.functional.bare_draws._global_generator', refuse)
    with local_draws(0):
        x = torch.ones(3)
        assert torch.nn.Dropout().eval()(x).equal(x)


def test_threads_draw_their_own_numbers():
    barrier = threading.Barrier(2)

    def draws(seed):
        made = []
        with local_draws(seed):
            for _ in range(20):
                barrier.wait(10)
                made.append(torch.stack([torch.rand(3), torch.rand_like(torch.ones(3))]))
        return torch.stack(made)

    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(draws, [1, 2]))
    barrier = threading.Barrier(1)
    assert all(a.equal(draws(seed)) for seed, a in zip([1, 2], together, strict=True))
