"""Stochastic depth."""

from __future__ import annotations

from torch import Tensor, nn


class DropPath(nn.Module):
    """Draw for every image of a batch whether a residual branch is kept (Huang et al., ECCV 2016).

    Args:
        rate: probability that a branch is dropped in training.

    Raises:
        ValueError: ``rate`` is not in [0, 1).

    Examples:
        >>> import torch
        >>> DropPath(0.1).eval()(torch.zeros(8, 1), 8) is None
        True
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        if not 0 <= rate < 1:
            raise ValueError(f'the rate of drop path must be in [0, 1), got {rate}')
        self.rate = rate

    def forward(self, like: Tensor, num_images: int) -> Tensor | None:
        """Return the factor of the branch for every image, 0 or 1 / (1 - rate); ``None`` for all 1.

        Args:
            like: gives type and device of the factors.
            num_images: the number of factors.
        """
        if not self.training or self.rate == 0:
            return None
        keep = 1 - self.rate
        return like.new_empty(num_images).bernoulli_(keep).div_(keep)

    def extra_repr(self) -> str:
        """Name the rate in the printed network."""
        return f'rate={self.rate:.3g}'
