"""The data sections of the configs, with made-up images in place of the data sets."""

from pathlib import Path

import pytest
from image_files import write_images
from mmengine.config import Config

from mmrestore.datasets import ConcatDataset, SampleKey
from mmrestore.registry import DATASETS, METRICS

FOLDER = Path(__file__).parents[2] / 'configs/_base_/datasets'
NAMES = [path.name for path in sorted(FOLDER.glob('denoising_*.py'))]


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A working directory with the layout of the configs."""
    write_images(tmp_path / 'data/DIV2K/train/HR', '0001.png', '0002.png', height=70, width=80)
    for name in ('kodak24', 'mcmaster', 'cbsd68', 'urban100', 'set12'):
        write_images(tmp_path / 'data/test' / name, '1.png')
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize('name', NAMES)
@pytest.mark.parametrize('dumped', [False, True])
def test_samples_of_a_config_and_of_its_copy(data, tmp_path, name, dumped):
    """MMEngine sorts the steps of a pipeline in a copy; they are named so that it does no harm."""
    config = Config.fromfile(FOLDER / name)
    if dumped:
        config.dump(tmp_path / 'copy.py')
        config = Config.fromfile(tmp_path / 'copy.py')
    channels = 1 if 'gray' in name else 3
    train = DATASETS.build(config.train_dataloader.dataset)
    inputs = train[SampleKey(0, 0, 1)]['inputs']
    assert inputs.shape == (channels, 64, 64) and not inputs.is_floating_point()
    for loader in (config.val_dataloader, config.test_dataloader):
        test = DATASETS.build(loader.dataset)
        assert isinstance(test, ConcatDataset)
        sample = test[0]
        noise = sample['inputs'] - sample['data_samples'].gt_img / 255
        assert sample['inputs'].shape[0] == channels
        assert abs(noise.std() * 255 - config.sigma) < 3
        assert sample['data_samples'].dataset in test.datasets


def test_the_test_sets_of_the_papers():
    config = Config.fromfile(FOLDER / 'denoising_div2k_sigma50.py')
    assert list(config.val_dataloader.dataset.datasets) == [
        'kodak24',
        'mcmaster',
        'cbsd68',
        'urban100',
    ]
    assert config.train_dataloader.dataset.pipeline.patch.size == 64


def test_the_noise_level_can_be_changed_by_name(data, tmp_path):
    (tmp_path / 'leaf.py').write_text(
        f"_base_ = '{FOLDER}/denoising_div2k_sigma50.py'\n"
        'val_dataloader = dict(dataset=dict(pipeline=dict(noise=dict(sigma=15))))\n'
    )
    test = DATASETS.build(Config.fromfile(tmp_path / 'leaf.py').val_dataloader.dataset)
    sample = test[0]
    noise = sample['inputs'] - sample['data_samples'].gt_img / 255
    assert abs(noise.std() * 255 - 15) < 1


@pytest.fixture
def blurred(tmp_path, monkeypatch):
    """A working directory with pairs for the deblurring config."""
    folders = ['GoPro/train', 'GoPro/test', 'test/hide', 'test/realblur_r', 'test/realblur_j']
    for folder in folders:
        for part in ('blur', 'sharp'):
            write_images(tmp_path / 'data' / folder / part, '1.png', '2.png', height=70, width=80)
    (tmp_path / 'data/GoPro/test_30.txt').write_text('2\n')
    monkeypatch.chdir(tmp_path)


def test_deblurring(blurred):
    config = Config.fromfile(FOLDER / 'deblurring_gopro.py')
    train = DATASETS.build(config.train_dataloader.dataset)[SampleKey(0, 0, 1)]
    assert train['inputs'].shape == train['data_samples'].gt_img.shape == (3, 64, 64)
    assert config.train_dataloader.total_batch_size == 16
    val, test = (
        DATASETS.build(loader.dataset) for loader in (config.val_dataloader, config.test_dataloader)
    )
    assert len(val) == 1 and val[0]['data_samples'].path.endswith('blur/2.png')
    assert len(test) == 8 and list(test.datasets) == ['gopro', 'hide', 'realblur_r', 'realblur_j']
    metrics = [METRICS.build(cfg) for cfg in config.test_evaluator.metrics]
    measured = [name for metric in metrics[::2] for name in metric.datasets]
    assert measured == list(test.datasets)
    assert [(m.channel, m.align) for m in metrics] == [
        ('rgb', False),
        ('y', False),
        ('rgb', True),
        ('y', True),
    ]
