"""The stream of training samples."""

from __future__ import annotations

import itertools

import pytest

from mmrestore.datasets import sampler as module
from mmrestore.datasets.sampler import ResumableSampler


def sampler_of_rank(monkeypatch, rank, world_size, **options):
    monkeypatch.setattr(module, 'get_dist_info', lambda: (rank, world_size))
    return ResumableSampler(range(10), seed=1, **options)


def test_an_epoch_is_a_permutation_that_depends_on_seed_and_epoch():
    sampler = ResumableSampler(range(10), seed=1)
    first = list(sampler)
    assert sorted(key.index for key in first) == list(range(10))
    assert first == list(ResumableSampler(range(10), seed=1))
    sampler.set_epoch(1)
    second = list(sampler)
    assert [k.index for k in second] != [k.index for k in first]
    assert {k.epoch for k in second} == {1}
    assert [k.index for k in ResumableSampler(range(10), seed=2)] != [k.index for k in first]


@pytest.mark.parametrize('infinite', [False, True])
@pytest.mark.parametrize('start', [0, 3, 9])
def test_skipping_equals_reading_and_dropping(infinite, start):
    def stream():
        sampler = ResumableSampler(range(10), seed=1, repeat=2, infinite=infinite)
        sampler.set_epoch(0 if infinite else 3)
        return sampler

    dropped = list(itertools.islice(stream(), start, 45))
    skipped = stream()
    skipped.skip(start)
    assert list(itertools.islice(skipped, 45 - start)) == dropped
    assert next(iter(skipped)) == next(iter(stream())), 'a skip holds for one iteration only'


@pytest.mark.parametrize('infinite', [False, True])
def test_batches_of_all_ranks_are_those_of_one_process(monkeypatch, infinite):
    count = 8
    whole = list(itertools.islice(sampler_of_rank(monkeypatch, 0, 1, infinite=infinite), count))
    ranks = [
        list(itertools.islice(sampler_of_rank(monkeypatch, r, 2, infinite=infinite), count // 2))
        for r in range(2)
    ]
    for step in range(count // 4):
        together = [key for rank in ranks for key in rank[2 * step : 2 * step + 2]]
        assert sorted(together) == sorted(whole[4 * step : 4 * step + 4])


def test_ranks_have_equally_many_samples(monkeypatch):
    lengths = [len(list(sampler_of_rank(monkeypatch, r, 3))) for r in range(3)]
    assert lengths == [3, 3, 3]


def test_every_repeat_is_a_pass_with_its_own_draws():
    keys = list(ResumableSampler(range(4), seed=0, repeat=3))
    assert len(keys) == len(set(keys)) == 12
    assert [key.epoch for key in keys] == [0] * 4 + [1] * 4 + [2] * 4


def test_too_few_samples_are_named(monkeypatch):
    with pytest.raises(ValueError, match='11 processes cannot share an epoch of 10 samples'):
        sampler_of_rank(monkeypatch, 0, 11)
