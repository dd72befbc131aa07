"""Load external networks before training, so that a missing file fails at once.

Batch transforms and losses that read networks from files have a method ``prepare()`` for that.
"""

from __future__ import annotations

from typing import Any

from torch import nn

from mmrestore.models.batch_transform import stated_by
from mmrestore.models.losses.base import Loss
from mmrestore.models.restorers.restorer import Restorer


def prepare_losses(model: nn.Module) -> None:
    """Let the losses of a model, and those within them, read their networks.

    Raises:
        RuntimeError: as a loss does if a file is missing.
        ValueError: a restorer has no loss, and no part with an optimizer and a loss of its own.
    """
    if isinstance(model, Restorer) and not model.losses and not model.separately_optimized:
        raise ValueError(
            f'{type(model).__name__} has no loss and cannot be trained: give one, as in '
            'model.losses=dict(pixel=dict(type="L1Loss"))'
        )
    # Any MMEngine model may be trained, and any module may be a loss.
    losses: Any = getattr(model, 'losses', nn.ModuleDict())
    for loss in losses.modules():
        # A loss of a plugin may have the method without our base class.
        if isinstance(loss, Loss) or hasattr(loss, 'prepare'):
            loss.prepare()


def prepare_batch_transforms(model: nn.Module) -> None:
    """Let the batch transforms of a model read their networks.

    Raises:
        FileNotFoundError, ValueError: as a batch transform does if a file is missing or wrong.
    """
    # Any MMEngine model may be trained, with a data preprocessor of its own.
    for transform in getattr(model.data_preprocessor, 'batch_transforms', {}).values():
        stated_by(transform).prepare()
