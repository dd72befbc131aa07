"""Pixel downsampling of training batches, with and without masks."""

from __future__ import annotations

import pytest
import torch
from tiny_denoiser import tiny_denoiser

from mmrestore.batch_transforms import NoisyTarget, PixelDownsample, PixelMask
from mmrestore.functional import hide_pixels, pixel_downsample, random_branches, to_mosaic
from mmrestore.models.losses import L1Loss, MSELoss
from mmrestore.structures import DataSample


def images(*shape, seed=0):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed)) + 0.1


def test_inputs_targets_and_weights_are_split_identically():
    x = images(2, 3, 10, 15)
    targets, weight = images(2, 4, 3, 10, 15, seed=1), images(1, 1, 10, 15, seed=2)
    meta = dict(path=['a.png', 'b.png'], dataset=['one', 'two'])
    samples = DataSample(gt_img=targets, weight=weight, metainfo=meta)
    y, apart = PixelDownsample(5)(x, samples)
    assert y.equal(pixel_downsample(x, 5))
    assert apart.gt_img.shape == (50, 4, 3, 2, 3)
    for k in range(4):
        assert apart.gt_img[:, k].equal(pixel_downsample(targets[:, k], 5))
    assert apart.weight.equal(pixel_downsample(weight.expand(2, 1, 10, 15), 5))
    parts = apart.split()
    assert [len(parts), parts[24].path, parts[25].path, parts[25].dataset] == [
        50,
        'a.png',
        'b.png',
        'two',
    ]
    assert samples.gt_img is targets and samples.weight is weight and samples.path == meta['path']


def test_a_target_identical_to_the_input_stays_identical():
    x = images(1, 3, 6, 8)
    y, apart = PixelDownsample(2)(*NoisyTarget()(x, DataSample(gt_img=x + 1)))
    assert apart.gt_img is y and 'weight' not in apart


def test_the_padding_of_a_mosaic_has_no_loss():
    x, target = images(2, 3, 10, 15), images(2, 3, 10, 15, seed=1)
    y, apart = PixelDownsample(5, mosaic=True)(x, DataSample(gt_img=target))
    assert y.equal(to_mosaic(x, 5)) and apart.gt_img.equal(to_mosaic(target, 5))
    assert apart.weight.sum() == 2 * 10 * 15
    value = L1Loss()(y + (apart.weight == 0) * 7.0, apart.gt_img, apart.weight)
    torch.testing.assert_close(value, (x - target).abs().mean())
    weight = images(2, 3, 10, 15, seed=2)
    weighted = DataSample(gt_img=target, weight=weight)
    assert PixelDownsample(5, mosaic=True)(x, weighted)[1].weight.equal(to_mosaic(weight, 5))
    plain = PixelDownsample(5, mosaic=True, padding=0)(x, DataSample(gt_img=target))[1]
    assert 'weight' not in plain


@pytest.mark.parametrize('num_branches', [2, 5])
@pytest.mark.parametrize('per_channel', [False, True])
def test_a_pixel_mask_is_the_first_of_complementary_masks(num_branches, per_channel):
    x, target = images(2, 3, 41, 53), images(2, 3, 41, 53, seed=1)
    torch.manual_seed(3)
    transform = PixelMask(num_branches=num_branches, per_channel=per_channel)
    y, sample = transform(x, DataSample(gt_img=target))
    torch.manual_seed(3)
    branches = random_branches(x, num_branches=num_branches, per_channel=per_channel)
    assert y.equal(hide_pixels(x, branches, range(num_branches))[0])
    assert sample.weight.equal((branches == 0).float()) and sample.gt_img is target
    assert sample.weight.shape == (2, 3 if per_channel else 1, 41, 53)
    # 4346 pixels: 5 standard deviations are below 0.04.
    assert abs(sample.weight.mean().item() - 1 / num_branches) < 0.04
    assert ((y == 0) == (sample.weight == 1)).all() and x.min() > 0


def test_weights_multiply():
    x = images(2, 3, 4, 6)
    weight = images(2, 5, 1, 4, 6, seed=1)
    samples = DataSample(gt_img=x.unsqueeze(1).expand(2, 5, 3, 4, 6), weight=weight)
    y, sample = PixelMask()(x, samples)
    holes = (y[:, :1] == 0).float()
    for n in range(2):
        for k in range(5):
            assert sample.weight[n, k].equal(holes[n] * weight[n, k])


@pytest.mark.parametrize(('loss', 'name'), [(L1Loss(), 'train_l1'), (MSELoss(), 'train_l2')])
def test_a_training_step_is_the_reference(shared, monkeypatch, loss, name):
    """Mean over the masked elements of the first branch, and its gradients."""
    load_file = pytest.importorskip('safetensors.torch').load_file
    tensors = load_file(shared / 'parity/functions/amsnet_losses.safetensors')
    net = tiny_denoiser(tensors)
    x, index = tensors['x'], tensors['index']
    monkeypatch.setattr(
        'mmrestore.batch_transforms.pixel_mask.random_branches', lambda *_, **__: index
    )
    batch = NoisyTarget()(x, DataSample())
    inputs, samples = PixelMask()(*PixelDownsample(5)(*batch))
    value = loss(net(inputs), samples.gt_img, samples.weight)
    value.backward()
    torch.testing.assert_close(value, tensors[f'{name}.loss'][0], rtol=1e-6, atol=0)
    assert samples.weight.sum() * 3 == tensors['val.masked_elements_first'][0]
    for key, parameter in net.named_parameters():
        expected = tensors[f'{name}.grad.{key}']
        torch.testing.assert_close(parameter.grad, expected, rtol=1e-5, atol=1e-7)


def test_wrong_sizes_are_refused():
    x = images(1, 3, 10, 15)
    with pytest.raises(ValueError, match='multiples of 4'):
        PixelDownsample(4)(x, DataSample(gt_img=x))
    for transform in (PixelDownsample(5), PixelMask()):
        with pytest.raises(ValueError, match='targets of the size of the inputs'):
            transform(x, DataSample(gt_img=images(1, 3, 20, 30)))
    with pytest.raises(ValueError, match='stride of at least 1'):
        PixelDownsample(0)
    with pytest.raises(ValueError, match='at least 2 branches'):
        PixelMask(num_branches=1)
