"""The end of a contest that one side has won."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from mmengine.dist import all_reduce, is_main_process
from mmengine.hooks import Hook

from mmrestore.engine.checkpoint import resumable_checkpoints
from mmrestore.registry import HOOKS

KEPT = 'before_collapse_'


@HOOKS.register_module()
class DiscriminatorCollapseHook(Hook):
    """Stop when the loss of the discriminator stays near zero, and keep the checkpoint before.

    A discriminator that is never wrong does not say any more which images look cleaner. All losses
    of ``AdversarialLoss`` are then about 0, and 2 log 2 = 1.39 (vanilla and relativistic), 0.25
    (least squares) or 2 (hinge) where it can only guess. A loss that is not finite is the matter of
    ``FiniteLossHook``.

    As soon as the loss is below the floor, the last checkpoint is kept as ``before_collapse_*.pth``
    (a link, which takes no space); it is removed again if the loss recovers.

    Args:
        floor: losses below it count as collapsed.
        patience: iterations in a row with such a loss after which the run stops.
        loss: name of the loss.

    Raises:
        ValueError: ``patience`` is below 1; in training, if there is no such loss.
        RuntimeError: in training, when the loss has collapsed; names it and the checkpoint.
    """

    priority = 'ABOVE_NORMAL'  # before the iteration is saved

    def __init__(
        self, *, floor: float = 1e-3, patience: int = 500, loss: str = 'loss_discriminator'
    ) -> None:
        if patience < 1:
            raise ValueError(f'patience must be at least 1, got {patience}')
        self.floor = floor
        self.patience = patience
        self.loss = loss
        self.since = -1  # iteration from which on the loss is below the floor

    def after_train_iter(self, runner, batch_idx: int, data_batch=None, outputs=None) -> None:
        """Look at the loss of the iteration."""
        if self.loss not in (outputs or {}):
            raise ValueError(
                f'DiscriminatorCollapseHook watches {self.loss!r}, but training gives '
                f'{", ".join(outputs or {})}: use it with a GANRestorer'
            )
        loss = outputs[self.loss].detach().double()
        all_reduce(loss, op='mean')  # so that all processes stop together
        if loss.item() >= self.floor:
            self._recover(runner)
            return
        if self.since < 0:
            self.since = runner.iter
            self._keep(runner)
        if runner.iter - self.since + 1 >= self.patience:
            kept = next(Path(runner.work_dir).glob(f'{KEPT}*.pth'), 'none had been written')
            raise RuntimeError(
                f'{self.loss} collapsed: it has been below {self.floor} since iteration '
                f'{self.since + 1}, the discriminator tells restored from clean images without '
                'fail and guides no more. Lower its learning rate or take a smaller one. '
                f'Checkpoint from before: {kept}'
            )

    def before_save_checkpoint(self, runner, checkpoint: dict) -> None:
        """Keep the state with the checkpoint."""
        checkpoint['discriminator_collapse'] = {'since': self.since}

    def after_load_checkpoint(self, runner, checkpoint: dict) -> None:
        """Take up the state of the checkpoint."""
        self.since = checkpoint.get('discriminator_collapse', {}).get('since', -1)

    def _recover(self, runner) -> None:
        if self.since >= 0 and is_main_process():
            _remove_kept(runner.work_dir)
        self.since = -1

    def _keep(self, runner) -> None:
        checkpoints = resumable_checkpoints(runner.work_dir)
        if is_main_process():
            _remove_kept(runner.work_dir)
            if checkpoints:
                kept = Path(runner.work_dir) / f'{KEPT}{checkpoints[0].name}'
                try:
                    os.link(checkpoints[0], kept)
                except OSError:  # a file system without links
                    shutil.copyfile(checkpoints[0], kept)


def _remove_kept(work_dir: str) -> None:
    for path in Path(work_dir).glob(f'{KEPT}*.pth'):
        path.unlink()
