"""Transforms: exact results for given draws, and the distribution of the draws."""

import numpy as np
import pytest
import torch
from image_files import random_image, write_image

from mmrestore.datasets.sample_key import sample_rng
from mmrestore.datasets.transforms import (
    AddGaussianNoise,
    CenterCrop,
    LoadImage,
    PackInputs,
    RandomCrop,
    RandomDihedral,
)
from mmrestore.datasets.transforms.crop import crop


def test_loading_gives_input_and_target(tmp_path):
    image = write_image(tmp_path / 'a.png', random_image(5, 6))
    target = write_image(tmp_path / 'b.png', random_image(10, 12, dtype=np.uint16))
    paths = {'img_path': str(tmp_path / 'a.png'), 'gt_path': str(tmp_path / 'b.png')}
    results = LoadImage()(paths)
    np.testing.assert_array_equal(results['img'], image)
    np.testing.assert_array_equal(results['gt'], target)
    assert 'img' not in paths and 'gt' not in LoadImage()({'img_path': paths['img_path']})
    assert LoadImage('gray')(paths)['gt'].shape == (10, 12, 1)


def test_loading_errors_name_the_file(tmp_path):
    with pytest.raises(ValueError, match=r'nowhere\.png'):
        LoadImage()({'img_path': str(tmp_path / 'nowhere.png')})
    with pytest.raises(ValueError, match='color must be one of'):
        LoadImage(color='yuv')


def test_crop_is_the_part_pixel_by_pixel():
    image = random_image(7, 9)
    part = crop(image, 2, 3, 4, 5)
    for y in range(4):
        for x in range(5):
            np.testing.assert_array_equal(part[y, x], image[y + 2, x + 3])
    for place in ((4, 0, 4, 5), (0, 5, 4, 5), (-1, 0, 4, 5)):
        with pytest.raises(ValueError, match='beyond the image of 7x9'):
            crop(image, *place)


@pytest.mark.parametrize('scale', [1, 3])
def test_input_and_target_are_cropped_at_one_place(scale):
    image = random_image(7, 11)
    target = image.repeat(scale, axis=0).repeat(scale, axis=1)
    results = RandomCrop((4, 5), scale=scale)({'img': image, 'gt': target, 'rng': sample_rng(1)})
    assert results['img'].shape == (4, 5, 3)
    enlarged = results['img'].repeat(scale, axis=0).repeat(scale, axis=1)
    np.testing.assert_array_equal(results['gt'], enlarged)


def test_every_place_of_a_crop_is_equally_likely():
    transform, image, rng = RandomCrop((4, 5)), np.zeros((6, 8, 3), np.uint8), sample_rng(0)
    draws = [transform.draw(image, rng) for _ in range(6000)]
    counts = np.zeros((3, 4))
    for top, left in draws:
        counts[top, left] += 1
    assert np.abs(counts - 500).max() < 5 * np.sqrt(500)


def test_a_crop_of_the_whole_image_is_the_image():
    image = random_image(4, 5)
    results = RandomCrop((4, 5))({'img': image, 'rng': sample_rng(0)})
    np.testing.assert_array_equal(results['img'], image)


def test_crops_refuse_what_does_not_fit():
    small = {'img': random_image(4, 8), 'rng': sample_rng(0)}
    with pytest.raises(ValueError, match=r'4x8 .* smaller than the patch of 5x5'):
        RandomCrop(5)(small)
    with pytest.raises(ValueError, match=r'expected a target of \(8, 16\)'):
        RandomCrop(2, scale=2)({**small, 'gt': random_image(8, 15)})
    for size in (0, (4, -1)):
        with pytest.raises(ValueError, match='must be positive'):
            RandomCrop(size)
    with pytest.raises(ValueError, match='scale'):
        CenterCrop(4, scale=0)
    assert RandomCrop((5, 6)).minimum_size == (5, 6)


def test_center_crop():
    image = random_image(7, 10)
    results = CenterCrop((4, 4))({'img': image})
    np.testing.assert_array_equal(results['img'], image[1:5, 3:7])


@pytest.mark.parametrize('dtype', [np.uint8, np.uint16])
def test_dihedral_turns_input_and_target_alike(dtype):
    image = random_image(4, 5, dtype=dtype)
    target = image.repeat(2, axis=0).repeat(2, axis=1)
    seen = set()
    for k in range(8):
        results = RandomDihedral().apply({'img': image, 'gt': target}, k)
        enlarged = results['img'].repeat(2, axis=0).repeat(2, axis=1)
        np.testing.assert_array_equal(results['gt'], enlarged)
        expected = image[:: -1 if k & 2 else 1, :: -1 if k & 1 else 1]
        np.testing.assert_array_equal(
            results['img'], expected.transpose(1, 0, 2) if k & 4 else expected
        )
        seen.add(results['img'].tobytes())
    assert len(seen) == 8


def test_the_eight_symmetries_are_equally_likely():
    rng = sample_rng(0)
    counts = np.bincount([RandomDihedral().draw(rng) for _ in range(8000)], minlength=8)
    assert len(counts) == 8 and np.abs(counts - 1000).max() < 5 * np.sqrt(1000)


def test_without_quarter_turns_the_four_flips_are_equally_likely():
    rng = sample_rng(0)
    step = RandomDihedral(quarter_turns=False)
    image = np.arange(6).reshape(2, 3, 1)
    seen = [step({'img': image, 'rng': rng})['img'].ravel().tolist() for _ in range(4000)]
    flips = ([0, 1, 2, 3, 4, 5], [2, 1, 0, 5, 4, 3], [3, 4, 5, 0, 1, 2], [5, 4, 3, 2, 1, 0])
    counts = [seen.count(flip) for flip in flips]
    assert sum(counts) == 4000 and np.abs(np.array(counts) - 1000).max() < 5 * np.sqrt(1000)


