"""Gram matrices of image features."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

BLOCK_ELEMENTS = 2**24  # features in float64 at a time: 128 MB


def gram_matrix(features: Tensor) -> Tensor:
    """Return the scalar products (N, N) of centred features (N, features), in float64.

    Centred means that every feature has a mean of 0 over the images. The features are turned into
    float64 a few columns at a time, so that the result needs no second copy of them.

    Raises:
        ValueError: the features are no matrix.

    Examples:
        >>> gram_matrix(torch.tensor([[1.0, 0.0], [3.0, 4.0]]))
        tensor([[ 5., -5.],
                [-5.,  5.]], dtype=torch.float64)
    """
    if features.ndim != 2:
        raise ValueError(f'expected features (images, features), got {tuple(features.shape)}')
    gram = features.new_zeros(len(features), len(features), dtype=torch.float64)
    for block in centred_columns(features):
        gram.addmm_(block, block.T)
    return gram


def centred_columns(features: Tensor) -> Iterator[Tensor]:
    """Yield centred features a few columns (N, columns) at a time, in float64.

    Examples:
        >>> [block.tolist() for block in centred_columns(torch.tensor([[1.0, 0.0], [3.0, 4.0]]))]
        [[[-1.0, -2.0], [1.0, 2.0]]]
    """
    for columns in features.split(max(1, BLOCK_ELEMENTS // len(features)), dim=1):
        block = columns.double()
        block = block - block[0]  # features that are all equal become 0 without a rounding error
        yield block - block.mean(dim=0)
