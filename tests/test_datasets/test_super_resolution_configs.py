"""The data sections of super-resolution, with made-up images in place of the data sets."""

from pathlib import Path

import pytest
import torch
from image_files import write_images

from mmrestore.config import open_config
from mmrestore.datasets import SampleKey
from mmrestore.functional import resize
from mmrestore.registry import DATASETS, METRICS

FOLDER = Path(__file__).parents[2] / 'configs/_base_/datasets'
LARGE = {'super_resolution_div2k': 192, 'super_resolution_embedded': 192}


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A working directory with the layout of the configs."""
    names = [f'{i:04d}.png' for i in range(801, 812)]
    write_images(tmp_path / 'data/DIV2K/train/HR', '0001.png', height=200, width=210)
    write_images(tmp_path / 'data/DIV2K/valid/HR', *names, height=42, width=51)
    for name in ('kodak24', 'cbsd68', 'urban100'):
        write_images(tmp_path / 'data/test' / name, '1.png', height=42, width=51)
    write_images(tmp_path / 'data/test/kodak24', 'kodim01.png', height=402, width=451)
    monkeypatch.chdir(tmp_path)


def load(name, tmp_path, dumped):
    config = open_config(FOLDER / f'{name}.py')
    if dumped:  # MMEngine sorts the steps of a pipeline in a copy
        config.dump(tmp_path / 'copy.py')
        config = open_config(tmp_path / 'copy.py')
    return config


@pytest.mark.parametrize('name', LARGE)
@pytest.mark.parametrize('dumped', [False, True])
def test_training_has_large_images_and_tests_have_pairs(data, tmp_path, name, dumped):
    config = load(name, tmp_path, dumped)
    train = DATASETS.build(config.train_dataloader.dataset)
    sample = train[SampleKey(0, 0, 0)]
    assert sample['inputs'].shape == (3, LARGE[name], LARGE[name])
    assert sample['inputs'].dtype == torch.uint8 and 'gt_img' not in sample['data_samples']
    for loader in (config.val_dataloader, config.test_dataloader):
        sample = DATASETS.build(loader.dataset)[0]
        target = sample['data_samples'].gt_img
        assert sample['inputs'].equal(resize(target, scale=1 / 4))
    metrics = [METRICS.build(cfg) for cfg in config.test_evaluator.metrics]
    assert [(m.name, m.channel, m.crop_border) for m in metrics] == [
        ('PSNR', 'y', 4),
        ('SSIM', 'y', 4),
    ]
    assert config.val_evaluator == config.test_evaluator


def test_the_test_sets(data):
    config = open_config(FOLDER / 'super_resolution_div2k.py')
    assert config.train_dataloader.total_batch_size == 16
    val, test = (
        DATASETS.build(loader.dataset) for loader in (config.val_dataloader, config.test_dataloader)
    )
    assert [Path(s['data_samples'].path).stem for s in val] == [f'08{i:02d}' for i in range(1, 11)]
    assert {name: len(part) for name, part in test.datasets.items()} == {
        'div2k_valid': 11,
        'kodak24': 2,
        'cbsd68': 1,
        'urban100': 1,
    }


@pytest.mark.parametrize('dumped', [False, True])
def test_one_picture_is_trained_on_as_it_is_tested(data, tmp_path, dumped):
    """Crops of training come out of the small picture; the large one is nowhere in them."""
    config = load('super_resolution_one_picture', tmp_path, dumped)
    train = DATASETS.build(config.train_dataloader.dataset)
    test = DATASETS.build(config.test_dataloader.dataset)
    assert len(train) == len(test) == 1
    picture = test[0]['inputs']
    assert picture.shape == (3, 100, 112) and test[0]['data_samples'].gt_img.shape == (3, 400, 448)
    windows = {
        bytes(picture[:, top : top + 96, left : left + 96].contiguous().numpy())
        for top in range(5)
        for left in range(17)
    }
    train.transforms = [t for t in train.transforms if type(t).__name__ != 'RandomDihedral']
    for epoch in range(5):
        sample = train[SampleKey(0, epoch, 0)]
        assert bytes(sample['inputs'].numpy()) in windows and 'gt_img' not in sample['data_samples']
