"""Misspelled settings are reported before anything is built."""

from __future__ import annotations

import re

import pytest
from tiny_components import tiny_config

from mmrestore.commands import main
from mmrestore.config import check_config, config_text
from mmrestore.config.top_level import check_settings
from mmrestore.engine import Runner


def test_the_tiny_config_passes(tmp_path, recwarn):
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
        ('env_cfg.cudnn_benchmrk', "'cudnn_benchmrk'. Did you mean cudnn_benchmark"),
        ('randomness.sed', "randomness has no argument 'sed'. Did you mean seed"),
        ('auto_scale_lr.base_batchsize', "'base_batchsize'. Did you mean base_batch_size"),
        ('default_hooks.chekpoint.interval', "no hook 'chekpoint'. Did you mean checkpoint"),
    ],
)
def test_near_names(tmp_path, setting, message):
    config = tiny_config(tmp_path)
    config.merge_from_dict({setting: 1})
    with pytest.raises((TypeError, ValueError), match=message):
        Runner.from_cfg(config)
    assert not any(tmp_path.iterdir()), 'nothing is written before the config is checked'


def test_settings_read_by_mmengine(tmp_path):
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


def test_misspelled_settings_are_refused_and_variables_are_not():
    check_settings(['model', 'sigma', 'teacher'], variables=())
    check_settings(['optim_wraper'], variables=['optim_wraper'])
    with pytest.raises(TypeError, match=r'nothing reads the setting .modle.. Did you mean model'):
        check_settings(['modle'], variables=())


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
        (['train', '{}/tiny.py', '--work-dir', '{}/tiny.py'], 'must be a folder'),
    ],
)
def test_invalid_arguments_of_commands(tmp_path, capsys, words, message):
    (tmp_path / 'tiny.py').write_text(config_text(tiny_config(tmp_path)))
    with pytest.raises((SystemExit, FileNotFoundError)) as error:
        main([word.format(tmp_path) for word in words])
    assert re.search(message, capsys.readouterr().err + str(error.value))
