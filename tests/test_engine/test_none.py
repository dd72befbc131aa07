"""None switches off what a config inherits."""

from __future__ import annotations

import re

import pytest
from tiny_components import tiny_config

from mmrestore.apis import test as run_test
from mmrestore.apis import train
from mmrestore.config import open_config
from mmrestore.config.absent import without_absent
from mmrestore.config.overrides import with_overrides
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
        {'train_cfg.val_interval': 0, 'default_hooks.checkpoint.save_best': 'auto'},
        {'train_cfg.val_interval': None, 'default_hooks.summary': {'type': 'SummaryHook'}},
        {'model.data_preprocessor.batch_transforms.noise': None},
        {'model.data_preprocessor': None, 'model.inference': None, 'model.attachments': None},
        {'model.losses.extra': None, 'model.training_decorators': None},
        {'visualizer': None, 'log_processor': None, 'auto_scale_lr': None},
        {'default_hooks.logger': None},
        {'default_hooks.timer': None},
        {'default_hooks.runtime_info': None},
        {'default_hooks.param_scheduler': None, 'default_hooks.checkpoint': None},
        {'val_dataloader.sampler': None, 'train_dataloader.num_workers': None},
        {'custom_imports': None, 'randomness': None, 'env_cfg': None, 'resume': None},
        {'env_cfg.mp_cfg': None, 'randomness.deterministic': None, 'log_level': None},
        {'val_evaluator.metrics.1': None, 'param_scheduler.0': None, 'custom_hooks.0': None},
        {'visualizer.vis_backends': None, 'optim_wrapper.optimizer.weight_decay': None},
        {'model.test_seed': None, 'model.compile': None, 'model.init_cfg': None},
    ],
    ids=lambda off: ', '.join(off),
)
def test_none_switches_off_what_a_config_inherits(tmp_path, off):
    config = tiny_config(tmp_path, train_cfg__max_epochs=1, train_cfg__val_interval=1)
    config.model.losses.extra = dict(type='MSELoss')
    config.val_evaluator.metrics.append(dict(type='SSIM'))
    config = open_config(config, off)
    config.experiment_name = f'off {sorted(off)}'
    runner = Runner.from_cfg(config)
    runner.train()
    validates = not any(re.fullmatch(r'val_[^.]+|train_cfg.val_interval', name) for name in off)
    assert (runner.val_loop is not None) == validates
    best = [hook.save_best for hook in runner.hooks if type(hook).__name__ == 'CheckpointHook']
    assert best == [[]] or off.get('default_hooks.checkpoint.save_best', '') is not None


def test_none_switches_off_parts_of_a_schedule():
    hook = BatchTransformScheduleHook('noise', stop=3, plateau=None, restart_steps=None)
    assert (hook.plateau, hook.restart_steps) == (0, 0)


def test_a_rate_that_is_off_cannot_be_scaled(tmp_path):
    with pytest.raises(ValueError, match='--auto-scale-lr needs auto_scale_lr='):
        train(tiny_config(tmp_path / 'run'), overrides={'auto_scale_lr': None}, auto_scale_lr=True)


def test_an_argument_without_a_value_is_not_given(tmp_path):
    changes = {'model.losses': None, 'model.test_seed': None, 'param_scheduler.0.gamma': None}
    config = without_absent(with_overrides(tiny_config(tmp_path).to_dict(), changes))
    assert 'losses' not in config['model'] and config['model']['test_seed'] is None
    assert config['param_scheduler'] == [dict(type='StepLR', step_size=2, by_epoch=True)]
    assert 'sampler_seed' in config['default_hooks']


def test_validation_that_is_off_reads_no_images(tmp_path):
    config = tiny_config(tmp_path, train_cfg__val_interval=0, train_cfg__max_epochs=1)
    config.val_dataloader.dataset = dict(type='ImageFolder', root='nowhere', pipeline=[])
    config.experiment_name = tmp_path.name
    assert (train(config) / 'epoch_1.pth').is_file()


@pytest.mark.parametrize(
    ('change', 'message'),
    [
        ({'train_cfg.val_interval': -1}, 'train_cfg.val_interval must be .* from 0 on, got -1'),
        ({'train_cfg.val_interval': 0.5}, 'train_cfg.val_interval: expected a whole number'),
        ({'train_cfg.max_epochs': 0}, 'train_cfg.max_epochs must be .* from 1 on, got 0'),
        ({'model.losses.pixel': None}, 'Restorer has no loss and cannot be trained'),
        ({'model': None}, 'does not describe a training: give model'),
        ({'val_dataloader.dataset': None}, 'val_dataloader needs a dataset'),
        ({'optim_wrapper.optimizer': None}, 'optim_wrapper needs an optimizer'),
        ({'train_cfg.type': None}, 'train_cfg.type is None: set a type'),
        ({'optim_wrapper': None}, 'does not describe a training: give optim_wrapper'),
        ('val_evaluator', 'val_evaluator must stand beside val_cfg, val_dataloader; val_data'),
        ('test_cfg', 'test_cfg must stand beside test_dataloader, test_evaluator'),
    ],
)
def test_halves_and_numbers_that_cannot_be_meant(tmp_path, change, message):
    config = tiny_config(tmp_path / 'run')
    config.test_dataloader, config.test_evaluator = config.val_dataloader, config.val_evaluator
    config.test_cfg = dict(type='TestLoop')
    if isinstance(change, str):
        config.pop(change)
        change = {}
    with pytest.raises(ValueError, match=message) as error:
        train(config, overrides=change)
    assert len(str(error.value)) < 200 and not (tmp_path / 'run').exists()


@pytest.mark.parametrize(
    ('part', 'message'),
    [('dataloader', 'has no test sets'), ('evaluator', 'not describe a test: give test_evaluator')],
)
def test_a_test_of_nothing_is_refused(tmp_path, part, message):
    config = tiny_config(tmp_path / 'run')
    config[f'val_{part}'] = None
    with pytest.raises(ValueError, match=message):
        run_test(config)
    assert not (tmp_path / 'run').exists()
