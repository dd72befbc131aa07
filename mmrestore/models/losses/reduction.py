"""Weighting and reduction shared by all losses."""

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
    """Reduce elementwise losses to a scalar.

    With a weight w, 'mean' is the weighted mean sum(w * l) / sum(w), where w is broadcast to the
    shape of ``elements``: a binary mask gives the mean over the masked elements. If all weights are
    zero, the result is zero. 'sum' is sum(w * l).

    Args:
        elements: (N, C, H, W), or (N, K, C, H, W) for K targets per image.
        weight: non-negative, of any dtype, broadcastable to ``elements``; (N, C, H, W) applies to
            all K targets of an image.
        reduction: 'mean' or 'sum'.

    Raises:
        ValueError: the weight has the wrong shape.

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
            f'expected a weight that is broadcastable to the loss {tuple(elements.shape)}, '
            f'got {tuple(weight.shape)}'
        )
    return weight.to(elements.dtype)
