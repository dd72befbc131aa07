"""Training loops over one endless stream of batches, resumable at any iteration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mmengine.runner import EpochBasedTrainLoop, IterBasedTrainLoop
from mmengine.runner.base_loop import BaseLoop
from torch import nn

from mmrestore.registry import LOOPS

if TYPE_CHECKING:
    from mmrestore.engine.runner import Runner


class _StreamMixin:
    """Shared by both loops: open the stream of batches, and run missed validations."""

    runner: Any
    dataloader: Any
    val_interval: int
    _iter: int

    def _open_stream(self) -> Iterator[dict]:
        """Return the batches from the current iteration on; nothing before it is read."""
        self.dataloader.sampler.skip(self._iter * self.dataloader.batch_size)
        return iter(self.dataloader)

    def _check_dataloader(self) -> None:
        # Any PyTorch sampler may be configured.
        if not hasattr(self.dataloader.sampler, 'skip'):
            raise ValueError(
                f'training needs sampler=dict(type="ResumableSampler"), got '
                f'{type(self.dataloader.sampler).__name__}'
            )
        if len(self.dataloader) == 0:
            raise ValueError(
                f'an epoch of {len(self.dataloader.sampler)} samples does not fill one batch of '
                f'{self.dataloader.batch_size}: use a smaller batch, more images or a larger '
                '`repeat` of the sampler'
            )

    def _validate(self, step: int, last: int) -> None:
        if self.runner.val_loop is not None and (step % self.val_interval == 0 or step == last):
            self.runner.val_loop.run()

    def _validate_if_cut_off(self, step: int, last: int) -> None:
        """Make up for a validation that the run was killed in."""
        if self.runner.resumed and self.runner.validated_iter < self._iter:
            self._validate(step, last)


@LOOPS.register_module()
class EpochTrainLoop(_StreamMixin, EpochBasedTrainLoop):
    """Train for a number of epochs; a resumed run goes on in the middle of its epoch.

    Args:
        runner: the runner.
        dataloader: the data loader of training, or its config.
        max_epochs: number of epochs.
        val_interval: epochs from one validation to the next; there is one after the last epoch.

    Raises:
        ValueError: an epoch has no batch, or the sampler cannot be entered anywhere.
    """

    def __init__(
        self, runner: Runner, dataloader: Any, max_epochs: int, *, val_interval: int = 1
    ) -> None:
        super().__init__(runner, dataloader, max_epochs, val_interval=val_interval)
        self._check_dataloader()

    def run(self) -> nn.Module:
        """Train, validating on the way."""
        self.runner.call_hook('before_train')
        if self._iter == self._epoch * len(self.dataloader) > 0:
            self._validate_if_cut_off(self._epoch, self._max_epochs)
        batches = self._open_stream() if self._epoch < self._max_epochs else iter(())
        while self._epoch < self._max_epochs and not self.stop_training:
            self._run_epoch(batches)
            self._validate(self._epoch, self._max_epochs)
        self.runner.call_hook('after_train')
        return self.runner.model

    def _run_epoch(self, batches: Iterator[dict]) -> None:
        self.runner.call_hook('before_train_epoch')
        self.runner.model.train()
        first = self._iter - self._epoch * len(self.dataloader)
        for batch_idx in range(first, len(self.dataloader)):
            self.run_iter(batch_idx, next(batches))
        self.runner.call_hook('after_train_epoch')
        self._epoch += 1


@LOOPS.register_module()
class IterTrainLoop(_StreamMixin, IterBasedTrainLoop):
    """Train for a number of iterations.

    Args:
        runner: the runner.
        dataloader: the data loader of training, or its config.
        max_iters: number of iterations.
        val_interval: iterations from one validation to the next; there is one after the last.

    Raises:
        ValueError: the data set does not fill a batch, or the sampler cannot be entered anywhere.
    """

    def __init__(
        self, runner: Runner, dataloader: Any, max_iters: int, *, val_interval: int = 1000
    ) -> None:
        BaseLoop.__init__(self, runner, dataloader)  # MMEngine's would already start the workers
        self._check_dataloader()
        self._max_iters, self._max_epochs = max_iters, 1
        self._iter = self._epoch = 0
        self.val_interval = val_interval
        self.stop_training = False

    def run(self) -> nn.Module:
        """Train, validating on the way."""
        self.runner.call_hook('before_train')
        self.runner.call_hook('before_train_epoch')
        if self._iter > 0:
            self._validate_if_cut_off(self._iter, self._max_iters)
        batches = self._open_stream() if self._iter < self._max_iters else iter(())
        while self._iter < self._max_iters and not self.stop_training:
            self.runner.model.train()
            self.run_iter(next(batches))
            self._validate(self._iter, self._max_iters)
        self.runner.call_hook('after_train_epoch')
        self.runner.call_hook('after_train')
        return self.runner.model

    def _decide_current_val_interval(self) -> None:
        """Do nothing: the interval does not change."""
