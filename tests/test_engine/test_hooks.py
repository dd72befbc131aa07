"""The hooks, each for itself."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from mmrestore.engine.hooks import (
    BatchTransformScheduleHook,
    IterationSeedHook,
    iteration_seed,
    side_by_side,
)
from mmrestore.models.data_preprocessor import DataPreprocessor


class FakeRunner:
    """Walks through epochs of three iterations with given losses and learning rates."""

    def __init__(self, losses=None, rates=None):
        preprocessor = DataPreprocessor(batch_transforms=dict(shuffle=dict(type='TinyNoise')))
        self.network = SimpleNamespace(data_preprocessor=preprocessor)
        self.logger = SimpleNamespace(info=lambda *words: None)
        self.train_loop = self.val_loop = None
        self.losses, self.rates = losses or {}, rates or {}
        self.optim_wrapper = SimpleNamespace(
            get_lr=lambda: {'lr': [self.rates.get(self.epoch, 1.0)]}
        )

    def epochs(self, hook, num, first=0):
        """Return, for each epoch, whether the transform was on in it."""
        states = []
        for self.epoch in range(first, first + num):
            on = set()
            for i in range(3):
                self.iter = 3 * self.epoch + i
                hook.before_train_iter(self, i)
                on.add(self.network.data_preprocessor.is_on('shuffle'))
                loss = torch.tensor(self.losses.get(self.epoch, 1.0))
                hook.after_train_iter(self, i, outputs={'loss': loss})
            assert len(on) == 1
            states.append(on.pop())
        return states


def test_it_stops_at_the_given_epoch_or_iteration():
    assert FakeRunner().epochs(BatchTransformScheduleHook('shuffle', stop=2), 4) == [1, 1, 0, 0]
    hook = BatchTransformScheduleHook('shuffle', start=3, stop=9, by_epoch=False)
    assert FakeRunner().epochs(hook, 4) == [0, 1, 1, 0]


def test_it_stops_when_the_loss_has_reached_a_plateau():
    losses = {0: 1.0, 1: 0.5, 2: 0.4, 3: 0.399, 4: 0.398, 5: 0.1}
    hook = BatchTransformScheduleHook('shuffle', stop=20, plateau=2)
    # Epochs 3 and 4 improve by less than 1 %: known at the start of epoch 5.
    assert FakeRunner(losses).epochs(hook, 8) == [1, 1, 1, 1, 1, 0, 0, 0]
    falling = {epoch: 0.9**epoch for epoch in range(30)}
    hook = BatchTransformScheduleHook('shuffle', stop=5, plateau=2)
    assert FakeRunner(falling).epochs(hook, 7) == [1, 1, 1, 1, 1, 0, 0]


def test_steps_of_a_discriminator_alone_do_not_count_for_the_plateau():
    hook = BatchTransformScheduleHook('shuffle', plateau=2)
    before = dict(hook.state)
    hook.after_train_iter(None, 0, outputs={'loss_discriminator': torch.tensor(1.4)})
    assert hook.state == before


def test_it_starts_again_after_each_step_of_the_learning_rate():
    rates = {epoch: 1.0 if epoch < 4 else 0.5 if epoch < 7 else 0.25 for epoch in range(10)}
    hook = BatchTransformScheduleHook('shuffle', stop=1, restart_steps=2)
    assert FakeRunner(rates=rates).epochs(hook, 10) == [1, 0, 0, 0, 1, 1, 0, 1, 1, 0]


@pytest.mark.parametrize('cut', range(1, 9))
def test_its_state_survives_a_resume(cut):
    losses = {0: 1.0, 1: 0.5, 2: 0.499, 3: 0.498, 4: 0.2}
    rates = {epoch: 1.0 if epoch < 6 else 0.5 for epoch in range(10)}
    options = dict(stop=20, plateau=2, restart_steps=2)
    whole = FakeRunner(losses, rates).epochs(BatchTransformScheduleHook('shuffle', **options), 9)
    first, second = (BatchTransformScheduleHook('shuffle', **options) for _ in range(2))
    states = FakeRunner(losses, rates).epochs(first, cut)
    checkpoint = {}
    first.before_save_checkpoint(None, checkpoint)
    second.after_load_checkpoint(None, checkpoint)
    assert states + FakeRunner(losses, rates).epochs(second, 9 - cut, first=cut) == whole
    assert whole == [1, 1, 1, 1, 0, 0, 1, 1, 0]


def test_bad_schedules_are_refused():
    with pytest.raises(ValueError, match='stop must not be before start'):
        BatchTransformScheduleHook('shuffle', start=3, stop=2)
    with pytest.raises(ValueError, match='must not be negative'):
        BatchTransformScheduleHook('shuffle', plateau=-1)
    with pytest.raises(ValueError, match='Did you mean shuffle'):
        BatchTransformScheduleHook('shufle').before_train(FakeRunner())


def test_draws_depend_on_seed_iteration_and_rank_alone():
    def draw(**facts):
        IterationSeedHook().before_train_iter(SimpleNamespace(**facts), 0)
        return torch.rand(3).tolist(), float(np.random.rand())  # noqa: NPY002

    facts = dict(seed=0, iter=5, rank=0)
    assert draw(**facts) == draw(**facts)
    others = [draw(**{**facts, key: 1}) for key in facts]
    assert all(other != draw(**facts) for other in others)
    assert 0 <= iteration_seed(2**31 - 1, 10**7, 511) < 2**63


def test_pictures_stand_side_by_side():
    small, gray, large = torch.zeros(3, 2, 3), torch.full((1, 4, 6), 0.5), torch.ones(3, 4, 6)
    row = side_by_side([small, gray, large], gap=2)
    assert row.shape == (4, 6 + 2 + 6 + 2 + 6, 3)
    assert row.dtype == np.uint8
    assert row[0].tolist() == [[0] * 3] * 6 + [[255] * 3] * 2 + [[128] * 3] * 6 + [[255] * 3] * 8
