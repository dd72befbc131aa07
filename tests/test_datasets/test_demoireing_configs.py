"""The data sections of demoireing, with made-up screenshots."""

from pathlib import Path

import pytest
import torch
from image_files import write_images

from mmrestore.config import open_config
from mmrestore.datasets import SampleKey
from mmrestore.datasets.collate import collate
from mmrestore.models.data_preprocessor import DataPreprocessor
from mmrestore.registry import DATASETS

FOLDER = Path(__file__).parents[2] / 'configs/_base_/datasets'


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A working directory with the layout of the configs."""
    for part in ('train', 'val', 'test'):
        write_images(tmp_path / 'data/screenshots' / part, '1.png', '2.png', height=300, width=310)
    write_images(tmp_path / 'data/screen_photographs/train', '1.png', height=300, width=280)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ('name', 'crop', 'size', 'test_set'),
    [
        ('demoireing_screenshots.py', 288, 256, 'screenshots'),
        ('demoireing_embedded.py', 112, 96, 'embedded'),
    ],
)
def test_pairs_of_photographs_and_targets(data, name, crop, size, test_set):
    config = open_config(FOLDER / name)
    train = DATASETS.build(config.train_dataloader.dataset)
    batch = collate([train[SampleKey(0, 0, i)] for i in (0, 1)])
    assert batch['inputs'].shape == (2, 3, crop, crop)
    preprocessor = DataPreprocessor(
        batch_transforms=config.model.data_preprocessor.batch_transforms
    )
    torch.manual_seed(0)
    batch = preprocessor(batch, training=True)
    assert batch['inputs'].shape == batch['data_samples'].gt_img.shape == (2, 3, size, size)
    assert 0.01 < (batch['inputs'] - batch['data_samples'].gt_img).abs().mean() < 0.3
    for loader in (config.val_dataloader, config.test_dataloader):
        tests = DATASETS.build(loader.dataset)
        first, again, other = tests[0], tests[0], tests[1]
        assert list(tests.datasets) == [test_set]
        target = first['data_samples'].gt_img
        assert first['inputs'].shape == target.shape == (3, 256, 256)
        assert first['inputs'].equal(again['inputs']) and target.equal(again['data_samples'].gt_img)
        assert not first['inputs'].equal(target) and not first['inputs'].equal(other['inputs'])
    metrics = [metric.get('name', metric.type) for metric in config.val_evaluator.metrics]
    assert metrics == ['PSNR', 'SSIM', 'PSNR_of_input']


def test_real_photographs_come_with_unrelated_screenshots(data):
    config = open_config(FOLDER / 'demoireing_real.py')
    train = DATASETS.build(config.train_dataloader.dataset)
    sample = train[SampleKey(0, 0, 0)]
    assert sample['inputs'].shape == sample['data_samples'].real_img.shape == (3, 256, 256)
    assert 'gt_img' not in sample['data_samples'] and train.name == 'screen_photographs'
    assert config.train_dataloader.total_batch_size == 32
    assert DATASETS.build(config.test_dataloader.dataset)[0]['inputs'].shape == (3, 256, 256)
