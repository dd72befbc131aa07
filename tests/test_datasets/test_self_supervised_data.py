"""Data of training without clean pictures: noise that stays, and clean files that stay shut."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest
from image_files import write_images

from mmrestore.config import open_config
from mmrestore.datasets import EmbeddedPhotographs, ImageFolder, SampleKey
from mmrestore.datasets.transforms import AddNoise
from mmrestore.registry import DATASETS

FOLDER = Path(__file__).parents[2] / 'configs/_base_/datasets'
NOISE = {'type': 'GaussianNoise', 'sigma': 20}
OPENED = []


def _note(event, arguments):
    if event == 'open' and OPENED is not None and isinstance(arguments[0], (str, os.PathLike)):
        OPENED.append(os.fspath(arguments[0]))


sys.addaudithook(_note)  # it cannot be taken away again; it only makes a list longer


def train_set(name, **options):
    config = open_config(FOLDER / f'{name}.py')
    config.merge_from_dict(options)
    return DATASETS.build(config.train_dataloader.dataset)


def all_samples(dataset, num_epochs=2):
    return [
        dataset[SampleKey(0, epoch, i)] for epoch in range(num_epochs) for i in range(len(dataset))
    ]


def write_photographs(folder, *names):
    write_images(folder, *names, height=270, width=260)


@pytest.fixture
def data(tmp_path, monkeypatch):
    """Noisy pictures that can be read, in the layout of the configs, and clean ones that cannot."""
    scenes = [
        f'SIDD_Medium_Srgb/Data/000{i}_001_S6/000{i}_{{}}_SRGB_01{j}.PNG'
        for i in (1, 2)
        for j in (0, 1)
    ]
    noisy = [scene.format('NOISY') for scene in scenes]
    noisy += [f'test/polyu/{i}_real.JPG' for i in (1, 2)]
    noisy += [f'SIDD_Medium/noisy_tiles/{i}.png' for i in (1, 2)] + ['photographs/1.png']
    write_photographs(tmp_path / 'data', *noisy)
    clean = [scene.format('GT') for scene in scenes] + [f'test/polyu/{i}_mean.JPG' for i in (1, 2)]
    for name in clean:
        (tmp_path / 'data' / name).write_text('not an image')
    monkeypatch.chdir(tmp_path)
    return clean


@pytest.mark.parametrize(
    ('name', 'num'),
    [
        ('self_supervised_polyu', 2),
        ('self_supervised_sidd', 2),
        ('self_supervised_sidd_whole', 4),
        ('self_supervised_folder', 1),
    ],
)
def test_training_opens_no_clean_file(data, name, num):
    OPENED.clear()
    dataset = train_set(name)
    assert len(dataset) == num
    for sample in all_samples(dataset):
        assert 'gt_img' not in sample['data_samples']
        assert sample['inputs'].shape == (3, 256, 256)
    noisy = [path for path in OPENED if Path(path).suffix.lower() in ('.png', '.jpg')]
    assert len({*noisy}) == num
    assert not [path for path in noisy if any(path.endswith(clean) for clean in data)]


def test_the_test_of_polyu_opens_clean_files(data):
    """The check above would notice them."""
    config = open_config(FOLDER / 'self_supervised_polyu.py')
    with pytest.raises(ValueError, match=r'1_mean\.JPG'):
        DATASETS.build(config.test_dataloader.dataset)


def test_noise_of_the_embedded_photographs_stays_through_training():
    dataset = train_set('self_supervised_embedded')
    assert [type(step).__name__ for step in dataset.transforms] == [
        'RandomCrop',
        'RandomDihedral',
        'PackInputs',
    ]
    assert all('gt' not in results for results in dataset._cached)
    clean = EmbeddedPhotographs('train', pipeline=[dict(type='LoadImage')])
    noise = [
        results['img'].astype(float) - clean[i]['img'] for i, results in enumerate(dataset._cached)
    ]
    assert all(n.std() > 10 for n in noise)
    for sample in (dataset[SampleKey(0, epoch, epoch)] for epoch in range(2)):
        assert 'gt_img' not in sample['data_samples']
        index = [d['img_path'] for d in dataset._cached].index(sample['data_samples'].path)
        place = dataset._cached[index]['img']
        # A patch, whatever its symmetry, holds colors of the one noisy photograph.
        code = np.array([1, 256, 65536])
        known = np.zeros(1 << 24, bool)
        known[place.reshape(-1, 3) @ code] = True
        assert known[sample['inputs'].flatten(1).T.numpy() @ code].all()


def test_tests_of_the_embedded_photographs_have_the_clean_ones():
    config = open_config(FOLDER / 'self_supervised_embedded.py')
    for sample in DATASETS.build(config.test_dataloader.dataset):
        noise = sample['inputs'].double() - sample['data_samples'].gt_img
        noise -= noise.mean()
        neighbors = (noise[..., 1:] * noise[..., :-1]).mean() / noise.square().mean()
        assert 10 < noise.std() < 30 and 0.4 < neighbors < 0.8


def test_noise_by_name(tmp_path):
    """Images of one size have noises of their own, in every epoch, order and folder the same."""
    image = np.full((16, 17, 3), 128, np.uint8)
    step = AddNoise(NOISE, by_name=True, keep_clean=False)
    results = {
        name: step({'img': image, 'img_path': name}) for name in ('a/1.png', 'b/1.png', '2.png')
    }
    assert all(set(r) == {'img', 'img_path'} for r in results.values())
    np.testing.assert_array_equal(results['a/1.png']['img'], results['b/1.png']['img'])
    noises = [results[name]['img'].astype(float) - 128 for name in ('a/1.png', '2.png')]
    assert abs(np.corrcoef(noises[0].ravel(), noises[1].ravel())[0, 1]) < 0.1
    other = AddNoise(NOISE, by_name=True, seed=1)({'img': image, 'img_path': '2.png'})
    assert (other['img'] != results['2.png']['img']).any() and (other['gt'] == image).all()
    with pytest.raises(ValueError, match='by_name=True needs a seed'):
        AddNoise(NOISE, by_name=True, seed=None)


def test_noise_that_is_drawn_anew_is_not_cached(tmp_path):
    write_images(tmp_path, '1.png', '2.png')
    steps = [dict(type='LoadImage'), dict(type='AddNoise', noise=NOISE, seed=None)]
    dataset = ImageFolder(tmp_path, pipeline=steps, cache=True)
    first, second = (dataset[SampleKey(0, epoch, 0)]['img'] for epoch in (0, 1))
    assert (first != second).any() and len(dataset.transforms) == 1
    steps[1] = dict(type='AddNoise', noise=NOISE)
    cached, live = (ImageFolder(tmp_path, pipeline=steps, cache=c) for c in (True, False))
    for key in (SampleKey(0, 3, 1), 0):
        for name in ('img', 'gt'):
            np.testing.assert_array_equal(cached[key][name], live[key][name])


def test_fixed_patches_come_again(tmp_path):
    write_images(tmp_path, '1.png', height=40, width=50)
    steps = [dict(type='LoadImage'), dict(type='RandomCrop', size=8), dict(type='RandomDihedral')]
    fixed = ImageFolder(tmp_path, pipeline=steps, fixed_patches=3)
    free = ImageFolder(tmp_path, pipeline=steps)
    for epoch in range(7):
        patch = fixed[SampleKey(5, epoch, 0)]['img']
        np.testing.assert_array_equal(patch, free[SampleKey(5, epoch % 3, 0)]['img'])
    patches = {fixed[SampleKey(5, epoch, 0)]['img'].tobytes() for epoch in range(30)}
    assert len(patches) == 3
    with pytest.raises(ValueError, match='at least 1, got 0'):
        ImageFolder(tmp_path, pipeline=steps, fixed_patches=0)


def test_missing_noisy_files_are_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match='there is no folder data/SIDD_Medium/noisy_tiles'):
        train_set('self_supervised_sidd')
    write_images(tmp_path / 'data/test/polyu', '1_mean.JPG', height=256, width=256)
    with pytest.raises(ValueError, match=r"none of the 1 images .* matches the pattern '{}_real'"):
        train_set('self_supervised_polyu')
    write_images(tmp_path / 'data/photographs', 'small.png', height=255, width=300)
    with pytest.raises(ValueError, match='smaller than the 256x256'):
        train_set('self_supervised_folder')
