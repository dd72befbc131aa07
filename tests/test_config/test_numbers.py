"""Numbers given as text."""

from __future__ import annotations

import pytest
import yaml
from tiny_components import tiny_config

from mmrestore.config import open_config
from mmrestore.config.check import check_config
from mmrestore.config.numbers import _advice


@pytest.mark.parametrize(
    ('key', 'value', 'named'),
    [
        ('optim_wrapper.optimizer.lr', '1e-4', ''),
        ('optim_wrapper.optimizer.betas', [0.9, '1e-3'], '.1'),
        ('optim_wrapper.optimizer', {'type': 'SGD', 'lr': '.5', '_delete_': True}, '.lr'),
        ('optim_wrapper.clip_grad', {'max_norm': '1e0'}, '.max_norm'),
        ('optim_wrapper.paramwise_cfg', {'custom_keys': {'a': {'lr_mult': '0.1'}}},
         '.custom_keys.a.lr_mult'),
        ('param_scheduler', [{'type': 'StepLR', 'step_size': 1, 'gamma': '5e-1'}], '.0.gamma'),
        ('train_cfg.max_epochs', '10', ''),
        ('train_dataloader.batch_size', '8', ''),
        ('train_dataloader.total_batch_size', ' 8', ''),
        ('auto_scale_lr', {'base_batch_size': '16'}, '.base_batch_size'),
        ('randomness.seed', '5', ''),
        ('model.data_preprocessor.batch_transforms.noise.sigma', '2E1', ''),
        ('custom_hooks', [{'type': 'EMAHook', 'momentum': '2e-4'}], '.0.momentum'),
    ],
)  # fmt: skip
def test_numbers_as_text_are_reported(tmp_path, key, value, named):
    config = tiny_config(tmp_path)
    check_config(config)
    with pytest.raises(ValueError, match=f'^{key}{named} must be a number, got the text') as error:
        open_config(config, {key: value})
    assert '\n' not in str(error.value)


@pytest.mark.parametrize(
    ('key', 'value'),
    [
        ('experiment_name', '2024'),
        ('load_from', '1e5'),
        ('val_dataloader.dataset', {'type': 'ImageFolder', 'root': '1e5', 'name': '2e1',
                                    'pipeline': [], '_delete_': True}),
    ],
)  # fmt: skip
def test_names_that_look_like_numbers_are_unchanged(tmp_path, key, value):
    open_config(tiny_config(tmp_path), {key: value})


def test_a_rate_in_yaml(tmp_path):
    (tmp_path / 'c.yaml').write_text(
        '_base_: mmrestore::supervised/swinir_s.py\noptim_wrapper:\n  optimizer:\n    lr: 1e-4\n'
    )
    message = r"lr must be a number, got the text '1e-4': write 1\.0e-4 \(1e-4 is text in YAML\)"
    with pytest.raises(ValueError, match=message):
        open_config(tmp_path / 'c.yaml')


@pytest.mark.parametrize('text', ['1e-4', '1E4', '-5e-3', '2.5e3', '.5e-1', '3', '0.1', '1.0e-4'])
def test_the_advice_is_a_number_in_yaml(text):
    assert yaml.safe_load(_advice(text).split()[1]) == float(text)
