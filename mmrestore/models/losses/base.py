"""What the toolbox reads of a loss besides its call ``scalar = loss(pred, target, weight)``."""

from __future__ import annotations

from torch import nn


class Loss(nn.Module):
    """A term of the loss: a scalar of predictions, targets and their weight or None.

    A loss that compares something else than tensors of pixels says so in its ``forward``. Any other
    module with such a call is a loss too.
    """

    def prepare(self) -> None:
        """Load what is needed from files; called before a training begins.

        Raises:
            RuntimeError: a file is missing; the message says how to get it.
        """
