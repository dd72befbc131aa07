"""The data sections of the configs, with made-up images in place of the data sets."""

from pathlib import Path

import numpy as np
import pytest
import torch
from image_files import write_images
from scipy.io import savemat

from mmrestore.config import open_config
from mmrestore.datasets import ConcatDataset, SampleKey
from mmrestore.datasets.prepare import BENCHMARKS
from mmrestore.datasets.sidd_blocks import SPLITS
from mmrestore.registry import DATASETS, METRICS

FOLDER = Path(__file__).parents[2] / 'configs/_base_/datasets'
NAMES = [path.name for path in sorted(FOLDER.glob('denoising_*.py'))]


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A working directory with the layout of the configs."""
    write_images(tmp_path / 'data/DIV2K/train/HR', '0001.png', '0002.png', height=70, width=80)
    for name in ('Flickr2K/HR', 'BSDS500/train_test', 'WED'):
        write_images(tmp_path / 'data' / name, '1.png', '2.png', height=70, width=80)
    for name in ('kodak24', 'mcmaster', 'cbsd68', 'urban100', 'set12'):
        write_images(tmp_path / 'data/test' / name, '1.png')
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize('name', NAMES)
@pytest.mark.parametrize('dumped', [False, True])
def test_samples_of_a_config_and_of_its_copy(data, tmp_path, name, dumped):
    """MMEngine sorts the steps of a pipeline in a copy; they are named so that it does no harm."""
    config = open_config(FOLDER / name)
    if dumped:
        config.dump(tmp_path / 'copy.py')
        config = open_config(tmp_path / 'copy.py')
    channels = 1 if 'gray' in name else 3
    sigma = config.model.data_preprocessor.batch_transforms.noise.sigma
    train = DATASETS.build(config.train_dataloader.dataset)
    inputs = train[SampleKey(0, 0, 1)]['inputs']
    assert inputs.shape == (channels, 64, 64) and not inputs.is_floating_point()
    for loader in (config.val_dataloader, config.test_dataloader):
        test = DATASETS.build(loader.dataset)
        assert isinstance(test, ConcatDataset)
        sample = test[0]
        noise = sample['inputs'] - sample['data_samples'].gt_img / 255
        assert sample['inputs'].shape[0] == channels
        assert abs(noise.std() * 255 - sigma) < 3
        assert sample['data_samples'].dataset in test.datasets


def test_the_test_sets_of_the_papers():
    config = open_config(FOLDER / 'denoising_div2k_sigma50.py')
    assert list(config.val_dataloader.dataset.datasets) == [
        'kodak24',
        'mcmaster',
        'cbsd68',
        'urban100',
    ]
    assert config.train_dataloader.dataset.pipeline.patch.size == 64


def test_the_training_images_of_masked_training(data):
    config = open_config(FOLDER / 'denoising_dfwb_sigma15.py')
    train = DATASETS.build(config.train_dataloader.dataset)
    assert list(train.datasets) == ['div2k', 'flickr2k', 'bsds400', 'wed'] and len(train) == 8
    sample = train[SampleKey(0, 2, 7)]['data_samples']
    assert sample.dataset == 'wed' and sample.path.endswith('WED/2.png')
    assert config.train_dataloader.total_batch_size == 64
    assert config.model.data_preprocessor.batch_transforms.noise.sigma == 15
    folders = [part.root for part in config.train_dataloader.dataset.datasets.values()]
    names = ('div2k_train', 'flickr2k', 'bsds400', 'wed')
    assert folders == [f'data/{BENCHMARKS[name].folder}' for name in names]
    assert sum(BENCHMARKS[name].num_images for name in names) == 8594
    small = open_config(FOLDER / 'denoising_bsds400_sigma15.py')
    assert list(DATASETS.build(small.val_dataloader.dataset).datasets) == ['kodak24', 'mcmaster']
    train = DATASETS.build(small.train_dataloader.dataset)
    assert len(train) == 2 and train.name == 'bsds400'


def test_real_noise(tmp_path, monkeypatch):
    for name in SPLITS['validation']:
        blocks = np.random.default_rng(len(name)).integers(0, 256, (2, 3, 8, 9, 3))
        (tmp_path / 'data/SIDD').mkdir(parents=True, exist_ok=True)
        savemat(tmp_path / f'data/SIDD/{name}.mat', {name: blocks.astype(np.uint8)})
    for name in ('polyu', 'cc'):
        write_images(tmp_path / 'data/test' / name, '1_real.png', '1_mean.png')
    monkeypatch.chdir(tmp_path)
    config = open_config(FOLDER / 'real_noise_tests.py')
    assert config.test_dataloader == config.val_dataloader
    test = DATASETS.build(config.test_dataloader.dataset)
    assert {name: len(part) for name, part in test.datasets.items()} == {
        'sidd_validation': 6,
        'polyu': 1,
        'cc': 1,
    }
    for sample in test:
        assert sample['inputs'].shape == sample['data_samples'].gt_img.shape
        assert sample['inputs'].dtype == torch.uint8
    assert test[6]['data_samples'].path.endswith('polyu/1_real.png')
    for metric in config.test_evaluator.metrics:
        METRICS.build(metric)


def test_monte_carlo_renderings(tmp_path, monkeypatch):
    for part in ('128spp', '64spp', 'reference'):
        write_images(tmp_path / 'data/test/monte_carlo_firmino' / part, '1.png', '2.png')
    monkeypatch.chdir(tmp_path)
    config = open_config(FOLDER / 'monte_carlo.py')
    test = DATASETS.build(config.test_dataloader.dataset)
    assert list(test.datasets) == ['monte_carlo_128spp', 'monte_carlo_64spp'] and len(test) == 4
    assert test[2]['inputs'].shape == test[2]['data_samples'].gt_img.shape
    assert [metric.type for metric in config.test_evaluator.metrics] == ['PSNR', 'SSIM', 'LPIPS']


def test_camera_noise(data):
    config = open_config(FOLDER / 'camera_noise.py')
    test = DATASETS.build(config.test_dataloader.dataset)
    assert list(test.datasets) == ['kodak24/camera']
    grid = open_config(FOLDER / 'generalization.py').test_dataloader.dataset
    other = DATASETS.build({**grid, 'datasets': {'kodak24': grid.datasets.kodak24}})
    one = other[other.starts['kodak24/camera']]
    assert torch.equal(test[0]['inputs'], one['inputs']), 'the camera noise of the grid'


def test_pairs_of_sidd_medium(tmp_path, monkeypatch):
    for kind in ('NOISY', 'GT'):
        names = [f'0001_{kind}_SRGB_{number}.PNG' for number in ('010', '011')]
        folder = tmp_path / 'data/SIDD_Medium_Srgb/Data/0001_001_S6_00100_00060_3200_L'
        write_images(folder, *names, height=140, width=150)
    monkeypatch.chdir(tmp_path)
    config = open_config(FOLDER / 'supervised_sidd.py')
    train = DATASETS.build(config.train_dataloader.dataset)
    assert len(train) == 2
    sample = train[SampleKey(0, 0, 1)]
    assert sample['inputs'].shape == sample['data_samples'].gt_img.shape == (3, 128, 128)
    assert sample['data_samples'].path.endswith('0001_NOISY_SRGB_011.PNG')


def test_the_noise_of_polyu(shared):
    """The mean over its 100 pairs is 35.97 dB, 8-bit RGB."""
    config = open_config(FOLDER / 'real_noise_tests.py').test_dataloader.dataset
    folder = str(shared / 'data/polyu')
    polyu = dict(config.datasets.polyu, root=folder, gt_root=folder)
    dataset = DATASETS.build(dict(config, datasets={'polyu': polyu}))
    metric = METRICS.build({'type': 'PSNR', 'of': 'input'})
    for sample in dataset:
        target = sample['data_samples'].gt_img / 255
        results = {'pred_img': target, 'gt_img': target, 'dataset': 'polyu'}
        metric.process({'inputs': [sample['inputs']]}, [results])
    assert round(metric.evaluate(len(dataset))['polyu/PSNR'], 2) == 35.97


def test_the_noise_level_can_be_changed_by_name(data, tmp_path):
    (tmp_path / 'leaf.py').write_text(
        f"_base_ = '{FOLDER}/denoising_div2k_sigma50.py'\n"
        'val_dataloader = dict(dataset=dict(pipeline=dict(noise=dict(sigma=15))))\n'
    )
    test = DATASETS.build(open_config(tmp_path / 'leaf.py').val_dataloader.dataset)
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
    config = open_config(FOLDER / 'deblurring_gopro.py')
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
