"""Schedule of the mask ratio."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mmrestore.engine.hooks.base import Hook, Training, training_of
from mmrestore.engine.hooks.steps import (
    Length,
    check_step,
    counts_epochs,
    current_step,
    in_steps,
)
from mmrestore.functional.masks import ratio_range
from mmrestore.models.batch_transform import stated_by
from mmrestore.registry import HOOKS, suggest

if TYPE_CHECKING:
    from mmrestore.engine.runner import Runner


@HOOKS.register_module()
class MaskRatioScheduleHook(Hook):
    """Change the ratio of a mask from step to step, linearly between given points.

    Before the first point the ratio is that of the first, after the last that of the last. Both
    ends of a range move. A ratio of 0 switches the mask off; two points at one step make a jump.

    Args:
        mask: name of an attachment of the restorer, or of a batch transform, that has a ratio.
        points: pairs (step, ratio) in the order of the steps; a ratio is a number in [0, 1] or a
            pair (low, high). A step is a whole number, or a float above 0 and up to 1: a share of
            all iterations, rounded to at least 1. A hook with a share counts iterations.
        by_epoch: whether whole numbers of steps are epochs instead of iterations.

    Raises:
        ValueError: the points are not in order or a ratio is not in [0, 1]; at the start of
            training, if no mask has that name, or if the loop counts iterations and this hook
            epochs.

    Examples:
        >>> hook = MaskRatioScheduleHook('input_mask', [(0, 0.0), (100, (0.75, 0.85))])
        >>> [round(ratio, 3) for ratio in hook.ratio_at(50)]
        [0.375, 0.425]
    """

    priority = 'ABOVE_NORMAL'

    def __init__(
        self,
        mask: str,
        points: Sequence[tuple[Length, float | Sequence[float]]],
        *,
        by_epoch: bool = False,
    ) -> None:
        self.mask = mask
        self.points: list[tuple[Any, tuple[float, float]]] = [
            (step, ratio_range(ratio)) for step, ratio in points
        ]
        lengths = {f'step {step} of the points': step for step, _ in points}
        self.by_epoch = counts_epochs(by_epoch, **lengths)
        for kind in (int, float):  # of a share and a number, the training decides which is first
            self._check_points([step for step, _ in points if isinstance(step, kind)])

    def _check_points(self, steps: Sequence[Length]) -> None:
        if not self.points or list(steps) != sorted(steps):
            raise ValueError(
                f'expected points (step, ratio) in the order of the steps, got {self.points}'
            )

    def ratio_at(self, step: int) -> tuple[float, float]:
        """Return the least and the greatest ratio at a step."""
        reached = [point for point in self.points if point[0] <= step]
        ahead = [point for point in self.points if point[0] > step]
        if not reached or not ahead:
            return (reached[-1] if reached else ahead[0])[1]
        (start, before), (stop, after) = reached[-1], ahead[0]
        share = (step - start) / (stop - start)
        low, high = (a + share * (b - a) for a, b in zip(before, after, strict=True))
        return low, high

    def check(self, training: Training) -> None:
        """Check that the mask exists, and that there are such steps."""
        check_step(training, self, self.by_epoch)
        masks = self._masks(training)
        if self.mask not in masks:
            raise ValueError(
                f'no mask is called {self.mask!r}.{suggest(self.mask, masks)} The attachments and '
                f'batch transforms with a ratio are: {", ".join(masks) or "none"}.'
            )

    def before_train(self, runner: Runner) -> None:
        """Check the training, and turn shares of it into iterations."""
        self.check(training_of(runner))
        if any(isinstance(step, float) for step, _ in self.points):
            self.points = [(in_steps(step, runner.max_iters), r) for step, r in self.points]
            self._check_points([step for step, _ in self.points])

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:
        """Set the ratio of this iteration."""
        step = current_step(runner, self.by_epoch)
        self._masks(runner)[self.mask].ratio = self.ratio_at(step)

    @staticmethod
    def _masks(training: Any) -> dict:
        network = training.network  # of a runner too
        transforms, attachments = network.data_preprocessor.batch_transforms, network.attachments
        return {
            **{k: part for k, part in transforms.items() if stated_by(part).ratio is not None},
            **{k: part for k, part in attachments.items() if part.ratio is not None},
        }
