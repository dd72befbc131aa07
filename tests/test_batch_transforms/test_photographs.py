"""Grain, upscaling, synthetic graphics, clean inputs, and transforms of part of a batch."""

from __future__ import annotations

import pytest
import torch

from mmrestore.batch_transforms import (
    CleanInput,
    Enlargement,
    GaussianNoise,
    Graphics,
    LongWaveGrain,
    SomeImages,
)
from mmrestore.functional import graphics_like, long_wave_grain, resize
from mmrestore.models.batch_transform import check_orders
from mmrestore.registry import BATCH_TRANSFORMS
from mmrestore.structures import DataSample


def images(*shape, seed=0):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def noisy_and_clean(*shape):
    return images(*shape, seed=1), DataSample(gt_img=images(*shape))


def test_grain_levels_are_log_uniform():
    x = torch.full((400, 1, 16, 16), 0.5)
    torch.manual_seed(0)
    noisy, samples = LongWaveGrain((1, 16))(x, DataSample(gt_img=x))
    levels = 255 * (noisy - x).square().mean(dim=(1, 2, 3)).sqrt()
    assert samples.gt_img is x
    assert levels.min() > 0.99 and levels.max() < 16.01
    assert 3.5 < levels.median() < 4.6  # the geometric mean is 4
    with pytest.raises(ValueError, match='above 0, got 0'):
        LongWaveGrain(0)


def test_grain_equals_the_function():
    x, samples = noisy_and_clean(2, 3, 12, 17)
    torch.manual_seed(4)
    noisy, _ = LongWaveGrain(3)(x, samples)
    torch.manual_seed(4)
    torch.empty(2).uniform_()  # the levels
    assert noisy.allclose(long_wave_grain(x, 3.0), atol=1e-6)


def test_enlargement_treats_inputs_and_targets_alike():
    x, samples = noisy_and_clean(2, 3, 12, 18)
    y, enlarged = Enlargement(2)(x, samples)
    expected = resize(x[..., 3:9, 4:13], size=(12, 18)).clamp(0, 1)
    assert y.equal(expected)
    assert enlarged.gt_img.equal(resize(samples.gt_img[..., 3:9, 4:13], size=(12, 18)).clamp(0, 1))
    assert Enlargement(1)(x, samples)[0].equal(x)
    torch.manual_seed(0)
    several = Enlargement((1, 2))(x[:1].expand(2, -1, -1, -1), DataSample(gt_img=x))[0]
    assert not several[0].equal(several[1])


@pytest.mark.parametrize('factor', [0.5, 9, (2, 1)])
def test_factors_that_do_not_upscale_are_refused(factor):
    with pytest.raises(ValueError, match='a factor from 1 to 8'):
        Enlargement(factor)


def test_enlargement_needs_equal_sizes():
    with pytest.raises(ValueError, match=r'of the size of the inputs, \(1, 3, 8, 8\), got'):
        Enlargement(2)(images(1, 3, 8, 8), DataSample(gt_img=images(1, 3, 16, 16)))


def test_drawn_pictures_replace_inputs_and_targets():
    x, samples = noisy_and_clean(2, 3, 16, 20)
    torch.manual_seed(1)
    y, drawn = Graphics()(x, samples)
    torch.manual_seed(1)
    assert y.equal(graphics_like(x)) and drawn.gt_img is y


def test_clean_inputs_are_their_targets():
    x, samples = noisy_and_clean(2, 3, 4, 4)
    assert CleanInput()(x, samples)[0] is samples.gt_img


def test_some_images_are_transformed_with_their_targets():
    x, samples = noisy_and_clean(300, 1, 8, 8)
    torch.manual_seed(2)
    y, out = SomeImages(0.3, transform=dict(type='Enlargement', factor=2))(x, samples)
    changed = (y != x).flatten(1).any(dim=1)
    assert changed.equal((out.gt_img != samples.gt_img).flatten(1).any(dim=1))
    assert 65 < changed.sum() < 115
    expected, _ = Enlargement(2)(x[changed], DataSample(gt_img=samples.gt_img[changed]))
    assert y[changed].equal(expected)


def test_none_and_all_of_the_images():
    x, samples = noisy_and_clean(3, 1, 4, 4)
    assert SomeImages(0, transform=GaussianNoise(9))(x, samples)[0] is x
    assert (SomeImages(1, transform=CleanInput())(x, samples)[0]).equal(samples.gt_img)


def test_properties_of_the_wrapped_transform_are_forwarded():
    noise = SomeImages(0.5, transform=dict(type='GaussianNoise', sigma=5))
    assert noise.adds_noise and noise.degrades_inputs and not noise.needs_equal_sizes
    with pytest.raises(ValueError, match=r"put 'noise' before 'mask'"):
        check_orders(dict(mask=BATCH_TRANSFORMS.build(dict(type='PixelMask')), noise=noise))


@pytest.mark.parametrize(
    'transform',
    [dict(type='PixelMask'), dict(type='BicubicDownsample', scale=2)],
)
def test_transforms_that_need_the_whole_batch_are_refused(transform):
    with pytest.raises(ValueError, match='changes sizes or sets the loss weight'):
        SomeImages(0.5, transform=transform)


def test_invalid_shares_are_refused():
    with pytest.raises(ValueError, match=r'share: expected a probability in \[0, 1\], got 1.5'):
        SomeImages(1.5, transform=dict(type='CleanInput'))
