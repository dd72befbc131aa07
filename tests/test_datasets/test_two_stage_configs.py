"""The data sections of two-stage training, with made-up images in place of the data sets."""

from pathlib import Path

import numpy as np
import pytest
from image_files import write_images

from mmrestore.config import open_config
from mmrestore.config.reading import read_settings
from mmrestore.datasets import SampleKey
from mmrestore.datasets.listing import read_list_file
from mmrestore.registry import DATASETS

FOLDER = Path(__file__).parents[2] / 'configs/_base_/datasets'
PARTS = {part: FOLDER / f'lists/bsds400_{part}.txt' for part in ('synthetic', 'real', 'clean')}


@pytest.fixture
def data(tmp_path, monkeypatch):
    """A working directory with the layout of the configs."""
    names = [f'{read_list_file(path)[0]}.jpg' for path in PARTS.values()]
    for i, name in enumerate(names):
        write_images(tmp_path / 'data/BSDS500/train_test', name, height=130 + i, width=140)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def one_each(name):
    """Return the training data set of a config, of one photograph on each side."""
    dataset = open_config(FOLDER / f'{name}.py').train_dataloader.dataset
    for side in (dataset.degraded, dataset.clean):
        side.files = read_list_file(side.pop('list_file'))[:1]
    return DATASETS.build(dataset)


def test_the_parts_of_bsds400_share_no_photograph():
    names = [read_list_file(path) for path in PARTS.values()]
    assert [len(part) for part in names] == [200, 100, 100]
    assert len({name for part in names for name in part}) == 400


@pytest.mark.parametrize(
    ('name', 'inputs', 'clean'),
    [('super_resolution_bsds400_real', 24, 96), ('demoireing_bsds400_real', 96, 96)],
)
def test_real_photographs_are_the_same_in_every_epoch(data, name, inputs, clean):
    train = one_each(name)
    sample = train[SampleKey(0, 0, 0)]
    assert sample['inputs'].shape == (3, inputs, inputs)
    assert sample['data_samples'].real_img.shape == (3, clean, clean)
    assert 'gt_img' not in sample['data_samples']
    # What is drawn for a degradation is behind: it was done once, and would be done so again.
    assert type(train.degraded.transforms[0]).__name__ == 'RandomCrop'
    again = one_each(name)
    assert np.array_equal(train.degraded._cached[0]['img'], again.degraded._cached[0]['img'])


def test_real_tests_are_other_degradations_of_the_same_photographs():
    for name, steps in (
        ('super_resolution_bsds400', ['image', 'middle', 'low_resolution', 'blur', 'noise']),
        ('super_resolution_embedded_two_tests', ['image', 'low_resolution', 'blur', 'noise']),
    ):
        tests = open_config(FOLDER / f'{name}.py').test_dataloader.dataset.datasets
        real = [tests[key] for key in tests if key.endswith('_real')]
        assert real and all(list(part.pipeline)[:-1] == steps for part in real)
    values = read_settings(FOLDER / 'demoireing_bsds400.py').values
    tests = values['test_dataloader']['dataset']['datasets']
    for part, screen in (('kodak24', 'screen'), ('kodak24_real', 'real_screen')):
        assert tests[part]['pipeline']['screen']['noise'] == {**values[screen], 'size': 256}


def test_the_quick_start_learns_from_small_test_photographs_alone():
    config = open_config(FOLDER / 'super_resolution_embedded_real.py')
    train = DATASETS.build(config.train_dataloader.dataset)
    tests = DATASETS.build(config.test_dataloader.dataset)
    assert list(tests.datasets) == ['embedded', 'embedded_real'] and len(tests) == 4
    small, large = tests[2]['inputs'], tests[2]['data_samples'].gt_img
    assert [4 * side for side in small.shape[1:]] == list(large.shape[1:])
    assert not small.equal(tests[0]['inputs']) and large.equal(tests[0]['data_samples'].gt_img)
    seen = train.degraded._cached[0]['img'].transpose(2, 0, 1)
    assert np.array_equal(seen, small.numpy())
    assert 'gt' not in train.degraded._cached[0]
    sample = train[SampleKey(0, 0, 0)]
    assert sample['inputs'].shape == (3, 24, 24) and 'gt_img' not in sample['data_samples']
    assert sample['data_samples'].real_img.shape == (3, 96, 96)
    names = [{p[0] for p in side.samples} for side in (train.clean, train.degraded)]
    assert not names[0] & names[1]


@pytest.mark.parametrize(
    ('name', 'small'), [('super_resolution_faces_real', 24), ('super_resolution_faces_gan', 96)]
)
def test_faces(tmp_path, monkeypatch, name, small):
    for size in (30, 120):
        write_images(tmp_path / f'data/faces/{size}/a', '1.png', '2.png', height=size, width=size)
        (tmp_path / f'data/faces/{size}_train.txt').write_text('a/1\na/2\n')
    monkeypatch.chdir(tmp_path)
    config = open_config(FOLDER / f'{name}.py')
    train = DATASETS.build(config.train_dataloader.dataset)
    sample = train[SampleKey(0, 0, 1)]
    assert sample['inputs'].shape == (3, small, small)
    assert sample['data_samples'].real_img.shape == (3, 96, 96)
    assert config.train_dataloader.total_batch_size == 32