def test_random_transforms_draw_from_the_generator_of_the_sample():
    def run(key):
        results = {'img': random_image(30, 31), 'rng': sample_rng(key)}
        return RandomDihedral()(RandomCrop(8)(results))['img']

    np.testing.assert_array_equal(run(4), run(4))
    assert not np.array_equal(run(4), run(5))


def independent_noise(image: np.ndarray, sigma: float, seed: int) -> np.ndarray:
    """The test script's way: an image in BGR, seeded before each, never rounded."""
    is_gray = image.shape[2] == 1
    unit = (image[:, :, 0] if is_gray else image[:, :, ::-1]).astype(np.float32) / 255.0
    state = np.random.RandomState(seed)
    noisy = unit + state.normal(0, sigma / 255.0, unit.shape)
    return noisy[:, :, None] if is_gray else noisy[:, :, ::-1]


@pytest.mark.parametrize('channels', [1, 3])
@pytest.mark.parametrize(('sigma', 'seed'), [(50, 0), (2.5, 7)])
def test_noise_is_that_of_the_papers(channels, sigma, seed):
    image = random_image(17, 23, channels=channels)
    results = AddGaussianNoise(sigma, seed=seed)({'img': image})
    assert results['img'].dtype == np.float32 and results['gt'] is image
    expected = independent_noise(image, sigma, seed).astype(np.float32)
    np.testing.assert_array_equal(results['img'], expected)


def test_noise_is_drawn_anew_for_every_image_and_not_clipped():
    transform = AddGaussianNoise(50)
    dark, bright = np.zeros((40, 41, 3), np.uint8), np.full((40, 41, 3), 255, np.uint8)
    first, second = transform({'img': dark})['img'], transform({'img': bright})['img']
    np.testing.assert_allclose(first, second - 1, atol=1e-6)
    assert first.min() < -0.3 and second.max() > 1.3
    assert abs(first.std() - 50 / 255) < 0.01


def test_order_of_the_channels_of_the_noise():
    clean = np.zeros((5, 6, 3), np.uint8)
    bgr = AddGaussianNoise(10)({'img': clean})['img']
    rgb = AddGaussianNoise(10, channel_order='rgb')({'img': clean})['img']
    np.testing.assert_array_equal(bgr, rgb[..., ::-1])


def test_noise_keeps_a_target_and_reads_16_bit():
    image, target = random_image(5, 6, dtype=np.uint16), random_image(5, 6, seed=1)
    results = AddGaussianNoise(0)({'img': image, 'gt': target})
    assert results['gt'] is target
    np.testing.assert_allclose(results['img'], image / 65535, rtol=1e-6)
    with pytest.raises(TypeError, match='int32'):
        AddGaussianNoise(0)({'img': image.astype(np.int32)})


def test_noise_refuses_wrong_options():
    with pytest.raises(ValueError, match='sigma'):
        AddGaussianNoise(-1)
    with pytest.raises(ValueError, match='channel_order'):
        AddGaussianNoise(5, channel_order='BGR')


@pytest.mark.parametrize(
    ('dtype', 'expected'), [(np.uint8, torch.uint8), (np.uint16, torch.uint16)]
)
def test_packing_copies_the_patch_and_keeps_its_type(dtype, expected):
    image = random_image(40, 50, dtype=dtype)
    patch = image[3:7, 5:10]
    packed = PackInputs()({'img': patch, 'gt': image, 'img_path': 'a.png', 'dataset': 'd'})
    inputs, sample = packed['inputs'], packed['data_samples']
    assert inputs.dtype == expected and inputs.shape == (3, 4, 5) and inputs.is_contiguous()
    assert inputs.untyped_storage().nbytes() == 4 * 5 * 3 * dtype().itemsize
    np.testing.assert_array_equal(inputs.numpy(), patch.transpose(2, 0, 1))
    np.testing.assert_array_equal(sample.gt_img.numpy(), image.transpose(2, 0, 1))
    assert (sample.path, sample.dataset) == ('a.png', 'd')


@pytest.mark.parametrize('channels', [1, 3])
def test_packed_tensors_do_not_share_memory_with_the_array(channels):
    image = random_image(4, 5, channels=channels)
    before = image.copy()
    packed = PackInputs()({'img': image, 'img_path': 'a.png', 'dataset': 'd'})
    packed['inputs'].zero_()
    np.testing.assert_array_equal(image, before)
    assert 'gt_img' not in packed['data_samples']


def test_noisy_inputs_of_kodak_have_the_psnr_of_the_noise(shared):
    """Noise of sigma 50 is 20 log10(255 / 50) = 14.15 dB, and more when it is clipped."""
    transform = AddGaussianNoise(50)
    plain, clipped = [], []
    for path in sorted((shared / 'data/kodak24').glob('*.png')):
        results = transform(LoadImage()({'img_path': str(path)}))
        clean = results['gt'] / np.float32(255)
        plain.append(-10 * np.log10(np.mean((results['img'] - clean) ** 2)))
        clipped.append(-10 * np.log10(np.mean((results['img'].clip(0, 1) - clean) ** 2)))
    assert len(plain) == 24
    assert abs(np.mean(plain) - 14.15) < 0.01
    assert abs(np.mean(clipped) - 14.865) < 0.02
