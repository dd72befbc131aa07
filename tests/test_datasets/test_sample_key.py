"""What the random numbers of a sample depend on."""

import itertools

import numpy as np

from mmrestore.datasets.sample_key import SampleKey, as_sample_key, sample_rng


def test_draws_depend_on_the_key_alone():
    key = SampleKey(seed=3, epoch=5, index=7)
    first = sample_rng(key).random(4)
    sample_rng(SampleKey(0, 0, 0)).random(100)
    np.testing.assert_array_equal(sample_rng(key).random(4), first)


def test_draws_differ_between_all_keys():
    values = (0, 1, 2, 2**32 - 1)
    draws = {
        tuple(sample_rng(SampleKey(*key)).integers(2**62, size=2))
        for key in itertools.product(values, repeat=3)
    }
    assert len(draws) == len(values) ** 3


def test_large_seeds_do_not_run_into_the_epoch():
    a = sample_rng(SampleKey(2**32, 1, 2)).random()
    assert a != sample_rng(SampleKey(0, 1, 2)).random()
    assert a != sample_rng(SampleKey(0, 1, 1)).random()


def test_an_integer_is_the_index_of_seed_0_and_epoch_0():
    assert as_sample_key(np.int64(4)) == SampleKey(0, 0, 4)
    assert sample_rng(4).random() == sample_rng(SampleKey(0, 0, 4)).random()


def test_draws_of_neighboring_keys_are_independent():
    draws = np.array([sample_rng(SampleKey(0, 0, i)).random() for i in range(2000)])
    assert abs(draws.mean() - 0.5) < 4 * np.sqrt(1 / 12 / 2000)
    assert abs(np.corrcoef(draws[:-1], draws[1:])[0, 1]) < 4 / np.sqrt(2000)
