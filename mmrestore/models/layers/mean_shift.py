"""Subtract and add the mean color, as layers before and after a network."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class MeanShift(nn.Conv2d):
    """A trainable 1x1 convolution that starts as x + shift, as in the releases of EDSR.

    Args:
        shift: what is added to every channel, (C,).

    Examples:
        >>> MeanShift(torch.tensor([1.0, 2.0]))(torch.ones(1, 2, 1, 1)).flatten().tolist()
        [2.0, 3.0]
    """

    def __init__(self, shift: Tensor) -> None:
        super().__init__(len(shift), len(shift), 1)
        self.weight = nn.Parameter(torch.eye(len(shift))[:, :, None, None])
        self.bias = nn.Parameter(shift.clone())
