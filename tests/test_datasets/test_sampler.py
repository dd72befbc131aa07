"""The stream of training samples."""

from __future__ import annotations

import itertools

import pytest

from mmrestore.datasets import sampler as module
from mmrestore.datasets.sampler import ResumableSampler


def sampler_of_rank(monkeypatch, rank, world_size, **options):
    monkeypatch.setattr(module, 'get_dist_info', lambda: (rank, world_size))
    return ResumableSampler(range(10), seed=1, **options)


def take(sampler, count: int) -> list:
    return list(itertools.islice(sampler, count))


def test_every_pass_is_a_permutation_that_depends_on_seed_and_pass():
    keys = take(ResumableSampler(range(10), seed=1), 20)
    first, second = ([key.index for key in keys[i : i + 10]] for i in (0, 10))
    assert sorted(first) == sorted(second) == list(range(10))
    assert first != second
    assert [key.epoch for key in keys] == [0] * 10 + [1] * 10
    assert keys == take(ResumableSampler(range(10), seed=1), 20)
    assert [key.index for key in take(ResumableSampler(range(10), seed=2), 10)] != first


@pytest.mark.parametrize('start', [0, 3, 9, 10, 25])
def test_skipping_equals_reading_and_dropping(start):
    skipped = ResumableSampler(range(10), seed=1)
    skipped.skip(start)
    assert take(skipped, 20) == take(ResumableSampler(range(10), seed=1), start + 20)[start:]


def test_batches_of_all_ranks_are_those_of_one_process(monkeypatch):
    whole = take(sampler_of_rank(monkeypatch, 0, 1), 32)
    ranks = [take(sampler_of_rank(monkeypatch, r, 2), 16) for r in range(2)]
    for step in range(8):
        together = [key for rank in ranks for key in rank[2 * step : 2 * step + 2]]
        assert sorted(together) == sorted(whole[4 * step : 4 * step + 4])


def test_ranks_have_equally_many_samples_in_an_epoch(monkeypatch):
    assert [len(sampler_of_rank(monkeypatch, r, 3)) for r in range(3)] == [3, 3, 3]
    assert len(sampler_of_rank(monkeypatch, 0, 3, repeat=3)) == 10


def test_too_few_samples_are_named(monkeypatch):
    with pytest.raises(ValueError, match='11 processes cannot share an epoch of 10 samples'):
        sampler_of_rank(monkeypatch, 0, 11)
