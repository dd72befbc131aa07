"""None switches off what a config inherits."""

from __future__ import annotations

import pytest
from tiny_components import tiny_config

from mmrestore.engine import Runner
from mmrestore.engine.hooks import BatchTransformScheduleHook


@pytest.mark.parametrize(
    'off',
    [
        {'default_hooks.checkpoint.save_best': None},
        {'optim_wrapper.clip_grad': None},
        {'param_scheduler': None, 'custom_hooks': None},
        {'val_dataloader': None},
        {'val_cfg': None},
        {'val_evaluator': None},
        {'model.data_preprocessor.batch_transforms.noise': None},
        {'model.data_preprocessor': None, 'model.inference': None, 'model.attachments': None},
        {'model.losses.extra': None, 'model.training_decorators': None},
        {'visualizer': None, 'log_processor': None, 'auto_scale_lr': None},
        {'default_hooks.logger': None},
    ],
    ids=lambda off: ', '.join(off),
)
def test_none_switches_off_what_a_config_inherits(tmp_path, off):
    config = tiny_config(tmp_path, train_cfg__max_epochs=1, train_cfg__val_interval=1)
    config.model.losses.extra = dict(type='MSELoss')
    config.merge_from_dict(off)
    config.experiment_name = f'off {sorted(off)}'
    runner = Runner.from_cfg(config)
    runner.train()
    assert (runner.val_loop is None) == any(name.startswith('val') for name in off)
    best = [hook.save_best for hook in runner.hooks if type(hook).__name__ == 'CheckpointHook']
    assert best == [[]] or 'default_hooks.checkpoint.save_best' not in off


def test_none_switches_off_parts_of_a_schedule():
    hook = BatchTransformScheduleHook('noise', stop=3, plateau=None, restart_steps=None)
    assert (hook.plateau, hook.restart_steps) == (0, 0)
