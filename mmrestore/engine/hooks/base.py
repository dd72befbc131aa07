"""Base class of hooks, which can refuse a training before it begins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from mmengine.hooks import Hook as _Hook
from mmengine.runner import IterBasedTrainLoop
from torch import nn

from mmrestore.datasets.concat_dataset import dataset_names
from mmrestore.evaluation.result_names import result_names

if TYPE_CHECKING:
    from mmrestore.engine.runner import Runner


class Training(NamedTuple):
    """A training, running or only described.

    Attributes:
        network: the model, without a distributed wrapper.
        counts_epochs: whether its loop counts epochs; else iterations.
        scores: names of the figures that a validation gives, such as ``kodak24/PSNR``; None if they
            are not known, or there is no validation.
    """

    network: nn.Module
    counts_epochs: bool
    scores: Sequence[str] | None = None


class Hook(_Hook):
    """MMEngine's hook with a check of the training, which is made before anything is written.

    A hook with a check calls it in ``before_train`` too, ``self.check(training_of(runner))``, for
    runners that are built without the trial of ``mmrestore train``. The constructor only keeps its
    arguments.
    """

    def check(self, training: Training) -> None:
        """Refuse a training that the hook cannot be part of.

        Raises:
            ValueError: what the hook names is not there, or of another kind; says what to do.
        """


def training_of(runner: Runner) -> Training:
    """Return what hooks must know of the training of a runner."""
    scores = None
    if runner.val_loop is not None:
        scores = result_names(
            runner.val_loop.evaluator.metrics, dataset_names(runner.val_dataloader.dataset)
        )
    by_iterations = isinstance(runner.train_loop, IterBasedTrainLoop)
    return Training(runner.network, not by_iterations, scores)
