"""Sample keys and the random generators derived from them."""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np


class SampleKey(NamedTuple):
    """Key of a sample: image ``index`` in pass ``epoch`` of a training with ``seed``.

    Examples:
        >>> SampleKey(seed=0, epoch=2, index=5)._replace(index=1)
        SampleKey(seed=0, epoch=2, index=1)
    """

    seed: int
    epoch: int
    index: int  # type: ignore[assignment]  # hides tuple.index


def as_sample_key(key: SampleKey | int) -> SampleKey:
    """Return ``key``; an integer becomes the index of a key with seed 0 and epoch 0.

    Examples:
        >>> as_sample_key(7)
        SampleKey(seed=0, epoch=0, index=7)
    """
    return key if isinstance(key, SampleKey) else SampleKey(0, 0, int(key))


def sample_rng(key: SampleKey | int) -> np.random.Generator:
    """Return the generator for all draws of a sample, which depends only on the key.

    Samples share no state. Draws are therefore identical for any number of workers, in any order,
    and after resuming.

    Examples:
        >>> int(sample_rng(SampleKey(0, 1, 2)).integers(1000))
        695
        >>> int(sample_rng(SampleKey(0, 1, 2)).integers(1000))
        695
    """
    seed, epoch, index = as_sample_key(key)
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(epoch, index)))


def other_key(key: SampleKey | int, num_images: int, stream: int) -> SampleKey:
    """Return the key of another image, drawn for a sample; the draw depends only on the key.

    Args:
        key: key of the sample.
        num_images: number of images to draw from, all equally likely.
        stream: number of at least 1 for the purpose of the image: keys of different streams are
            independent of each other and of the draws of the sample.

    Examples:
        >>> other_key(SampleKey(0, 1, 2), 9, 1).index, other_key(SampleKey(0, 1, 2), 9, 2).index
        (6, 1)
    """
    seed, epoch, index = as_sample_key(key)
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(epoch, index, stream)))
    other = int(rng.integers(num_images))
    return SampleKey(int(rng.integers(2**63)), epoch, other)


def image_rng(path: str | Path, seed: int = 0) -> np.random.Generator:
    """Return a generator that depends only on a seed and the name of a file, not on its folder.

    Examples:
        >>> first, second = (image_rng(path).integers(1000) for path in ('a/1.png', 'b/1.png'))
        >>> bool(first == second)
        True
    """
    name = zlib.crc32(os.fsencode(Path(path).name))
    return np.random.default_rng(np.random.SeedSequence([seed, name]))
