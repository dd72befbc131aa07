"""Training loops that start at any batch without replaying those before it."""

from __future__ import annotations

from mmengine.runner import EpochBasedTrainLoop, IterBasedTrainLoop
from mmengine.runner.base_loop import BaseLoop
from torch import nn

from mmrestore.registry import LOOPS


@LOOPS.register_module()
class EpochTrainLoop(EpochBasedTrainLoop):
    """MMEngine's loop over epochs; a resumed one goes on in the middle of its epoch.

    Raises:
        ValueError: an epoch has no batch.
    """

    def __init__(self, runner, dataloader, max_epochs: int, *, val_interval: int = 1) -> None:
        super().__init__(runner, dataloader, max_epochs, val_interval=val_interval)
        _check_has_batches(self)

    def run(self) -> nn.Module:
        """Train, validating on the way; first catch up on a validation that was cut off."""
        if self._iter == self._epoch * len(self.dataloader):
            _validate_if_cut_off(self, self._epoch, self._max_epochs)
        return super().run()

    def run_epoch(self) -> None:
        """Run the batches of the current epoch that have not been seen."""
        self.runner.call_hook('before_train_epoch')
        self.runner.model.train()
        done = self._iter - self._epoch * len(self.dataloader)
        sampler = self.dataloader.sampler
        sampler.set_epoch(self._epoch)
        sampler.skip(done * self.dataloader.batch_size)
        if done < len(self.dataloader):
            for batch_idx, data_batch in enumerate(self.dataloader, start=done):
                self.run_iter(batch_idx, data_batch)
        self.runner.call_hook('after_train_epoch')
        self._epoch += 1


@LOOPS.register_module()
class IterTrainLoop(IterBasedTrainLoop):
    """MMEngine's loop over iterations, entered anywhere; needs an infinite sampler.

    Raises:
        ValueError: the data set does not fill a batch, or the sampler ends.
    """

    def __init__(self, runner, dataloader, max_iters: int, *, val_interval: int = 1000) -> None:
        BaseLoop.__init__(self, runner, dataloader)
        _check_has_batches(self)
        if not getattr(self.dataloader.sampler, 'infinite', False):
            raise ValueError(
                'training by iterations needs a sampler without end: set '
                'sampler=dict(type="ResumableSampler", infinite=True)'
            )
        self._max_iters, self._max_epochs = max_iters, 1
        self._iter = self._epoch = 0
        self.val_begin, self.val_interval = 1, val_interval
        self.stop_training = False
        self.dynamic_milestones, self.dynamic_intervals = [0], [val_interval]

    def run(self) -> nn.Module:
        """Train, validating on the way; first catch up on a validation that was cut off."""
        self.runner.call_hook('before_train')
        self.runner.call_hook('before_train_epoch')
        _validate_if_cut_off(self, self._iter, self._max_iters)
        if self._iter < self._max_iters:
            self.dataloader.sampler.skip(self._iter * self.dataloader.batch_size)
            batches = iter(self.dataloader)
        while self._iter < self._max_iters and not self.stop_training:
            self.runner.model.train()
            self.run_iter(next(batches))
            if self.runner.val_loop is not None and _validation_is_due(
                self, self._iter, self._max_iters
            ):
                self.runner.val_loop.run()
        self.runner.call_hook('after_train_epoch')
        self.runner.call_hook('after_train')
        return self.runner.model


def _check_has_batches(loop: BaseLoop) -> None:
    if len(loop.dataloader) == 0:
        raise ValueError(
            f'an epoch of {len(loop.dataloader.sampler)} samples does not fill one batch of '
            f'{loop.dataloader.batch_size}: use a smaller batch, more images or a larger `repeat` '
            'of the sampler'
        )


def _validation_is_due(loop: EpochTrainLoop | IterTrainLoop, step: int, last: int) -> bool:
    return step > 0 and (step % loop.val_interval == 0 or step == last)


def _validate_if_cut_off(loop: EpochTrainLoop | IterTrainLoop, step: int, last: int) -> None:
    runner = loop.runner
    if (
        runner.resumed
        and runner.val_loop is not None
        and _validation_is_due(loop, step, last)
        and runner.validated_iter < loop.iter
    ):
        runner.val_loop.run()
