"""Schedule of the consistency weight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmrestore.engine.hooks.base import Hook, Training, training_of
from mmrestore.engine.hooks.steps import check_step, current_step
from mmrestore.models.restorers.restorer import Restorer
from mmrestore.registry import HOOKS

if TYPE_CHECKING:
    from mmrestore.engine.runner import Runner


@HOOKS.register_module()
class ConsistencyRampHook(Hook):
    """Let the consistency weight of a ``PairRestorer`` grow linearly, from step to step.

    In step t of T, counted from 1, it is ``increase_ratio * t / T``.

    Source: the training code of Huang et al., "Neighbor2Neighbor: Self-supervised denoising from
    single noisy images", CVPR 2021.

    Args:
        increase_ratio: the weight in the last step.
        by_epoch: whether steps are epochs instead of iterations.

    Raises:
        ValueError: the ratio is negative; at the start of training, if the model has no consistency
            weight, or if the loop counts iterations and this hook epochs.

    Examples:
        >>> ConsistencyRampHook(2.0).weight_at(step=29, num_steps=100)
        0.6
    """

    priority = 'ABOVE_NORMAL'

    def __init__(self, increase_ratio: float = 2.0, *, by_epoch: bool = True) -> None:
        if increase_ratio < 0:
            raise ValueError(f'increase_ratio must not be negative, got {increase_ratio}')
        self.increase_ratio = increase_ratio
        self.by_epoch = by_epoch

    def weight_at(self, step: int, num_steps: int) -> float:
        """Return the weight in a step, counted from 0, of so many."""
        return self.increase_ratio * (step + 1) / num_steps

    def check(self, training: Training) -> None:
        """Check that there is a weight to set and a number of steps."""
        network = training.network
        if not isinstance(network, Restorer) or network.consistency_weight is None:
            raise ValueError(
                f'ConsistencyRampHook needs a PairRestorer, got {type(network).__name__}'
            )
        check_step(training, self, self.by_epoch)

    def before_train(self, runner: Runner) -> None:
        """Check the training."""
        self.check(training_of(runner))

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:
        """Set the weight of this iteration and log it."""
        step = current_step(runner, self.by_epoch)
        num_steps = runner.max_epochs if self.by_epoch else runner.max_iters
        weight = self.weight_at(step, num_steps)
        runner.network.consistency_weight = weight
        runner.message_hub.update_scalar('train/consistency_weight', weight)
