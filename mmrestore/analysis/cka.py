"""Centered kernel alignment (CKA): similarity of two layers' representations, 0 to 1.

Linear kernels only: the Gram matrix of a layer holds the scalar products of the features of images.
CKA does not change when the features of a layer are rotated or scaled (Kornblith et al., ICML
2019).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from mmrestore.analysis.gram import gram_matrix

LEAST_IMAGES = 4


def unbiased_hsic(first: Tensor, second: Tensor) -> Tensor:
    """Return the unbiased estimates of HSIC for all pairs of Gram matrices.

    With K and L without their diagonals, for n images (Song et al., JMLR 2012, equation 4):
    [tr(K L) + (1'K 1)(1'L 1) / ((n - 1)(n - 2)) - 2 / (n - 2) 1'K L 1] / (n (n - 3)).

    Args:
        first: Gram matrices (A, n, n); whether the features were centred makes no difference.
        second: Gram matrices (B, n, n).

    Returns:
        (A, B).

    Raises:
        ValueError: there are fewer than 4 images, or the numbers of images differ.

    Examples:
        >>> features = torch.tensor([0.0, 0.0, 1.0, 1.0])[:, None]
        >>> gram = features @ features.T
        >>> round(unbiased_hsic(gram[None], gram[None]).item(), 4)
        0.1667
    """
    num = first.shape[-1]
    if num < LEAST_IMAGES:
        raise ValueError(f'unbiased HSIC needs at least {LEAST_IMAGES} images, got {num}')
    if second.shape[-1] != num:
        raise ValueError(f'expected features of {num} images on both sides, got {second.shape[-1]}')
    different = 1 - torch.eye(num, dtype=first.dtype, device=first.device)
    first, second = first * different, second * different
    first_sums, second_sums = first.sum(dim=2), second.sum(dim=2)  # (A or B, n)
    traces = first.flatten(1) @ second.flatten(1).T
    totals = first_sums.sum(dim=1)[:, None] * second_sums.sum(dim=1)
    crossed = first_sums @ second_sums.T
    hsic = traces + totals / ((num - 1) * (num - 2)) - 2 / (num - 2) * crossed
    return hsic / (num * (num - 3))


def linear_cka(first: Tensor, second: Tensor, *, unbiased: bool = False) -> float:
    """Return the linear CKA of two sets of features of the same images.

    Args:
        first: features (n, p).
        second: features (n, q) of the same images.
        unbiased: whether HSIC is estimated without bias, which matters where there are fewer images
            than features: then the biased CKA of unrelated features is far from 0.

    Raises:
        ValueError: the features are of different numbers of images, or of fewer than 4 where the
            estimate is unbiased.

    Examples:
        >>> first = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
        >>> linear_cka(first, 3 * first), round(linear_cka(first, first[:, :1]), 4)
        (1.0, 0.7071)
    """
    if len(first) != len(second):
        raise ValueError(
            f'expected features of the same images, got {len(first)} and {len(second)}'
        )
    grams = torch.stack([gram_matrix(first), gram_matrix(second)])
    products = unbiased_hsic(grams, grams) if unbiased else grams.flatten(1) @ grams.flatten(1).T
    return (products[0, 1] / (products[0, 0] * products[1, 1]).sqrt()).item()


class MinibatchCKA:
    """Linear CKA of all pairs of layers, from batches of images that need not be kept.

    The unbiased HSIC of every pair, and of every layer with itself, is averaged over the batches
    before their quotient is taken (Nguyen et al., ICLR 2021; Raghu et al., NeurIPS 2021).

    Examples:
        >>> features = torch.rand(3, 8, 5, generator=torch.Generator().manual_seed(0))
        >>> cka = MinibatchCKA()
        >>> for batch in features:
        ...     layers = gram_matrices({'a': batch, 'b': 2 * batch})
        ...     cka.update(layers[:1], layers)
        >>> cka.compute()
        tensor([[1., 1.]], dtype=torch.float64)
    """

    def __init__(self) -> None:
        self._sums: tuple[Any, ...] = ()

    def update(self, first: Tensor, second: Tensor) -> None:
        """Add a batch of n images, at least 4, as Gram matrices in float64.

        Args:
            first: (A, n, n), those of A layers, see :func:`gram_matrices`.
            second: (B, n, n), those of B layers for the same images in the same order.

        Raises:
            ValueError: there are fewer than 4 images, or their numbers differ.
        """
        new = (unbiased_hsic(first, second), _self_hsic(first), _self_hsic(second))
        old = self._sums or (0, 0, 0)
        self._sums = tuple(a + b for a, b in zip(old, new, strict=True))

    def compute(self) -> Tensor:
        """Return the CKA (A, B) of all batches so far.

        A layer whose features are the same for all images has none: its values are not a number.

        Raises:
            ValueError: there was no batch.
        """
        if not self._sums:
            raise ValueError('there was no batch')
        both, first, second = self._sums
        return both / (first[:, None] * second).sqrt()


def gram_matrices(features: Mapping[str, Tensor]) -> Tensor:
    """Return the Gram matrices (layers, n, n) of the features (n, ...) of layers.

    Examples:
        >>> gram_matrices({'a': torch.eye(4), 'b': torch.zeros(4, 9)}).shape
        torch.Size([2, 4, 4])
    """
    return torch.stack([gram_matrix(layer) for layer in features.values()])


def _self_hsic(grams: Tensor) -> Tensor:
    return torch.cat([unbiased_hsic(gram[None], gram[None])[0] for gram in grams])
