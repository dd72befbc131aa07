"""Networks that enlarge, trained on large images alone by a real Runner."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from image_files import write_image
from mmengine.config import Config

from mmrestore.config import open_config
from mmrestore.datasets import EmbeddedPhotographs
from mmrestore.engine import Runner
from mmrestore.functional import psnr, resize

CONFIGS = Path(__file__).parents[2] / 'configs'
BACKBONES = {
    'srresnet': {'type': 'SRResNet', 'channels': 8, 'num_blocks': 1, 'scale': 4},
    'edsr': {'type': 'EDSR', 'channels': 8, 'num_blocks': 1, 'scale': 4},
    'zssr': {
        'type': 'PreUpsampling',
        'backbone': {
            'type': 'DnCNN',
            'in_channels': 3,
            'channels': 16,
            'num_layers': 4,
            'batch_norm': False,
        },
    },
}


def write_config(folder: Path, backbone: dict, data: str, **train_cfg) -> Config:
    (folder / 'config.py').write_text(
        f"""
_base_ = [
    '{CONFIGS}/_base_/datasets/{data}.py',
    '{CONFIGS}/_base_/iteration_runtime.py',
]
model = dict(
    type='Restorer',
    backbone={backbone!r},
    losses=dict(pixel=dict(type='L1Loss')),
    data_preprocessor=dict(
        type='DataPreprocessor',
        batch_transforms=dict(
            low_resolution=dict(type='BicubicDownsample', scale={{{{_base_.scale}}}})
        ),
    ),
    inference=dict(pad=dict(type='Pad')),
)
train_dataloader = dict(num_workers=0, dataset=dict(pipeline=dict(patch=dict(size=48))))
val_dataloader = dict(num_workers=0)
test_dataloader = val_dataloader
optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-3))
train_cfg = dict(type='IterTrainLoop', **{train_cfg!r})
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
"""
    )
    config = open_config(folder / 'config.py')
    config.work_dir = str(folder / 'run')
    config.experiment_name = folder.name
    config.env_cfg.mp_cfg = dict(mp_start_method='fork', opencv_num_threads=0)
    return config


def enlarging_bicubically(config: Config) -> Runner:
    """Return a runner whose stack of convolutions begins with finding nothing."""
    runner = Runner.from_cfg(config)
    convs = [m for m in runner.model.modules() if isinstance(m, torch.nn.Conv2d)]
    torch.nn.init.zeros_(convs[-1].weight)
    return runner


@pytest.mark.parametrize('name', ['srresnet', 'edsr'])
def test_networks_that_enlarge(tmp_path, name):
    config = write_config(
        tmp_path, BACKBONES[name], 'super_resolution_embedded', max_iters=30, val_interval=15
    )
    config.train_dataloader.total_batch_size = 4
    config.val_dataloader.dataset.pipeline = dict(
        image=dict(type='LoadImage'),
        middle=dict(type='CenterCrop', size=(66, 83)),
        low_resolution=dict(type='BicubicDownsample', scale=4),
        tensor=dict(type='PackInputs'),
    )
    config.default_hooks.logger.interval = 1
    runner = Runner.from_cfg(config)
    runner.train()
    records = [
        json.loads(line)
        for line in next(Path(config.work_dir).glob('*/vis_data/scalars.json'))
        .read_text()
        .split('\n')
        if line
    ]
    losses = [record['loss_pixel'] for record in records if 'loss_pixel' in record]
    values = [record['embedded/PSNR'] for record in records if 'embedded/PSNR' in record]
    assert len(losses) == 30 and sum(losses[-5:]) < 0.8 * sum(losses[:5])
    assert len(values) == 2 and 5 < values[0] < values[1] < 40
    # input, restored and target side by side, each of 64 x 80, with gaps of 4
    pictures = sorted(Path(config.work_dir).glob('*/vis_data/vis_image/*.png'))
    assert len(pictures) == 2


def test_the_bicubic_enlargement_is_measured_as_papers_do(tmp_path):
    """A stack that finds nothing has the PSNR of bicubic enlargement, computed here."""
    config = write_config(
        tmp_path, BACKBONES['zssr'], 'super_resolution_embedded', max_iters=1, val_interval=1
    )
    metrics = enlarging_bicubically(config).test()
    values = []
    for sample in EmbeddedPhotographs('test', pipeline=[dict(type='LoadImage')]):
        large = torch.from_numpy(sample['img']).permute(2, 0, 1)
        large = large[:, : large.shape[1] // 4 * 4, : large.shape[2] // 4 * 4]
        small = resize(large, scale=0.25) / 255
        pred, target = resize(small, scale=4), large / 255
        values.append(psnr(pred[None], target[None], channel='y', crop_border=4).item())
    assert metrics['embedded/PSNR'] == pytest.approx(sum(values) / 2, abs=1e-4)
    assert 24 < metrics['embedded/PSNR'] < 32


def test_one_picture_is_learnt_from_itself(tmp_path, monkeypatch):
    """After training on the small picture alone, the large one is met better than bicubically."""
    photograph = EmbeddedPhotographs('test', pipeline=[dict(type='LoadImage')])[0]['img']
    write_image(tmp_path / 'data/test/kodak24/kodim01.png', photograph)
    monkeypatch.chdir(tmp_path)
    config = write_config(
        tmp_path, BACKBONES['zssr'], 'super_resolution_one_picture', max_iters=120, val_interval=120
    )
    config.train_dataloader.dataset.pipeline.patch.size = 96
    config.optim_wrapper.optimizer.lr = 2e-3
    config.param_scheduler = [
        dict(type='CosineAnnealingLR', T_max=120, eta_min=0.0, by_epoch=False)
    ]
    runner = enlarging_bicubically(config)
    before = runner.test()['picture/PSNR']
    runner.train()
    after = runner.val_loop.run()['picture/PSNR']
    assert after > before + 0.2, (before, after)
