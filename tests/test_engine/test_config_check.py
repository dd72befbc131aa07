"""Misspelt settings are named before anything is built."""

from __future__ import annotations

import re

import pytest
from tiny_components import tiny_config

from mmrestore.cli import main
from mmrestore.engine import Runner
from mmrestore.engine.config_check import check_config, check_overrides
from mmrestore.engine.hooks import BatchTransformScheduleHook
from mmrestore.engine.runner import config_text


def test_the_tiny_config_is_right(tmp_path, recwarn):
    check_config(tiny_config(tmp_path))
    assert not recwarn


@pytest.mark.parametrize(
    ('setting', 'message'),
    [
        ('model.bakbone', "Restorer has no argument 'bakbone'. Did you mean backbone"),
        ('train_cfg.max_epoch', "'max_epoch'. Did you mean max_epochs"),
        ('train_dataloader.batch_sise', "'batch_sise'. Did you mean batch_size"),
        ('train_dataloader.sampler.shufle', "'shufle'. Did you mean shuffle"),
        ('optim_wrapper.optimizer.beta', "Adam has no argument 'beta'. Did you mean betas"),
        ('default_hooks.checkpoint.keep', "CheckpointHook has no argument 'keep'"),
        ('default_hooks.chekpoint.interval', "no 'chekpoint' to change. Did you mean checkpoint"),
    ],
)
def test_near_names(tmp_path, setting, message):
    config = tiny_config(tmp_path)
    config.merge_from_dict({setting: 1})
    with pytest.raises((TypeError, ValueError), match=message):
        Runner.from_cfg(config)
    assert not any(tmp_path.iterdir()), 'nothing is written before the config is checked'


def test_what_mmengine_reads_itself(tmp_path):
    config = tiny_config(tmp_path)
    config.val_evaluator = dict(type='PSNR')
    config.optim_wrapper.paramwise_cfg = dict(norm_decay_mult=0)
    config.optim_wrapper.constructor = 'DefaultOptimWrapperConstructor'
    config.default_hooks.logger.priority = 'LOW'
    config.custom_hooks[0].priority = 'NORMAL'
    check_config(config)
    config.val_evaluator = [dict(type='PSNR'), dict(type='SSIM', chanel='y')]
    with pytest.raises(TypeError, match='Did you mean channel'):
        check_config(config)


def test_overrides_of_nothing():
    with pytest.raises(ValueError, match=r"no setting 'optim_wraper'\. Did you mean optim_wrapper"):
        check_overrides({'model': {}}, ['optim_wraper.optimizer.lr'])
    check_overrides({'sigma': 50}, ['sigma', 'load_from', 'find_unused_parameters'])


def test_what_is_taken_away_must_be_there():
    config = {'model': {'transforms': {'mask': {'type': 'A'}}, 'hooks': [{'type': 'B'}]}}
    with pytest.raises(ValueError, match=r'maks=None: the config has no such.*Did you mean mask'):
        check_overrides(config, {'model.transforms.maks': None})
    with pytest.raises(ValueError, match='mask=None: the config has no such'):
        check_overrides(config, {'model.trasforms.mask': None})
    fine = {'model.transforms.mask': None, 'model.hooks.0': None, 'model.transforms.b.c': 1}
    check_overrides(config, fine)


def test_variables_of_a_config_are_no_error(tmp_path):
    config = tiny_config(tmp_path)
    config.sigma = 50
    config.optim_wraper = dict(type='OptimWrapper')
    with pytest.warns(UserWarning, match='Did you mean optim_wrapper'):
        check_config(config)


def test_hooks_set_to_none_are_left_out(tmp_path):
    config = tiny_config(tmp_path)
    config.default_hooks.pictures = None
    config.default_hooks.curves = None
    names = [type(hook).__name__ for hook in Runner.from_cfg(config).hooks]
    assert 'CheckpointHook' in names and 'PictureHook' not in names


@pytest.mark.parametrize(
    ('words', 'message'),
    [
        (['train', '{}/tinny.py'], 'Did you mean .*tiny.py'),
        (['test', 'epoch_1.pth', '{}/tiny.py'], 'the config comes first'),
        (['train', '{}/tiny.py', '--work-dir', '{}/tiny.py'], 'must be a folder'),
    ],
)
def test_words_that_cannot_be_meant(tmp_path, capsys, words, message):
    (tmp_path / 'tiny.py').write_text(config_text(tiny_config(tmp_path)))
    with pytest.raises(SystemExit):
        main([word.format(tmp_path) for word in words])
    assert re.search(message, capsys.readouterr().err)


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
    assert config.val_dataloader is not None or 'val_dataloader' in off


def test_none_switches_off_parts_of_a_schedule():
    hook = BatchTransformScheduleHook('noise', stop=3, plateau=None, restart_steps=None)
    assert (hook.plateau, hook.restart_steps) == (0, 0)
