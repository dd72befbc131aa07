"""Noise of batch transforms in the pipeline of a test or of a data worker."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from image_files import random_image, write_images

from mmrestore.datasets import ImageFolder, SampleKey
from mmrestore.datasets.transforms import AddNoise, LoadImage
from mmrestore.registry import TRANSFORMS
from mmrestore.structures import DataSample

NOISES = {
    'GaussianNoise': {'sigma': 25},
    'CorrelatedGaussianNoise': {'sigma': 50},
    'SpeckleNoise': {'variance': 0.03},
    'PoissonNoise': {'amplification': 2.5},
    'SaltAndPepperNoise': {'density': 0.3},
    'JPEGCompression': {'quality': 40},
    'MixtureNoise': {'level': 3},
}


def build(name: str, **options) -> AddNoise:
    return TRANSFORMS.build(
        {'type': 'AddNoise', 'noise': {'type': name, **NOISES[name]}, **options}
    )


@pytest.mark.parametrize('name', NOISES)
@pytest.mark.parametrize('channels', [1, 3])
@pytest.mark.parametrize('dtype', [np.uint8, np.uint16])
def test_images_of_all_kinds(name, channels, dtype):
    image = random_image(17, 22, channels=channels, dtype=dtype)
    before = image.copy()
    results = build(name)({'img': image, 'dataset': 'd'})
    noisy = results['img']
    assert noisy.dtype == np.uint8 and noisy.shape == image.shape
    assert results['gt'] is image and results['dataset'] == 'd'
    np.testing.assert_array_equal(image, before)
    scale = np.iinfo(dtype).max
    difference = noisy / 255 - image / scale
    assert 0.005 < np.abs(difference).mean() < 0.25
    floating = (image / scale).astype(np.float32)
    again = build(name)({'img': floating})
    assert np.abs(again['img'].astype(int) - noisy).max() <= 1 and again['gt'] is floating


@pytest.mark.parametrize('name', NOISES)
def test_draws_depend_on_the_seed_alone(name):
    image = random_image(17, 22)
    first = build(name)({'img': image})['img']
    state = torch.random.get_rng_state()
    again = build(name)({'img': image})['img']
    assert state.equal(torch.random.get_rng_state())
    np.testing.assert_array_equal(first, again)
    if name != 'JPEGCompression':
        assert (build(name, seed=1)({'img': image})['img'] != first).any()


def test_draws_of_training_belong_to_the_sample(tmp_path):
    write_images(tmp_path, '1.png', '2.png', height=12, width=13)
    pipeline = [{'type': 'LoadImage'}, build('SpeckleNoise', seed=None), {'type': 'PackInputs'}]
    dataset = ImageFolder(tmp_path, pipeline=pipeline)
    first = dataset[SampleKey(0, 0, 0)]
    torch.rand(3)
    again, other = dataset[SampleKey(0, 0, 0)], dataset[SampleKey(0, 1, 0)]
    assert first['inputs'].equal(again['inputs']) and not first['inputs'].equal(other['inputs'])
    assert first['data_samples'].gt_img.equal(other['data_samples'].gt_img)


def test_without_rounding_the_result_is_that_of_the_batch_transform():
    image = random_image(11, 14)
    results = build('GaussianNoise', round=False, seed=5)({'img': image})
    torch.manual_seed(5)
    noise = torch.randn(1, 3, 11, 14, dtype=torch.float64)[0].permute(1, 2, 0).numpy()
    expected = image / 255 + noise * (25 / 255)
    assert results['img'].dtype == np.float32 and results['img'].min() < 0
    np.testing.assert_allclose(results['img'], expected, rtol=0, atol=1e-7)
    rounded = build('GaussianNoise', seed=5)({'img': image})['img']
    np.testing.assert_array_equal(rounded, np.floor(255 * expected.clip(0, 1) + 0.5))


def test_a_target_stays_unless_the_noise_changes_it():
    image, target = random_image(5, 6), random_image(10, 12, seed=1)
    assert build('SpeckleNoise')({'img': image, 'gt': target})['gt'] is target

    def darken(inputs, data_samples):
        assert inputs.dtype == torch.float64
        return inputs / 2, DataSample(gt_img=data_samples.gt_img / 4)

    results = AddNoise(darken)({'img': image, 'gt': target})
    np.testing.assert_array_equal(results['img'], (image.astype(int) + 1) // 2)
    np.testing.assert_array_equal(results['gt'], (target.astype(int) + 2) // 4)
    alone = AddNoise(darken, round=False)({'img': image})
    np.testing.assert_allclose(alone['gt'], image / np.float32(1020), rtol=1e-6)
    assert alone['gt'].dtype == np.float32


@pytest.mark.parametrize('amplification', [2, 3])
def test_every_byte_is_a_rounded_value_of_the_lattice_of_counts(amplification):
    """floor(255 clip(x + a (k / 256 - x)) + 1/2) for a whole k, as in the published test sets."""
    image = random_image(30, 41)
    assert len(np.unique(image)) == 256
    noise = {'type': 'PoissonNoise', 'amplification': amplification}
    noisy = AddNoise(noise)({'img': image})['img']
    x = image.reshape(-1, 1) / 255.0
    values = x + amplification * (np.arange(600) / 256 - x)
    on_lattice = np.floor(255 * values.clip(0, 1) + 0.5) == noisy.reshape(-1, 1)
    assert on_lattice.any(axis=1).all()
    # Another peak, or truncation instead of rounding, does not fit.
    values = x + amplification * (np.arange(300) / 128 - x)
    assert (np.floor(255 * values.clip(0, 1) + 0.5) == noisy.reshape(-1, 1)).any(1).mean() < 0.8
    values = x + amplification * (np.arange(600) / 256 - x)
    assert (np.floor(255 * values.clip(0, 1)) == noisy.reshape(-1, 1)).any(1).mean() < 0.8


def test_errors_at_construction():
    with pytest.raises(KeyError, match=r"'SpekleNoise'\. Did you mean SpeckleNoise"):
        AddNoise({'type': 'SpekleNoise', 'variance': 0.03})
    with pytest.raises(TypeError, match=r"no argument 'varance'\. Did you mean variance"):
        AddNoise({'type': 'SpeckleNoise', 'varance': 0.03})
    with pytest.raises(ValueError, match='variance of at least 0'):
        AddNoise({'type': 'SpeckleNoise', 'variance': -0.03})
    with pytest.raises(TypeError, match=r"a batch transform or its config, .* got 'SpeckleN"):
        AddNoise('SpeckleNoise')


@pytest.mark.parametrize(
    ('noise', 'expected'),
    [
        ({'type': 'PoissonNoise', 'amplification': 3}, 18.70),
        ({'type': 'SpeckleNoise', 'variance': 0.03}, 22.28),
        ({'type': 'CorrelatedGaussianNoise', 'sigma': 50}, 23.83),
        ({'type': 'SaltAndPepperNoise', 'density': 0.02}, 22.13),
        ({'type': 'GaussianNoise', 'sigma': 25}, 20.43),
    ],
    ids=lambda value: value['type'] if isinstance(value, dict) else str(value),
)
def test_noisy_images_of_kodak_have_the_psnr_of_other_generators(kodak, noise, expected):
    """Means of 24 images; other seeds change them by less than 0.01 dB."""
    values = []
    for seed, image in enumerate(kodak):  # of one seed the images would share their luck
        noisy = AddNoise(noise, seed=seed)({'img': image})['img'].astype(float)
        values.append(10 * np.log10(255**2 / np.mean((noisy - image) ** 2)))
    assert len(values) == 24 and abs(np.mean(values) - expected) < 0.015


@pytest.fixture(scope='module')
def kodak(shared):
    paths = sorted((shared / 'data' / 'kodak24').glob('*.png'))
    return [LoadImage()({'img_path': str(path)})['img'] for path in paths]
