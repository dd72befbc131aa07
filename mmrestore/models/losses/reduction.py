"""Weighting and reduction, once for all losses."""

from __future__ import annotations

from typing import Literal

from torch import Tensor

Reduction = Literal['mean', 'sum']


def check_reduction(reduction: str) -> None:
    """Raise a ``ValueError`` unless ``reduction`` is 'mean' or 'sum'."""
    if reduction not in ('mean', 'sum'):
        raise ValueError(f"expected reduction 'mean' or 'sum', got {reduction!r}")


def weighted_reduction(
    elements: Tensor, weight: Tensor | None = None, reduction: Reduction = 'mean'
) -> Tensor:
    """Reduce the elements of a loss to one number.

    With a weight, 'mean' is the weighted mean, sum(w * l) / sum(w) with ``w`` spread to the shape
    of ``elements``: a mask of zeros and ones gives the mean over the elements it marks. If all
    weights are zero the result is zero. 'sum' is sum(w * l).

    Args:
        elements: (N, C, H, W), or (N, K, C, H, W) where an image has K targets.
        weight: not negative, of any number type; each side that of ``elements`` or 1. (N, C, H, W)
            weights all K targets of an image alike.
        reduction: 'mean' or 'sum'.

    Raises:
        ValueError: the weight does not fit.

    Examples:
        >>> import torch
        >>> elements = torch.tensor([[[[1.0, 2.0], [3.0, 6.0]]]])
        >>> weighted_reduction(elements)
        tensor(3.)
        >>> weighted_reduction(elements, torch.tensor([[[[1.0, 0.0], [0.0, 1.0]]]]))
        tensor(3.5000)
    """
    if weight is None:
        return elements.mean() if reduction == 'mean' else elements.sum()
    weight = _fitted(weight, elements)
    total = (weight * elements).sum()
    if reduction == 'sum':
        return total
    weight_sum = weight.sum() * (elements.numel() / weight.numel())
    return total / weight_sum.where(weight_sum > 0, 1)


def _fitted(weight: Tensor, elements: Tensor) -> Tensor:
    if weight.ndim == 4 and elements.ndim == 5:
        weight = weight.unsqueeze(1)
    sides = zip(weight.shape, elements.shape, strict=False)
    if weight.ndim != elements.ndim or any(w not in (1, e) for w, e in sides):
        raise ValueError(
            f'expected a weight whose sides are those of the loss {tuple(elements.shape)} or 1, '
            f'got {tuple(weight.shape)}'
        )
    return weight.to(elements.dtype)
