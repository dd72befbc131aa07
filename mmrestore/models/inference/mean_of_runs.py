"""Mean of several predictions of a random network."""

from __future__ import annotations

from torch import Tensor

from mmrestore.models.inference.base import InferenceDecorator, Network
from mmrestore.registry import INFERENCE


@INFERENCE.register_module()
class MeanOfRuns(InferenceDecorator):
    """Run the network several times and return the mean.

    For networks that are random at test, such as those of masked training: their authors report
    about 0.3 dB for averaging several runs. A network without random numbers gains nothing.

    Args:
        num_runs: how many runs.

    Raises:
        ValueError: ``num_runs`` is not positive.

    Examples:
        >>> import torch
        >>> def net(x):
        ...     return x + torch.rand(1)
        >>> net.scale = net.size_multiple = 1
        >>> torch.manual_seed(0).initial_seed()
        0
        >>> MeanOfRuns(net, num_runs=10_000)(torch.zeros(1)).round(decimals=1)
        tensor([0.5000])
    """

    draws = True

    def __init__(self, net: Network, *, num_runs: int) -> None:
        super().__init__(net)
        if num_runs < 1:
            raise ValueError(f'num_runs must be at least 1, got {num_runs}')
        self.num_runs = num_runs

    def __call__(self, x: Tensor) -> Tensor:
        """Restore images (N, C, H, W)."""
        total = self.net(x)
        for _ in range(self.num_runs - 1):
            total = total + self.net(x)
        return total / self.num_runs
