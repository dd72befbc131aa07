"""Linear layers."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Linear(nn.Linear):
    """A linear layer that adds its bias in place on the CPU.

    There ``F.linear`` first fills the output with copies of the bias, which takes longer than
    adding the bias to the product.

    Examples:
        >>> layer = Linear(2, 1)
        >>> with torch.no_grad():
        ...     _ = layer.weight.fill_(2.0), layer.bias.fill_(1.0)
        >>> layer(torch.ones(1, 2)).item()
        5.0
    """

    def forward(self, x: Tensor) -> Tensor:
        """Return x W^T + b over the last axis."""
        if self.bias is None or x.device.type != 'cpu':
            return super().forward(x)
        rows = torch.mm(x.reshape(-1, self.in_features), self.weight.mT).add_(self.bias)
        return rows.view(*x.shape[:-1], self.out_features)
