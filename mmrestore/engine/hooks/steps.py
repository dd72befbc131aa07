"""Steps of training, epochs or iterations."""

from __future__ import annotations

from mmengine.runner import IterBasedTrainLoop


def check_step(runner, hook, by_epoch: bool) -> None:
    """Check that a hook which counts epochs has epochs to count.

    Raises:
        ValueError: the training loop counts iterations, and its epoch never changes.
    """
    if by_epoch and isinstance(runner.train_loop, IterBasedTrainLoop):
        raise ValueError(
            f'{type(hook).__name__} counts epochs but the training loop iterations: set '
            'by_epoch=False'
        )


def current_step(runner, by_epoch: bool) -> int:
    """Return the epoch or the iteration, from 0."""
    return runner.epoch if by_epoch else runner.iter
