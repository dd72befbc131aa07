"""Data that contradict themselves are told before training."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from image_files import random_image, write_image, write_images
from tiny_components import tiny_config
from trainings import train

from mmrestore.config import open_config, shipped_configs
from mmrestore.datasets import ImageFolder, UnpairedDataset
from mmrestore.engine import data_check
from mmrestore.engine.data_check import noisy_clean_images, shared_images
from mmrestore.engine.trial import build_model, try_training
from mmrestore.registry import BATCH_TRANSFORMS, DATASETS, TRANSFORMS

STEPS = dict(image=dict(type='LoadImage'), tensor=dict(type='PackInputs'))
NOISES = dict(
    gaussian=dict(type='AddGaussianNoise', sigma=25),
    speckle=dict(type='AddNoise', noise=dict(type='SpeckleNoise', variance=0.03)),
    camera=dict(type='AddNoise', noise=dict(type='CameraNoise'), keep_clean=False),
)


def with_noise(noise):
    return dict(image=STEPS['image'], noise=noise, tensor=STEPS['tensor'])


@pytest.fixture
def pairs(tmp_path):
    for side in ('noisy', 'clean'):
        write_images(tmp_path / side, 'a.png', 'b.png')
    return dict(root=str(tmp_path / 'noisy'), gt_root=str(tmp_path / 'clean'))


@pytest.mark.parametrize('noise', NOISES.values(), ids=NOISES)
def test_noise_in_a_pipeline_on_noisy_inputs(pairs, noise):
    with pytest.raises(ValueError, match=r"'noisy' already has noisy inputs, to which Add\w+ "):
        ImageFolder(**pairs, pipeline=with_noise(noise))
    steps = with_noise(noise)
    ImageFolder(**pairs, noisy_inputs=False, pipeline=steps)
    ImageFolder(pairs['gt_root'], pipeline=steps)
    grid = dict(type='NoiseGrid', noises=dict(a=NOISES['speckle']['noise']))
    with pytest.raises(ValueError, match='to which AddNoise would add noise'):
        folder = dict(type='ImageFolder', **pairs)
        pipeline = with_noise(dict(type='AddNoise'))
        DATASETS.build(dict(grid, datasets=dict(x=folder), pipeline=pipeline))


def test_degradations_that_add_no_noise_are_no_matter(pairs, tmp_path):
    jpeg = dict(type='AddNoise', noise=dict(type='JPEGCompression', quality=40))
    for step in (jpeg, dict(type='AddGaussianNoise', sigma=0)):
        ImageFolder(**pairs, pipeline=with_noise(step))
    write_images(tmp_path / 'large', 'a.png', 'b.png', height=18, width=26)
    pairs['gt_root'] = str(tmp_path / 'large')
    ImageFolder(**pairs, scale=2, pipeline=with_noise(NOISES['gaussian']))  # of a degraded input


def test_batch_transforms_that_add_noise_to_noisy_inputs(pairs, tmp_path):
    config = tiny_config(tmp_path / 'run')
    folder = dict(type='ImageFolder', **pairs, pipeline=STEPS)
    config.train_dataloader.dataset = dict(type='ConcatDataset', datasets=dict(mine=folder))
    transforms = config.model.data_preprocessor.batch_transforms
    transforms.noise = dict(type='GaussianNoise', sigma=25)
    with pytest.raises(ValueError, match=r"'mine' already has noisy inputs.*by noise=None"):
        try_training(config, load_from=None, resume=False)
    transforms.noise = dict(type='JPEGCompression', quality=40)
    try_training(config, load_from=None, resume=False)
    config.train_dataloader.dataset.datasets.mine.noisy_inputs = False
    transforms.noise = dict(type='GaussianNoise', sigma=25)
    try_training(config, load_from=None, resume=False)


def test_a_validation_replaces_no_files(tmp_path):
    write_images(tmp_path / 'photos', 'a.png')
    config = tiny_config(tmp_path / 'run')
    root = str(tmp_path / 'photos')
    config.val_dataloader.dataset = dict(
        type='ImageFolder', root=root, pipeline=STEPS, on_error='skip'
    )
    with pytest.raises(ValueError, match="'photos' of the validation has on_error='skip'"):
        try_training(config, load_from=None, resume=False)


def _parts(config):
    """Yield all dictionaries in a config."""
    if isinstance(config, dict):
        yield config
    for value in config.values() if isinstance(config, dict) else config:
        if isinstance(value, (dict, list, tuple)):
            yield from _parts(value)


def test_no_shipped_config_adds_noise_to_noisy_inputs():
    """Without their files: pairs of one size, and whatever states that it adds noise."""
    checked = 0
    for name, path in shipped_configs():
        config = open_config(path).to_dict()
        for loader in ('train_dataloader', 'val_dataloader', 'test_dataloader'):
            found = [p for p in _parts(config.get(loader) or {}) if p.get('gt_root') is not None]
            found = [p for p in found if p.get('scale', 1) == 1 and p.get('noisy_inputs') is None]
            checked += len(found)
            steps = [s for p in found for s in (p.get('pipeline') or {}).values() if s]
            adding = [s for s in steps if getattr(TRANSFORMS.build(dict(s)), 'adds_noise', False)]
            if found and loader == 'train_dataloader':
                batch = config['model']['data_preprocessor'].get('batch_transforms') or {}
                adding += [t for t in batch.values() if t and adds(t)]
            assert not adding, (name, loader)
    assert checked


def adds(config):
    return getattr(BATCH_TRANSFORMS.get(config['type']), 'adds_noise', False)


def smooth_photograph(sigma, seed, side=160):
    rows = np.linspace(20, 200, side)[:, None, None]
    noise = np.random.default_rng(seed).normal(0, sigma, (side, side, 3))
    return (rows + noise).clip(0, 255).round().astype(np.uint8)


@pytest.fixture(params=[0.0, 12.0])
def photographs(request, tmp_path):
    for seed in range(5):
        image = smooth_photograph(request.param, seed)
        write_image(tmp_path / 'photos' / f'{seed}.png', image)
    return ImageFolder(tmp_path / 'photos', pipeline=STEPS), request.param


def test_noisy_images_where_clean_ones_are_needed(photographs, tmp_path):
    folder, sigma = photographs
    config = tiny_config(tmp_path / 'run')
    plain = build_model(config)
    config.model.data_preprocessor.batch_transforms.noise = dict(type='GaussianNoise', sigma=25)
    degrading = build_model(config)
    texts = [
        noisy_clean_images(degrading, folder),
        noisy_clean_images(plain, UnpairedDataset(folder, folder)),
    ]
    for text in texts:
        assert bool(text) is (sigma > 0)
        assert not text or 'of about 11 gray levels' in text or 'of about 12 gray levels' in text
    assert noisy_clean_images(plain, folder) == '', 'it may be trained from noisy images alone'


def test_images_that_are_small_or_few_are_not_measured(tmp_path):
    for seed in range(5):
        write_image(tmp_path / 'small' / f'{seed}.png', smooth_photograph(12, seed, side=96))
    for seed in range(3):
        write_image(tmp_path / 'few' / f'{seed}.png', smooth_photograph(12, seed))
    config = tiny_config(tmp_path / 'run')
    config.model.data_preprocessor.batch_transforms.noise = dict(type='GaussianNoise', sigma=25)
    for name in ('small', 'few'):
        folder = ImageFolder(tmp_path / name, pipeline=STEPS)
        assert noisy_clean_images(build_model(config), folder) == ''


def test_test_images_in_the_training_set_are_told_once_in_the_log(tmp_path):
    write_images(tmp_path / 'train', *(f'{i}.png' for i in range(6)))
    for old, new in (('1.png', 'x.png'), ('4.png', 'y.png')):
        (tmp_path / 'test').mkdir(exist_ok=True)
        shutil.copy(tmp_path / 'train' / old, tmp_path / 'test' / new)
    write_image(tmp_path / 'test' / 'z.png', random_image(9, 13, seed=77))
    pipeline = dict(image=STEPS['image'], noise=NOISES['gaussian'], tensor=STEPS['tensor'])
    config = tiny_config(tmp_path / 'run', train_cfg__max_epochs=1, train_cfg__val_interval=9)
    config.train_dataloader.dataset = dict(
        type='ImageFolder', root=str(tmp_path / 'train'), pipeline=STEPS
    )
    config.test_dataloader = dict(
        dataset=dict(type='ImageFolder', root=str(tmp_path / 'test'), pipeline=pipeline),
        sampler=dict(type='DefaultSampler', shuffle=False),
    )
    config.test_evaluator, config.test_cfg = config.val_evaluator, dict(type='TestLoop')
    text = "2 of 3 images of 'test' are in the training set 'train' too, such as "
    for check in (True, False):
        config.work_dir, config.check_data = str(tmp_path / f'run_{check}'), check
        train(config, f'shared_{check}')
        log = next((tmp_path / f'run_{check}').glob('*/*.log')).read_text()
        assert log.count(text) == check
        assert not check or 'test/x.png, which is ' in log
    folders = [ImageFolder(tmp_path / name, pipeline=STEPS) for name in ('train', 'test')]
    assert shared_images(*folders).startswith(text)
    (tmp_path / 'test' / 'x.png').unlink()
    (tmp_path / 'test' / 'y.png').unlink()
    assert shared_images(folders[0], ImageFolder(tmp_path / 'test', pipeline=STEPS)) == ''


def test_what_cannot_be_read_stops_no_check(tmp_path, monkeypatch):
    write_images(tmp_path / 'train', *(f'{i}.png' for i in range(6)))
    folder = ImageFolder(tmp_path / 'train', pipeline=STEPS)
    for path in (tmp_path / 'train').iterdir():
        path.write_bytes(b'')
    monkeypatch.setattr(data_check, '_degrades', lambda model: True)
    assert noisy_clean_images(None, folder) == ''
