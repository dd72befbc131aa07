"""In-place sums at inference, which save the memory of the result.

The first term must be a result that nothing else reads. In training it is kept for the gradients.
"""

from __future__ import annotations

import torch
from torch import Tensor


def add(x: Tensor, y: Tensor) -> Tensor:
    """Return x + y; without gradients it is written over ``x``.

    Examples:
        >>> x = torch.tensor([1.0])
        >>> with torch.no_grad():
        ...     y = add(x, torch.tensor([2.0]))
        >>> y, x is y
        (tensor([3.]), True)
    """
    return x + y if torch.is_grad_enabled() else x.add_(y)


def lerp(x: Tensor, y: Tensor, weight: Tensor) -> Tensor:
    """Return x + weight * (y - x); without gradients it is written over ``x``.

    Examples:
        >>> lerp(torch.tensor([1.0]), torch.tensor([2.0]), torch.tensor([0.25]))
        tensor([1.2500])
    """
    return torch.lerp(x, y, weight) if torch.is_grad_enabled() else x.lerp_(y, weight)
