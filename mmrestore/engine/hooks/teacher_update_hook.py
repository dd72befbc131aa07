"""Replace the teacher by its student for further stages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mmrestore.engine.hooks.base import Hook, Training, training_of
from mmrestore.engine.hooks.steps import (
    Length,
    check_step,
    counts_epochs,
    current_step,
    in_steps,
)
from mmrestore.models.batch_transform import stated_by
from mmrestore.models.key_differences import key_differences
from mmrestore.registry import HOOKS

if TYPE_CHECKING:
    from mmrestore.engine.runner import Runner


@HOOKS.register_module()
class TeacherUpdateHook(Hook):
    """Make the network the teacher of its own targets at the end of each stage.

    The first stage with a teacher, the second of all, has the one that ``TeacherTarget`` loads. A
    training of M stages in the words of the paper is a run of (M - 1) * ``interval`` steps.
    Optimizers, schedules and the discriminator go on; the paper does not say whether its do. What
    becomes the teacher are the trained weights themselves, not a running average of them.

    A replaced teacher is in every checkpoint, under ``teachers``, for a resumed run.

    Source: Liu, Shu and Wu, "Deep Learning with Inaccurate Training Data for Image Restoration",
    2018, section 5.2 ("In every stage, the surrogate ground truth is regenerated using the model
    from previous stage").

    Args:
        transform: name of the ``TeacherTarget`` in the data preprocessor.
        interval: steps of a stage: a whole number, or a float above 0 and up to 1, a share of all
            iterations, rounded to at least 1.
        by_epoch: whether a whole number of steps is of epochs instead of iterations.

    Raises:
        ValueError: ``interval`` is below 1; at the start of training, if there is no such transform
            or its network is not that of the student, or if the loop counts iterations and this
            hook epochs.
    """

    priority = 'ABOVE_NORMAL'

    def __init__(
        self, transform: str = 'teacher', *, interval: Length, by_epoch: bool = False
    ) -> None:
        self.by_epoch = counts_epochs(by_epoch, interval=interval)
        if isinstance(interval, int) and interval < 1:
            raise ValueError(f'a stage has at least 1 step, got interval={interval}')
        self.transform = transform
        self.interval = interval
        self.updates = 0

    def check(self, training: Training) -> None:
        """Check that the student can become the teacher."""
        check_step(training, self, self.by_epoch)
        network: Any = training.network
        network.data_preprocessor.check_name(self.transform)
        teacher = self._teacher(training)
        if not stated_by(teacher).has_teacher:
            raise ValueError(
                f'the batch transform {self.transform!r} is a {type(teacher).__name__}, which has '
                'no teacher: name a TeacherTarget'
            )
        differences = key_differences(teacher.expected, network.backbone.state_dict())
        if differences:
            raise ValueError(
                f'the student cannot become the teacher of {self.transform!r}, whose network is '
                f'another one. {differences}. Give both the same `backbone`'
            )

    def before_train(self, runner: Runner) -> None:
        """Check the training."""
        self.check(training_of(runner))

    def before_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:
        """Replace the teacher if a stage has ended."""
        interval = in_steps(self.interval, runner.max_iters)
        stages = current_step(runner, self.by_epoch) // interval
        if stages <= self.updates:
            return
        self.updates = stages
        weights = {k: v.clone() for k, v in runner.network.backbone.state_dict().items()}
        self._teacher(runner).replace(weights)
        runner.logger.info('stage %d: the network became its own teacher', stages + 2)

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Keep a teacher that was replaced with the checkpoint."""
        weights = self._teacher(runner).state_dict() if self.updates else {}
        teachers = checkpoint.setdefault('teachers', {})
        teachers[self.transform] = {'updates': self.updates, 'state_dict': weights}

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Take up the teacher of the checkpoint."""
        saved = checkpoint.get('teachers', {}).get(self.transform)
        if saved is not None and saved['updates']:
            self.updates = saved['updates']
            self._teacher(runner).replace(saved['state_dict'])

    def _teacher(self, training: Any) -> Any:
        return training.network.data_preprocessor.batch_transforms[self.transform]
