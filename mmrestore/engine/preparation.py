"""What is read before a training begins, so that what is missing is said before any work is lost.

Batch transforms and losses that read networks from files have a method ``prepare()`` for that.
"""

from __future__ import annotations

from typing import Any

from torch import nn


def prepare_losses(model: nn.Module) -> None:
    """Let the losses of a model, and those within them, read their networks.

    Raises:
        RuntimeError: as a loss does if a file is missing.
    """
    losses: Any = getattr(model, 'losses', nn.ModuleDict())
    for loss in losses.modules():
        if hasattr(loss, 'prepare'):
            loss.prepare()


def prepare_batch_transforms(model: nn.Module) -> None:
    """Let the batch transforms of a model read their networks.

    Raises:
        FileNotFoundError, ValueError: as a batch transform does if a file is missing or wrong.
    """
    for transform in getattr(model.data_preprocessor, 'batch_transforms', {}).values():
        if hasattr(transform, 'prepare'):
            transform.prepare()
