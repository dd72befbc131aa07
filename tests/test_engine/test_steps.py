"""Lengths in epochs, iterations and shares of a training."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from tiny_components import tiny_config
from trainings import train

from mmrestore.engine import Runner
from mmrestore.engine.hooks import (
    BatchTransformScheduleHook,
    MaskRatioScheduleHook,
    TeacherUpdateHook,
)
from mmrestore.engine.hooks.steps import counts_epochs, in_steps
from mmrestore.models.data_preprocessor import DataPreprocessor
from mmrestore.registry import HOOKS


def fake_runner(max_iters):
    preprocessor = DataPreprocessor(
        batch_transforms=dict(mask=dict(type='RandomPixelMask', ratio=0.5))
    )
    network = SimpleNamespace(data_preprocessor=preprocessor, attachments={})
    return SimpleNamespace(train_loop=None, val_loop=None, max_iters=max_iters, network=network)


@pytest.mark.parametrize(
    ('length', 'total', 'steps'),
    [(0.05, 200, 10), (0.5, 5, 2), (0.001, 200, 1), (1.0, 7, 7), (3, 200, 3), (0, 200, 0)],
)
def test_shares_are_rounded_to_at_least_one_iteration(length, total, steps):
    assert in_steps(length, total) == steps


def test_shares_are_of_iterations():
    assert counts_epochs(True, a=3, b=None) and not counts_epochs(False, a=3)
    assert not counts_epochs(True, a=0.5, b=0, c=None)
    with pytest.raises(ValueError, match='stop is a share of all iterations, start a number of ep'):
        counts_epochs(True, start=2, stop=0.5)
    assert not counts_epochs(False, start=2, stop=0.5)
    for wrong in (0.0, 1.5, -0.1):
        with pytest.raises(ValueError, match='above 0 and up to 1, got'):
            counts_epochs(True, stop=wrong)


def test_shares_of_a_schedule():
    hook = BatchTransformScheduleHook('mask', start=0.1, stop=0.5, restart_steps=0.001)
    hook.before_train(fake_runner(40))
    assert (hook.start, hook.stop, hook.restart_steps, hook.by_epoch) == (4, 20, 1, False)
    mixed = BatchTransformScheduleHook('mask', start=3, stop=0.5, by_epoch=False)
    mixed.before_train(fake_runner(40))
    assert (mixed.start, mixed.stop) == (3, 20)
    with pytest.raises(ValueError, match='stop must not be before start'):
        BatchTransformScheduleHook('mask', start=0.5, stop=0.1)
    with pytest.raises(ValueError, match='plateau_window a number of epochs'):
        BatchTransformScheduleHook('mask', stop=0.5, plateau=2)


def test_shares_of_a_mask_ratio():
    hook = MaskRatioScheduleHook('mask', [(0, 0.0), (0.5, 0.8), (1.0, 0.2)])
    hook.before_train(fake_runner(20))
    assert [step for step, _ in hook.points] == [0, 10, 20]
    assert hook.ratio_at(5) == pytest.approx((0.4, 0.4))
    wrong = MaskRatioScheduleHook('mask', [(50, 0.0), (0.5, 0.8)])
    with pytest.raises(ValueError, match='in the order of the steps'):
        wrong.before_train(fake_runner(20))


def test_shares_of_stages():
    hook = TeacherUpdateHook(interval=0.25)
    assert not hook.by_epoch
    with pytest.raises(ValueError, match=r'up to 1, got 2\.5'):
        TeacherUpdateHook(interval=2.5)


@HOOKS.register_module()
class RecordNoise(BatchTransformScheduleHook):
    """Writes down in which iterations the noise is on."""

    priority = 'LOW'
    seen: list = []

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        if runner.network.data_preprocessor.is_on('noise'):
            RecordNoise.seen.append(runner.iter)


def config_with_share(work_dir, **options):
    config = tiny_config(work_dir, **options)
    schedule = dict(type='BatchTransformScheduleHook', transform='noise', stop=0.35)
    config.default_hooks.schedule = schedule
    config.default_hooks.record = dict(type='RecordNoise', transform='noise')
    return config


def test_a_training_in_epochs_follows_a_share_and_resumes_exactly(tmp_path):
    RecordNoise.seen = []
    whole = train(config_with_share(tmp_path / 'whole'), 'share')
    assert RecordNoise.seen == list(range(7))  # 0.35 of 4 epochs of 5 iterations
    cut = config_with_share(tmp_path / 'cut')
    cut.default_hooks.stop = dict(type='SignalAt', iteration=4)
    cut.experiment_name = 'share cut'
    with pytest.raises(SystemExit):
        Runner.from_cfg(cut).train()
    RecordNoise.seen = []
    resumed = train(config_with_share(tmp_path / 'cut', resume=True), 'share resumed')
    assert RecordNoise.seen == [4, 5, 6]
    assert all(v.equal(resumed['state_dict'][k]) for k, v in whole['state_dict'].items())
