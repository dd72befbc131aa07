"""What names a sample, and the random numbers that belong to it."""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np


class SampleKey(NamedTuple):
    """The image ``index`` as it is drawn in pass number ``epoch`` of a training with ``seed``.

    Examples:
        >>> SampleKey(seed=0, epoch=2, index=5)._replace(index=1)
        SampleKey(seed=0, epoch=2, index=1)
    """

    seed: int
    epoch: int
    index: int  # type: ignore[assignment]  # hides tuple.index


def as_sample_key(key: SampleKey | int) -> SampleKey:
    """Return ``key``, where an integer is the index of an image of seed 0 and epoch 0.

    Examples:
        >>> as_sample_key(7)
        SampleKey(seed=0, epoch=0, index=7)
    """
    return key if isinstance(key, SampleKey) else SampleKey(0, 0, int(key))


def sample_rng(key: SampleKey | int) -> np.random.Generator:
    """Return the generator of all draws of a sample; its numbers depend on the key alone.

    No state is carried from sample to sample, so that the draws are the same with any number of
    workers, in any order, and after training was resumed.

    Examples:
        >>> int(sample_rng(SampleKey(0, 1, 2)).integers(1000))
        695
        >>> int(sample_rng(SampleKey(0, 1, 2)).integers(1000))
        695
    """
    seed, epoch, index = as_sample_key(key)
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(epoch, index)))


def image_rng(path: str | Path, seed: int = 0) -> np.random.Generator:
    """Return a generator that depends on a seed and the name of a file alone, not on its folder.

    Examples:
        >>> first, second = (image_rng(path).integers(1000) for path in ('a/1.png', 'b/1.png'))
        >>> bool(first == second)
        True
    """
    name = zlib.crc32(os.fsencode(Path(path).name))
    return np.random.default_rng(np.random.SeedSequence([seed, name]))
