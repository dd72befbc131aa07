"""MLP of transformer blocks."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CHUNK_ROWS = 2048  # of a thread: what is between the layers stays in the cache


class MLP(nn.Module):
    """Two linear layers with a GELU between.

    Args:
        channels: channels of input and output.
        hidden: channels between.
    """

    def __init__(self, channels: int, hidden: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(channels, hidden)
        self.fc2 = nn.Linear(hidden, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map the last axis of rows; on a CPU and without gradients, a few rows at a time."""
        keeps_graph = torch.is_grad_enabled() or torch.compiler.is_compiling()
        if keeps_graph or x.device.type != 'cpu':
            return self._map(x)
        pieces = x.split(CHUNK_ROWS * torch.get_num_threads())
        return self._map(x) if len(pieces) == 1 else torch.cat([self._map(p) for p in pieces])

    def _map(self, x: Tensor) -> Tensor:
        return self.fc2(F.gelu(self.fc1(x)))
