"""The schedule of mask ratios."""

from __future__ import annotations

import pytest
from tiny_components import tiny_config

from mmrestore.engine import Runner
from mmrestore.engine.hooks import MaskRatioScheduleHook
from mmrestore.registry import HOOKS


@HOOKS.register_module()
class RecordRatio(MaskRatioScheduleHook):
    """Writes down the ratio of every iteration."""

    priority = 'LOW'

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        self.seen = [*getattr(self, 'seen', []), self._masks(runner)[self.mask].ratio]


def test_ratios_between_points():
    hook = MaskRatioScheduleHook('mask', [(10, 0.2), (20, (0.4, 0.6)), (20, 0.9), (30, 1.0)])
    assert hook.ratio_at(0) == hook.ratio_at(10) == (0.2, 0.2)
    assert hook.ratio_at(15) == pytest.approx((0.3, 0.4))
    assert hook.ratio_at(20) == (0.9, 0.9)
    assert hook.ratio_at(25) == pytest.approx((0.95, 0.95))
    assert hook.ratio_at(1000) == (1.0, 1.0)


@pytest.mark.parametrize('points', [[], [(5, 0.1), (4, 0.2)], [(0, 2.0)]])
def test_wrong_points(points):
    with pytest.raises(ValueError, match=r'points|ratio'):
        MaskRatioScheduleHook('mask', points)


@pytest.mark.parametrize('where', ['attachment', 'batch transform'])
def test_a_training_follows_the_schedule(tmp_path, where):
    config = tiny_config(tmp_path, train_cfg__max_epochs=2)
    config.experiment_name = f'schedule of an {where}'
    if where == 'attachment':
        mask = dict(type='TokenMask', layers='first', at='output', channel_dim=1, ratio=0.0)
        config.model.attachments = dict(mask=mask)
    else:
        mask = dict(type='RandomPixelMask', ratio=0.0)
        config.model.data_preprocessor.batch_transforms.mask = mask
    points = [(0, 0.0), (4, 0.8)]
    config.default_hooks.schedule = dict(type='MaskRatioScheduleHook', mask='mask', points=points)
    config.default_hooks.record = dict(type='RecordRatio', mask='mask', points=points)
    runner = Runner.from_cfg(config)
    runner.train()
    (record,) = [hook for hook in runner.hooks if isinstance(hook, RecordRatio)]
    assert [low for low, _ in record.seen[:6]] == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 0.8])


def test_epochs_of_a_loop_that_has_none_are_refused(tmp_path):
    config = tiny_config(tmp_path)
    config.experiment_name = 'schedule of epochs'
    config.train_cfg = dict(type='IterTrainLoop', max_iters=2, val_interval=10)
    config.param_scheduler = []
    config.default_hooks.checkpoint = dict(type='CheckpointHook', interval=1, by_epoch=False)
    config.model.data_preprocessor.batch_transforms.mask = dict(type='RandomPixelMask', ratio=0.5)
    config.default_hooks.schedule = dict(
        type='MaskRatioScheduleHook', mask='mask', points=[(0, 0.5)], by_epoch=True
    )
    with pytest.raises(ValueError, match='counts epochs'):
        Runner.from_cfg(config).train()


def test_an_unknown_mask_is_answered_with_near_names(tmp_path):
    config = tiny_config(tmp_path)
    config.experiment_name = 'schedule of no mask'
    config.model.data_preprocessor.batch_transforms.mask = dict(type='RandomPixelMask', ratio=0.5)
    config.default_hooks.schedule = dict(
        type='MaskRatioScheduleHook', mask='masks', points=[(0, 0.5)]
    )
    with pytest.raises(ValueError, match='Did you mean mask'):
        Runner.from_cfg(config).train()
