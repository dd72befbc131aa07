"""A warning for trainings that wait for their data."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mmrestore.datasets import ImageFolder, nested_datasets
from mmrestore.engine.hooks.base import Hook
from mmrestore.registry import HOOKS

if TYPE_CHECKING:
    from mmrestore.engine.runner import Runner

FIRST = 10  # iterations that are not counted: data workers are starting


@HOOKS.register_module()
class DataWaitHook(Hook):
    """Warn once if the training waits for data for more than a share of its time.

    The times are those of ``IterTimerHook``; without it, nothing is said.

    Args:
        share: of the time of the last iterations, above which there is a warning.
        window: number of these iterations.

    Raises:
        ValueError: the share is not between 0 and 1, or the window is empty.
    """

    priority = 55  # between the timer (50), whose times it reads, and the logger (60)

    def __init__(self, *, share: float = 0.2, window: int = 100) -> None:
        if not 0 < share < 1:
            raise ValueError(f'share must be between 0 and 1, got {share}')
        if window < 1:
            raise ValueError(f'window must be at least 1, got {window}')
        self.share, self.window = share, window

    def before_train(self, runner: Runner) -> None:
        """Begin to count."""
        self._seconds: deque[tuple[float, float]] = deque(maxlen=self.window)
        self._num_seen, self._has_warned = 0, False

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: dict | None = None
    ) -> None:
        """Add the times of this iteration, and warn if the share is reached."""
        hub = runner.message_hub
        self._num_seen += 1
        timed = {'train/data_time', 'train/time'} <= hub.log_scalars.keys()
        if self._has_warned or not timed or self._num_seen <= FIRST:
            return
        names = ('train/data_time', 'train/time')
        waited, whole = (hub.get_scalar(name).current() for name in names)
        self._seconds.append((waited, whole))
        if len(self._seconds) < self.window:
            return
        waited, whole = map(sum, zip(*self._seconds, strict=True))
        if waited > self.share * whole:
            self._has_warned = True
            runner.logger.warning(
                'the device waited for data for %.0f %% of the time of the last %d iterations: %s',
                100 * waited / whole,
                self.window,
                ', or '.join(remedies(runner.train_dataloader)),
            )


def remedies(loader: Any) -> list[str]:
    """Return what lets a data loader give its batches faster, in words."""
    found = [*_more_workers(loader.num_workers), *_caches(loader.dataset)]
    return found or [
        'make the transforms of train_dataloader.dataset cheaper (docs/performance.md)'
    ]


def _more_workers(num_workers: int) -> Iterator[str]:
    cores = _num_cores() // int(os.environ.get('LOCAL_WORLD_SIZE', '1'))
    if num_workers < cores:
        yield (
            f'use more workers, train_dataloader.num_workers={cores} instead of {num_workers}, for '
            f'{cores} cores are there'
        )


def _caches(dataset: object) -> Iterator[str]:
    names = [
        repr(each.name)
        for each in nested_datasets(dataset)
        if isinstance(each, ImageFolder) and each.decodes_files
    ]
    if names:
        yield f"keep decoded images by cache='disk' of data set {', '.join(names)} (docs/data.md)"


def _num_cores() -> int:
    # Of the process where the system tells: containers and clusters give fewer than there are.
    return len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count() or 1
