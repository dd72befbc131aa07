"""Camera noise in training batches."""

from __future__ import annotations

import pytest
import torch

from mmrestore.batch_transforms import CameraNoise
from mmrestore.batch_transforms.camera_noise import take_photograph
from mmrestore.functional import (
    CameraMetadata,
    draw_camera_metadata,
    draw_sensor_noise_levels,
    process_raw,
    psnr,
    sensor_noise,
    unprocess,
)
from mmrestore.registry import BATCH_TRANSFORMS
from mmrestore.structures import DataSample


def images(*shape, seed=0):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def test_exact_for_given_draws():
    clean = images(2, 3, 6, 10)
    before = clean.clone()
    torch.manual_seed(3)
    given = DataSample(gt_img=clean, weight=torch.ones(2, 1, 1, 1))
    noisy, samples = CameraNoise((1e-3, 0.01))(clean, given)
    torch.manual_seed(3)
    metadata = draw_camera_metadata(2)
    levels = draw_sensor_noise_levels(2, (1e-3, 0.01))
    raw = unprocess(clean, metadata)
    assert samples.gt_img.equal(process_raw(raw, metadata))
    assert noisy.equal(process_raw(sensor_noise(raw, *levels), metadata))
    assert clean.equal(before) and given.gt_img is clean
    assert samples.weight is given.weight


@pytest.mark.parametrize('size', [(5, 7), (6, 7), (5, 8)])
def test_odd_sides(size):
    """The padding does not change the first rows and columns."""
    clean = images(1, 3, *size)
    torch.manual_seed(0)
    noisy, samples = CameraNoise(0.01)(clean, DataSample(gt_img=clean))
    assert noisy.shape == samples.gt_img.shape == clean.shape
    torch.manual_seed(0)
    metadata = draw_camera_metadata(1)
    even = process_raw(unprocess(clean[..., :4, :6], metadata), metadata)
    torch.testing.assert_close(samples.gt_img[..., :3, :5], even[..., :3, :5])
    mirrored = torch.cat((clean, clean[..., -2:-1]), dim=-1) if size[1] % 2 else clean
    if size[0] % 2:
        mirrored = torch.cat((mirrored, mirrored[..., -2:-1, :]), dim=-2)
    whole = process_raw(unprocess(mirrored, metadata), metadata)
    torch.testing.assert_close(samples.gt_img, whole[..., : size[0], : size[1]])


def test_targets_of_other_sizes_and_several_targets():
    clean = images(2, 3, 4, 6)
    torch.manual_seed(0)
    _, plain = CameraNoise(0.01)(clean, DataSample(gt_img=clean))
    torch.manual_seed(0)
    _, several = CameraNoise(0.01)(clean, DataSample(gt_img=torch.stack((clean, 1 - clean), 1)))
    assert several.gt_img.shape == (2, 2, 3, 4, 6)
    assert several.gt_img[:, 0].equal(plain.gt_img)
    torch.manual_seed(0)
    larger = clean.repeat_interleave(4, -1).repeat_interleave(4, -2)
    _, scaled = CameraNoise(0.01)(clean, DataSample(gt_img=larger))
    # Inside a block of one color, demosaicing changes nothing.
    torch.testing.assert_close(scaled.gt_img[..., 1::4, 2::4], scaled.gt_img[..., 2::4, 1::4])
    noisy, none = CameraNoise(0.01)(clean, DataSample())
    assert noisy.shape == clean.shape and 'gt_img' not in none


def test_noise_grows_with_shot_noise():
    clean = images(4, 3, 3, 4).repeat_interleave(16, -1).repeat_interleave(16, -2)
    quality = []
    for shot_noise in (1e-4, 1e-3, 0.012):
        torch.manual_seed(0)
        noisy, samples = CameraNoise(shot_noise)(clean, DataSample(gt_img=clean))
        quality.append(psnr(noisy, samples.gt_img).mean())
    assert quality[0] > quality[1] + 5 and quality[1] > quality[2] + 5
    assert 15 < quality[2] < 30


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16, torch.float64])
def test_dtype_is_kept(dtype):
    clean = images(1, 3, 4, 5).to(dtype)
    noisy, samples = CameraNoise()(clean, DataSample(gt_img=clean))
    assert noisy.dtype == samples.gt_img.dtype == dtype
    assert noisy.isfinite().all()


@pytest.mark.parametrize('shot_noise', [0, -1, 2, (0.1, 0.01), (0.1,), (0, 0.1), float('nan')])
def test_wrong_levels_are_refused(shot_noise):
    with pytest.raises(ValueError, match='from 1e-8 to 1'):
        CameraNoise(shot_noise)


def test_gray_images_are_refused():
    with pytest.raises(ValueError, match='expected RGB images'):
        CameraNoise()(torch.zeros(1, 1, 4, 4), DataSample())


def test_registered():
    transform = BATCH_TRANSFORMS.build({'type': 'CameraNoise', 'shot_noise': [1e-4, 1e-3]})
    assert transform.shot_noise == (1e-4, 1e-3)
    assert CameraNoise().shot_noise == (1e-4, 0.012)


@pytest.mark.skipif(not torch.cuda.is_available(), reason='there is no GPU')
def test_on_a_gpu():
    clean = images(2, 3, 5, 8)
    noisy, samples = CameraNoise()(clean.cuda(), DataSample(gt_img=clean.cuda()))
    assert noisy.is_cuda and samples.gt_img.is_cuda
    metadata = draw_camera_metadata(2)
    moved = CameraMetadata(*(values.cuda() for values in metadata))
    expected = take_photograph(clean, metadata)
    torch.testing.assert_close(take_photograph(clean.cuda(), moved).cpu(), expected)
    shot, read = draw_sensor_noise_levels(2)
    raw = images(2, 4, 3, 5)
    noise = torch.randn(raw.shape)
    result = sensor_noise(raw.cuda(), shot.cuda(), read.cuda(), noise=noise.cuda())
    torch.testing.assert_close(result.cpu(), sensor_noise(raw, shot, read, noise=noise))
