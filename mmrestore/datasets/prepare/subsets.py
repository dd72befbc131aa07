"""Random subsets of data sets as list files."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def draw_subset(names: Sequence[str], num_images: int, *, seed: int = 0) -> list[str]:
    """Draw ``num_images`` of ``names`` at random, in the order of ``names``.

    Subsets with the same seed are nested: each consists of the first names in a random order of all
    names, so that larger subsets contain smaller ones.

    Raises:
        ValueError: ``num_images`` exceeds the number of names.

    Examples:
        >>> draw_subset('abcdef', 2), draw_subset('abcdef', 3)
        (['c', 'f'], ['b', 'c', 'f'])
    """
    if not 0 < num_images <= len(names):
        raise ValueError(f'expected a number from 1 to {len(names)}, got {num_images}')
    # The draws of RandomState are identical in all NumPy versions.
    chosen = np.random.RandomState(seed).permutation(len(names))[:num_images]
    return [names[i] for i in sorted(chosen)]


def subset_text(names: Sequence[str], num_images: int, *, seed: int = 0) -> str:
    """Return the list file of ``draw_subset``, with a comment about the draw.

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
