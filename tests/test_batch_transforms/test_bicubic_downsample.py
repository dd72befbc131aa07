"""Bicubic downscaling: identical in training and tests, and refused where it is not defined."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from image_files import random_image, write_image

from mmrestore.batch_transforms import BicubicDownsample
from mmrestore.datasets import ImageFolder, transforms
from mmrestore.functional import resize
from mmrestore.models.data_preprocessor import DataPreprocessor
from mmrestore.registry import BATCH_TRANSFORMS, TRANSFORMS
from mmrestore.structures import DataSample


def in_pipeline(image: np.ndarray, **options) -> dict:
    return transforms.BicubicDownsample(**options)({'img': image})


def as_batch(*images: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2)


def test_registered_names():
    assert isinstance(BATCH_TRANSFORMS.build({'type': 'BicubicDownsample'}), BicubicDownsample)
    step = TRANSFORMS.build({'type': 'BicubicDownsample', 'scale': 3})
    assert isinstance(step, transforms.BicubicDownsample) and step.scale == 3
    assert step.minimum_size == (3, 3) and step.cacheable


@pytest.mark.parametrize('scale', [2, 3, 4])
@pytest.mark.parametrize('channels', [1, 3])
@pytest.mark.parametrize('rounded', [True, False])
def test_training_and_test_inputs_are_identical(scale, channels, rounded):
    images = [random_image(24, 36, channels=channels, seed=seed) for seed in (0, 1)]
    preprocessor = DataPreprocessor(
        batch_transforms={'d': {'type': 'BicubicDownsample', 'scale': scale, 'round': rounded}}
    )
    data = {'inputs': as_batch(*images), 'data_samples': DataSample()}
    batch = preprocessor(data, training=True)
    inputs, target = batch['inputs'], batch['data_samples'].gt_img
    assert (target * 255).equal(as_batch(*images).float())
    results = [in_pipeline(image, scale=scale, round=rounded) for image in images]
    expected = as_batch(*(r['img'] for r in results))
    assert all(
        r['gt'] is not None and (r['gt'] == i).all() for r, i in zip(results, images, strict=True)
    )
    if rounded:
        assert expected.dtype == torch.uint8
        assert inputs.equal(expected.float() / 255)
        assert expected.equal(resize(as_batch(*images), scale=1 / scale))
    else:
        assert expected.dtype == torch.float32
        torch.testing.assert_close(inputs, expected, atol=1e-6, rtol=0)


def test_edges_overshoot_unless_rounded():
    x = torch.zeros(1, 1, 8, 24)
    x[..., 9:] = 1
    exact, _ = BicubicDownsample(4, round=False)(x, DataSample(gt_img=x))
    rounded, _ = BicubicDownsample(4)(x, DataSample(gt_img=x))
    assert exact.min() < -0.01 and exact.max() > 1.01
    assert rounded.min() == 0 and rounded.max() == 1
    torch.testing.assert_close(rounded, exact.clamp(0, 1), atol=0.51 / 255, rtol=0)


def test_order_with_other_degradations():
    """Earlier degradations are downscaled with the input; the target is unchanged."""
    x = torch.rand(2, 3, 8, 12, generator=torch.Generator().manual_seed(0))
    target = torch.zeros_like(x)
    sample = DataSample(gt_img=target, metainfo={'path': ['a', 'b']})
    inputs, out = BicubicDownsample(4, round=False)(x, sample)
    torch.testing.assert_close(inputs, resize(x, scale=0.25))
    assert out.gt_img is target and out.path == ['a', 'b']
    without, _ = BicubicDownsample(4)(x.double(), DataSample())
    assert without.dtype == torch.float64 and (without * 255).frac().abs().max() < 1e-9


def test_inputs_already_downscaled_are_refused():
    large = torch.rand(1, 3, 16, 24)
    small, sample = BicubicDownsample(2)(large, DataSample(gt_img=large))
    with pytest.raises(
        ValueError, match=r'size of their targets, \(16, 24\), got \(8, 12\): the data'
    ):
        BicubicDownsample(2)(small, sample)


def test_indivisible_sides_are_refused():
    x = torch.rand(1, 3, 16, 22)
    with pytest.raises(
        ValueError, match=r'multiples of scale=4, got \(16, 22\): change the crop size'
    ):
        BicubicDownsample(4)(x, DataSample(gt_img=x))
    image = random_image(9, 14)
    results = in_pipeline(image)
    np.testing.assert_array_equal(results['gt'], image[:8, :12])
    np.testing.assert_array_equal(results['img'], in_pipeline(image[:8, :12])['img'])
    with pytest.raises(ValueError, match='at least 4 x 4 pixels, got 9 x 3'):
        in_pipeline(image[:, :3])


@pytest.mark.parametrize('transform', [BicubicDownsample, transforms.BicubicDownsample])
@pytest.mark.parametrize('scale', [1, 0, 0.25, 2.5])
def test_factors_are_whole_numbers(transform, scale):
    with pytest.raises(ValueError, match='whole number of at least 2'):
        transform(scale)


def test_targets_of_the_pipeline():
    image, target = random_image(9, 14), random_image(9, 14, seed=1)
    results = {'img': image, 'gt': target, 'img_path': 'a.png'}
    both = transforms.BicubicDownsample(4)(results)
    np.testing.assert_array_equal(both['gt'], target[:8, :12])
    assert both['img_path'] == 'a.png' and results['img'] is image
    alone = transforms.BicubicDownsample(4, keep_clean=False)(results)
    assert 'gt' not in alone and 'gt' in results
    np.testing.assert_array_equal(alone['img'], both['img'])


def test_16_bit():
    image = random_image(8, 12, dtype=np.uint16)
    small = in_pipeline(image)['img']
    exact = in_pipeline(image, round=False)['img']
    assert small.dtype == np.uint16
    assert np.abs(small / 65535 - exact.clip(0, 1)).max() < 2 / 65535


def test_in_a_folder(tmp_path):
    """Cropped after it, and cached with it."""
    image = write_image(tmp_path / 'a.png', random_image(30, 41))
    pipeline = {
        'image': {'type': 'LoadImage'},
        'low_resolution': {'type': 'BicubicDownsample'},
        'patch': {'type': 'RandomCrop', 'size': 5, 'scale': 4},
        'tensor': {'type': 'PackInputs'},
    }
    dataset = ImageFolder(tmp_path, pipeline=pipeline, cache=True)
    assert len(dataset.transforms) == 2
    sample = dataset[0]
    assert sample['inputs'].shape == (3, 5, 5)
    small = resize(torch.from_numpy(image[:28, :40]).permute(2, 0, 1), scale=0.25)
    places = [
        (top, left)
        for top in range(3)
        for left in range(6)
        if small[:, top : top + 5, left : left + 5].equal(sample['inputs'])
    ]
    assert len(places) == 1
    top, left = (4 * value for value in places[0])
    expected = image[top : top + 20, left : left + 20].transpose(2, 0, 1)
    np.testing.assert_array_equal(sample['data_samples'].gt_img.numpy(), expected)
