"""Random subsets of a data set, drawn once and kept in list files."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def draw_subset(names: Sequence[str], num_images: int, *, seed: int = 0) -> list[str]:
    """Draw ``num_images`` of ``names`` at random, in the order of ``names``.

    The subsets of one seed are nested: each is the beginning of one random order of all names, so
    that a larger subset holds the smaller ones.

    Raises:
        ValueError: there are fewer names than that.

    Examples:
        >>> draw_subset('abcdef', 2), draw_subset('abcdef', 3)
        (['c', 'f'], ['b', 'c', 'f'])
    """
    if not 0 < num_images <= len(names):
        raise ValueError(f'expected a number from 1 to {len(names)}, got {num_images}')
    # The numbers of RandomState are the same in every version of NumPy.
    chosen = np.random.RandomState(seed).permutation(len(names))[:num_images]
    return [names[i] for i in sorted(chosen)]


def subset_text(names: Sequence[str], num_images: int, *, seed: int = 0) -> str:
    """Return the list file of ``draw_subset``: how it was drawn, in a comment, then the names.

    Examples:
        >>> print(subset_text('abcdef', 2), end='')
        # 2 of 6 images, drawn at random with seed 0; the subsets of one seed are nested.
        c
        f
    """
    head = (
        f'# {num_images} of {len(names)} images, drawn at random with seed {seed}; '
        'the subsets of one seed are nested.'
    )
    return '\n'.join([head, *draw_subset(names, num_images, seed=seed)]) + '\n'
