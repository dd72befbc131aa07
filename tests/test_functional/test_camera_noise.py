"""Unprocessing, raw processing and sensor noise."""

from __future__ import annotations

import json
import math

import pytest
import torch
from safetensors.torch import load_file

from mmrestore.functional import camera_pipeline as camera
from mmrestore.functional import draw_sensor_noise_levels, sensor_noise


def images(*shape, seed=0):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def cameras(num, seed=0):
    return camera.draw_camera_metadata(num, generator=torch.Generator().manual_seed(seed))


def test_every_step_of_the_authors_code(shared):
    place = shared / 'parity' / 'functions' / 'masked_isp_vectors'
    facts = json.loads(place.with_suffix('.json').read_text())
    tensors = load_file(place.with_suffix('.safetensors'))
    expected = {
        name: tensor.permute(2, 0, 1)[None] for name, tensor in tensors.items() if tensor.ndim == 3
    }
    matrix = camera.camera_matrix(tensors['ccm_weights'].float()[None])
    gains = (facts['metadata'][f'{name}_gain'] for name in ('rgb', 'red', 'blue'))
    metadata = camera.CameraMetadata(matrix, *torch.tensor(list(gains))[:, None])

    x = expected['clean_u8'].float() / 255
    steps = {'inverse_smoothstep': camera.inverse_smoothstep(x)}
    steps['gamma_expansion'] = camera.gamma_expansion(steps['inverse_smoothstep'])
    steps['ccm'] = camera.apply_color_matrix(steps['gamma_expansion'], matrix)
    steps['safe_invert_gains'] = camera.invert_gains(steps['ccm'], metadata)
    steps['raw'] = camera.unprocess(x, metadata)
    levels = torch.tensor([[facts['shot']], [facts['read']]])
    steps['raw_noisy'] = sensor_noise(steps['raw'], *levels, noise=expected['z'])
    steps['demosaic_raw'] = camera.demosaic(steps['raw'])
    steps['srgb_clean'] = camera.process_raw(steps['raw'], metadata)
    steps['srgb_noisy'] = camera.process_raw(steps['raw_noisy'], metadata)
    assert set(steps) == set(expected) - {'clean_u8', 'z'}
    torch.testing.assert_close(matrix[0], tensors['rgb2cam'], atol=1e-6, rtol=0)
    for name, step in steps.items():
        torch.testing.assert_close(step, expected[name], atol=1e-5, rtol=0, msg=name)


def test_inverses():
    x = images(2, 3, 5, 7, seed=1)
    smooth = camera.inverse_smoothstep(x)
    torch.testing.assert_close(3 * smooth**2 - 2 * smooth**3, x)
    torch.testing.assert_close(camera.gamma_compression(camera.gamma_expansion(x)), x)
    matrix = cameras(2).rgb_to_camera
    back = camera.apply_color_matrix(camera.apply_color_matrix(x, matrix), matrix.inverse())
    torch.testing.assert_close(back, x, atol=1e-5, rtol=0)
    gray = x[:, :1].expand(-1, 3, -1, -1)
    torch.testing.assert_close(camera.apply_color_matrix(gray, matrix), gray)


def test_round_trip_keeps_gray_but_neither_gain_nor_tone_curve():
    levels = torch.linspace(0.05, 0.75, 15)
    gray = levels.view(-1, 1, 1, 1).expand(-1, 3, 4, 6)
    metadata = cameras(15)
    result = camera.process_raw(camera.unprocess(gray, metadata), metadata)
    expected = camera.inverse_smoothstep(levels) * metadata.rgb_gain ** (-1 / 2.2)
    expected = expected.view(-1, 1, 1, 1).expand_as(gray)
    torch.testing.assert_close(result, expected, atol=2e-5, rtol=0)


def test_each_image_has_its_own_camera():
    x = images(3, 3, 4, 6)
    metadata = cameras(3)
    shot, read = draw_sensor_noise_levels(3)
    noise = torch.randn(3, 4, 2, 3, generator=torch.Generator().manual_seed(0))
    raw = camera.unprocess(x, metadata)
    result = camera.process_raw(sensor_noise(raw, shot, read, noise=noise), metadata)
    for n in range(3):
        one = camera.CameraMetadata(*(values[n : n + 1] for values in metadata))
        part = slice(n, n + 1)
        alone = camera.unprocess(x[part], one)
        alone = sensor_noise(alone, shot[part], read[part], noise=noise[part])
        torch.testing.assert_close(result[part], camera.process_raw(alone, one))


def test_values_outside_the_range_give_finite_results():
    x = 3 * images(2, 3, 4, 6) - 1
    metadata = cameras(2)
    assert camera.unprocess(x, metadata).equal(camera.unprocess(x.clamp(0, 1), metadata))
    result = camera.process_raw(images(2, 4, 2, 3) * 4 - 2, metadata)
    assert result.min() >= 0 and result.max() <= 1


