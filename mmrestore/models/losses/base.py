"""Base class of losses, called as ``scalar = loss(pred, target, weight)``."""

from __future__ import annotations

from torch import nn


class Loss(nn.Module):
    """Loss term: a scalar computed from predictions, targets and an optional weight.

    Losses that do not compare pixel tensors document their inputs in ``forward``. Any module that
    is called in the same way can be used as a loss.
    """

    def prepare(self) -> None:
        """Load required files before training, so that a missing file fails at once.

        Raises:
            RuntimeError: a file is missing; the message states how to get it.
        """
