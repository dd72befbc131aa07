"""Training steps in epochs, iterations, or shares of all iterations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmrestore.engine.hooks.base import Training

if TYPE_CHECKING:
    from mmrestore.engine.runner import Runner

# A whole number of epochs or iterations, or a float above 0 and up to 1: a share of all iterations.
Length = int | float


def check_step(training: Training, hook: Any, by_epoch: bool) -> None:
    """Check that a hook which counts epochs has epochs to count.

    Raises:
        ValueError: the training loop counts iterations, and its epoch never changes.
    """
    if by_epoch and not training.counts_epochs:
        raise ValueError(
            f'{type(hook).__name__} counts epochs but the training loop iterations: set '
            'by_epoch=False'
        )


def current_step(runner: Runner, by_epoch: bool) -> int:
    """Return the epoch or the iteration, from 0."""
    return runner.epoch if by_epoch else runner.iter


def counts_epochs(by_epoch: bool, **lengths: Length | None) -> bool:
    """Return whether lengths are in epochs: shares of the training are in iterations.

    Args:
        by_epoch: whether whole numbers are epochs instead of iterations.
        lengths: lengths by name; None and 0 are in any unit.

    Raises:
        ValueError: a share is not above 0 and up to 1, or there are epochs beside a share.

    Examples:
        >>> counts_epochs(True, start=0, stop=16), counts_epochs(True, start=0, stop=0.05)
        (True, False)
    """
    shares = {name: n for name, n in lengths.items() if isinstance(n, float)}
    for name, share in shares.items():
        if not 0 < share <= 1:
            raise ValueError(
                f'expected {name} to be a whole number of steps, or a share of the training above '
                f'0 and up to 1, got {share}'
            )
    epochs = [name for name, n in lengths.items() if n and name not in shares]
    if shares and by_epoch and epochs:
        raise ValueError(
            f'{", ".join(shares)} is a share of all iterations, {", ".join(epochs)} a number of '
            'epochs: give both as shares, or set by_epoch=False'
        )
    return by_epoch and not shares


def in_steps(length: Length, num_iterations: int) -> int:
    """Return a length in steps: of a share, iterations, rounded and at least 1.

    Examples:
        >>> in_steps(0.05, 1000), in_steps(0.05, 4), in_steps(16, 1000)
        (50, 1, 16)
    """
    return max(1, round(length * num_iterations)) if isinstance(length, float) else length
