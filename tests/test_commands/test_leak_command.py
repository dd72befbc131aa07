"""The command that tells whether a training learns the noise."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from exit_status import exit_status
from mmengine.config import Config

from mmrestore.analysis.training_sample import training_sample
from mmrestore.config import config_text, open_config
from mmrestore.registry import MODELS

CONFIGS = Path(__file__).parents[2] / 'configs'
SMALL = ['--elements', '4', '--size', '64']


@pytest.mark.parametrize(
    ('config', 'options', 'status', 'message'),
    [
        ('apr_rd/atbsn', ['model.backbone.channels=4'], 0, 'no leak: none of 4 outputs'),
        (
            'apr_rd/atbsn',
            ['model.backbone.channels=4', 'model.backbone.blind_spot_shift=0'],
            1,
            '4 of 4 outputs (100.0 %), by a gradient of up to ',
        ),
        ('apr_rd/apr_atbsn', ['model.backbone.channels=4'], 0, 'no leak'),
        ('apr_rd/n2n_unet', ['model.backbone.channels=4'], 0, 'no leak'),
        ('supervised/dncnn_25_gray', ['model.backbone.channels=4'], 0, "'noise' adds noise to the"),
        (
            'supervised/swinir_s_gopro',
            [f'model.backbone.{x}' for x in ('embed_channels=12', 'depths=[1]', 'num_heads=[2]')],
            0,
            'the data set has targets of its own',
        ),
    ],
)
def test_configs(capsys, config, options, status, message):
    words = [str(CONFIGS / f'{config}.py'), *SMALL, '--cfg-options', *options]
    assert exit_status('analyze', 'leak', *words) == status
    assert message in capsys.readouterr().out


def config_file(tmp_path, **dataset):
    crop = dict(type='RandomCrop', size=32)
    pipeline = dict(image=dict(type='LoadImage'), patch=crop, tensor=dict(type='PackInputs'))
    config = dict(
        model=dict(type='Restorer', backbone=dict(type='UNet', channels=4), losses=dict()),
        train_dataloader=dict(dataset={'root': 'nowhere', 'pipeline': pipeline, **dataset}),
    )
    path = tmp_path / 'config.py'
    path.write_text(config_text(Config(config)))
    return str(path)


def test_tolerance_and_checkpoint(tmp_path, capsys):
    config = config_file(tmp_path)
    net = MODELS.build(dict(type='UNet', channels=4))
    for parameter in net.parameters():
        torch.nn.init.constant_(parameter, 0.01)
    torch.save(net.state_dict(), tmp_path / 'weights.pth')
    words = [config, '--elements', '2']
    assert exit_status('analyze', 'leak', *words) == 1
    assert exit_status('analyze', 'leak', *words, '--tolerance', '1') == 0
    weights = str(tmp_path / 'weights.pth')
    assert exit_status('analyze', 'leak', *words, '--checkpoint', weights) == 1
    capsys.readouterr()
    for more, message in (
        (['--checkpoint', str(tmp_path / 'none.pth')], 'there is no checkpoint file'),
        (['--size', '40'], 'change the size of the crop'),
        (['--cfg-options', 'modle.losses=None'], 'Did you mean model'),
    ):
        assert exit_status('analyze', 'leak', *words, *more) == 1
        assert message in capsys.readouterr().err


def test_samples_as_the_pipeline_makes_them(tmp_path):
    def sample(**dataset):
        config = open_config(config_file(tmp_path, **dataset))
        return training_sample(config.train_dataloader.dataset)

    assert sample()['inputs'].shape == (3, 32, 32)
    assert 'gt_img' not in sample()['data_samples']
    assert sample(gt_root='clean')['data_samples'].gt_img.shape == (3, 32, 32)
    assert sample(datasets=dict(a=dict(gt_root='b')))['data_samples'].gt_img.shape == (3, 32, 32)
    noise = dict(type='AddNoise', noise=dict(type='GaussianNoise', sigma=25))
    steps = [dict(type='LoadImage', color='gray'), noise, dict(type='PackInputs')]
    single = sample(pipeline=steps)
    assert single['inputs'].shape == single['data_samples'].gt_img.shape == (1, 256, 256)
    noise['keep_clean'] = False
    assert 'gt_img' not in sample(pipeline=steps)['data_samples']
    enlarged = [dict(type='LoadImage'), dict(type='RandomCrop', size=8, scale=3)]
    pair = sample(pipeline=[*enlarged, dict(type='PackInputs')], gt_root='clean')
    assert pair['data_samples'].gt_img.shape == (3, 24, 24)


def test_configs_that_train_nothing(tmp_path, capsys):
    assert exit_status('analyze', 'leak', str(CONFIGS / 'apr_rd/quickstart.py')) == 1
    assert 'give the config of one: quickstart_apr.py, quickstart_rd.py' in capsys.readouterr().err
    words = [config_file(tmp_path), '--cfg-options', 'train_dataloader=None']
    assert exit_status('analyze', 'leak', *words) == 1
    assert 'no train_dataloader' in capsys.readouterr().err