def test_distribution_of_cameras():
    """20000 draws: means within 5 standard errors, all values in range."""
    metadata = cameras(20000)
    assert metadata.red_gain.min() >= 1.9 and metadata.red_gain.max() <= 2.4
    assert metadata.blue_gain.min() >= 1.5 and metadata.blue_gain.max() <= 1.9
    assert abs(metadata.red_gain.mean() - 2.15) < 5 * 0.5 / (12 * 20000) ** 0.5
    assert abs(metadata.blue_gain.mean() - 1.7) < 5 * 0.4 / (12 * 20000) ** 0.5
    inverse = 1 / metadata.rgb_gain
    assert abs(inverse.mean() - 0.8) < 5 * 0.1 / 20000**0.5
    assert abs(inverse.std() - 0.1) < 5 * 0.1 / 40000**0.5
    sums = metadata.rgb_to_camera.sum(dim=-1)
    torch.testing.assert_close(sums, torch.ones_like(sums))
    assert metadata.rgb_to_camera.std(dim=0).min() > 0.003


def test_color_matrices_are_mixed_before_they_are_multiplied():
    weights = images(3, 4).double()
    result = camera.camera_matrix(weights)
    for n in range(3):
        cameras_of_paper = torch.tensor(camera.XYZ_TO_CAMERA, dtype=torch.float64).view(4, 3, 3)
        mixed = sum(w * m for w, m in zip(weights[n], cameras_of_paper, strict=True))
        product = mixed @ torch.tensor(camera.RGB_TO_XYZ, dtype=torch.float64)
        torch.testing.assert_close(result[n], product / product.sum(dim=1, keepdim=True))


def test_distribution_of_noise_levels():
    """20000 draws against the line of the paper."""
    generator = torch.Generator().manual_seed(0)
    shot, read = draw_sensor_noise_levels(20000, generator=generator)
    low, high = math.log(1e-4), math.log(0.012)
    logarithm = shot.log()
    assert logarithm.min() >= low - 1e-5 and logarithm.max() <= high + 1e-5
    assert abs(logarithm.mean() - (low + high) / 2) < 5 * (high - low) / (12 * 20000) ** 0.5
    residual = read.log() - (2.18 * logarithm + 1.20)
    assert abs(residual.mean()) < 5 * 0.26 / 20000**0.5
    assert abs(residual.std() - 0.26) < 5 * 0.26 / 40000**0.5
    assert abs((residual * (logarithm - logarithm.mean())).mean()) < 5 * 0.26 * 1.4 / 20000**0.5


def test_variance_of_the_noise():
    raw = torch.tensor([0.0, 0.2, 0.9])[None, :, None].expand(2, 3, 50000)
    shot, read = torch.tensor([0.01, 0.001]), torch.tensor([1e-4, 4e-5])
    noisy = sensor_noise(raw, shot, read, generator=torch.Generator().manual_seed(0))
    expected = raw[..., 0] * shot[:, None] + read[:, None]
    torch.testing.assert_close((noisy - raw).var(dim=-1), expected, rtol=0.04, atol=0)
    assert noisy.min() < 0 and noisy.max() > 1  # not clipped


def test_draws_come_from_the_generator():
    state = torch.random.get_rng_state()
    draws = []
    for _ in range(2):
        generator = torch.Generator().manual_seed(5)
        metadata = camera.draw_camera_metadata(3, generator=generator)
        levels = draw_sensor_noise_levels(3, generator=generator)
        noisy = sensor_noise(torch.zeros(3, 4, 2, 2), *levels, generator=generator)
        draws.append([*metadata, *levels, noisy])
    assert all(first.equal(second) for first, second in zip(*draws, strict=True))
    assert torch.random.get_rng_state().equal(state)


def test_double_precision_is_kept():
    x = images(1, 3, 4, 6).double()
    metadata = cameras(1)
    raw = camera.unprocess(x, metadata)
    noisy = sensor_noise(raw, *draw_sensor_noise_levels(1))
    assert camera.process_raw(noisy, metadata).dtype == torch.float64
    single = camera.process_raw(camera.unprocess(x.float(), metadata), metadata)
    torch.testing.assert_close(camera.process_raw(raw, metadata).float(), single, atol=1e-5, rtol=0)


def test_wrong_arguments_are_refused():
    with pytest.raises(TypeError, match='divide by 255'):
        camera.unprocess(torch.zeros(1, 3, 2, 2, dtype=torch.uint8), cameras(1))
    with pytest.raises(ValueError, match=r'RGB images \(N, 3, H, W\)'):
        camera.unprocess(torch.zeros(1, 1, 2, 2), cameras(1))
    with pytest.raises(ValueError, match='needs even height and width'):
        camera.unprocess(torch.zeros(1, 3, 2, 5), cameras(1))
    for pair in ((0, 0.1), (0.2, 0.1), (0.1, 2), (float('nan'), 0.1)):
        with pytest.raises(ValueError, match='from 1e-8 to 1'):
            draw_sensor_noise_levels(1, pair)
    levels = draw_sensor_noise_levels(2)
    with pytest.raises(ValueError, match=r'read noise of shape \(1,\)'):
        sensor_noise(torch.zeros(1, 4, 2, 2), *levels)
    with pytest.raises(ValueError, match='noise of shape'):
        sensor_noise(torch.zeros(2, 4, 2, 2), *levels, noise=torch.zeros(1))
