"""Conversion between image arrays (H, W, C) and tensors (C, H, W)."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor


def to_tensor(image: np.ndarray) -> Tensor:
    """Return an image (H, W, C) as a tensor (C, H, W) of the same dtype.

    Examples:
        >>> to_tensor(np.zeros((2, 5, 3), np.uint8)).shape
        torch.Size([3, 2, 5])
    """
    return torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1)))


def to_array(image: Tensor) -> np.ndarray:
    """Return a tensor (C, H, W) as an image (H, W, C) of the same dtype.

    Examples:
        >>> to_array(torch.zeros(3, 2, 5)).shape
        (2, 5, 3)
    """
    return np.ascontiguousarray(image.numpy().transpose(1, 2, 0))
