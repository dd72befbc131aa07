"""PSNR and SSIM against scikit-image, stored official values and values computed by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from mmrestore.functional import psnr, rgb_to_y, round_to_8_bit, ssim


def images(channels=3, height=23, width=31):
    generator = torch.Generator().manual_seed(0)
    target = torch.rand(2, channels, height, width, dtype=torch.float64, generator=generator)
    noise = torch.randn(target.shape, dtype=torch.float64, generator=generator)
    return target + 0.1 * noise, target


def reference_ssim(pred, target):
    return [
        structural_similarity(
            p.numpy(),
            t.numpy(),
            channel_axis=0,
            data_range=255,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
        )
        for p, t in zip(pred, target, strict=True)
    ]


def reference_psnr(pred, target):
    pairs = zip(pred.numpy(), target.numpy(), strict=True)
    return [peak_signal_noise_ratio(t, p, data_range=255) for p, t in pairs]


@pytest.mark.parametrize('function', [psnr, ssim])
@pytest.mark.parametrize('channels', [1, 3])
@pytest.mark.parametrize('channel', ['rgb', 'y'])
@pytest.mark.parametrize('crop_border', [0, 3])
@pytest.mark.parametrize('rounded', [True, False])
def test_against_scikit_image(function, channels, channel, crop_border, rounded):
    pred, target = images(channels)
    value = function(pred, target, channel=channel, crop_border=crop_border, rounded=rounded)
    prepared = []
    for x in (pred, target):
        if rounded:
            x = torch.from_numpy(np.round(np.clip(x.numpy(), 0, 1) * 255)) / 255
        if channel == 'y' and channels == 3:
            x = rgb_to_y(x)
        prepared.append(
            x[..., crop_border : 23 - crop_border, crop_border : 31 - crop_border] * 255
        )
    reference = reference_psnr if function is psnr else reference_ssim
    assert value.dtype == torch.float64
    np.testing.assert_allclose(value, reference(*prepared), rtol=1e-11)


def test_official_values(shared):
    vectors = load_file(shared / 'parity/functions/amsnet_metrics.safetensors')
    value = [f(vectors['est'], vectors['gt']).item() for f in (psnr, ssim)]
    assert value[0] == pytest.approx(vectors['amsnet'][0].item(), abs=1e-4)
    assert value[1] == pytest.approx(vectors['amsnet'][1].item(), abs=1e-6)


def test_hand_computed_psnr():
    target = torch.zeros(2, 3, 8, 9)
    pred = target.clone()
    pred[0] = 1 / 255  # mean squared error 1
    pred[1, 0, 4, 4] = 1.0  # one of 216 values is wrong by 255
    expected = torch.tensor([20 * np.log10(255), 10 * np.log10(216)])
    torch.testing.assert_close(psnr(pred, target), expected.double())


def test_identical_images():
    _, target = images()
    assert psnr(target, target).tolist() == [np.inf, np.inf]
    np.testing.assert_allclose(ssim(target, target), 1, rtol=1e-12)


def test_rounding_is_to_the_nearest_level_with_ties_to_even():
    levels = torch.tensor([-3.0, 0.49, 0.5, 0.51, 1.5, 2.5, 254.6, 300.0], dtype=torch.float64)
    rounded = round_to_8_bit(levels / 255) * 255
    np.testing.assert_allclose(rounded, [0, 0, 0, 1, 2, 2, 255, 255], rtol=1e-12)


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16, torch.float32])
def test_low_precision_images_are_compared_as_their_float64_values(dtype):
    pred, target = (x.to(dtype) for x in images())
    for function in (psnr, ssim):
        for rounded in (True, False):
            value = function(pred, target, rounded=rounded)
            expected = function(pred.double(), target.double(), rounded=rounded)
            assert value.equal(expected)


def test_the_border_does_not_count_when_cropped():
    pred, target = images()
    spoilt = pred.clone()
    spoilt[..., 0], spoilt[..., -1, :] = 0.3, 0.7
    for function in (psnr, ssim):
        assert function(spoilt, target, crop_border=1).equal(function(pred, target, crop_border=1))


@pytest.mark.parametrize('function', [psnr, ssim])
def test_wrong_arguments_are_refused(function):
    x = torch.zeros(1, 3, 16, 20)
    with pytest.raises(ValueError, match='the same shape'):
        function(x, x[..., :-1])
    with pytest.raises(ValueError, match='the same shape'):
        function(x[0], x[0])
    with pytest.raises(ValueError, match="'rgb' or 'y'"):
        function(x, x, channel='Y')
    with pytest.raises(ValueError, match=r'crop_border must be at least 0 .* got 8'):
        function(x, x, crop_border=8)
    with pytest.raises(ValueError, match='RGB'):
        function(x[:, :2], x[:, :2], channel='y')
    with pytest.raises(TypeError, match='divide by 255'):
        function(x.byte(), x.byte())


def test_ssim_of_small_images_is_refused():
    x = torch.zeros(1, 1, 12, 20)
    assert ssim(x, x).item() == 1
    with pytest.raises(ValueError, match='at least 11 pixels'):
        ssim(x, x, crop_border=1)
