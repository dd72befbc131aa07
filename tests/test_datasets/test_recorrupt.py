"""The measure that needs no clean picture: its parts, and that it orders denoisers as PSNR does."""

import numpy as np
import pytest
import torch
from image_files import write_images
from mmengine.evaluator import Evaluator
from scipy.ndimage import gaussian_filter, uniform_filter
from tiny_components import tiny_config

from mmrestore.analysis.ranking import spearman
from mmrestore.datasets import EmbeddedPhotographs
from mmrestore.datasets.transforms import AddNoise, Recorrupt
from mmrestore.datasets.transforms.recorrupt import estimate_noise, flip_blocks, recorrupt
from mmrestore.engine import Runner
from mmrestore.evaluation import PSNR, RecorruptedGain
from mmrestore.structures import DataSample


def correlated_noise(rng, shape, sigma):
    noise = uniform_filter(rng.normal(size=shape), (3, 3, 0), mode='wrap')
    return sigma * noise / noise.std()


def test_the_error_against_the_second_image_is_that_against_the_clean_one():
    """Exactly so, but for chance, for noise of known covariance; here of linear filters."""
    rng = np.random.default_rng(0)
    shape = (400, 400, 3)
    clean = np.cos(np.arange(400) / 9)[:, None, None] * np.ones(shape) * 0.3 + 0.5
    noise, other = (correlated_noise(rng, shape, 0.1) for _ in range(2))
    for strength in (0.25, 0.5, 1.0):
        first, second = recorrupt(clean + noise, other, strength)
        for width in (0.0, 0.7, 2.0, 6.0):
            restored = gaussian_filter(first, (width, width, 0), mode='wrap') if width else first
            error = np.mean((restored - second) ** 2) - (1 + strength**-2) * np.mean(other**2)
            assert error == pytest.approx(np.mean((restored - clean) ** 2), abs=4e-4)


@pytest.mark.parametrize(
    ('dtype', 'full'), [(np.uint8, 255), (np.uint16, 65535), (np.float32, 1)], ids=str
)
def test_noise_is_found_where_it_is_and_edges_are_not_noise(dtype, full):
    """White noise twice as strong in the bright half, with bars that the median keeps."""
    rng = np.random.default_rng(1)
    clean = np.full((240, 240, 3), 0.3)
    clean[:, 120:] = 0.7
    clean[::24] += 0.2
    sigma = np.where(np.arange(240) < 120, 0.02, 0.04)[None, :, None]
    noisy = (clean + sigma * rng.normal(size=clean.shape)).clip(0, 1) * full
    noisy = (noisy if full == 1 else noisy.round()).astype(dtype)
    found = estimate_noise(noisy)
    assert found.dtype == np.float32 and found.shape == noisy.shape
    for part, expected in ((found[:, 8:112], 0.02), (found[:, 128:232], 0.04)):
        assert part.std() == pytest.approx(expected, rel=0.15)
    assert np.abs(found).max() < 0.12  # of bars of 0.2


def test_gray_images():
    noisy = np.random.default_rng(0).integers(0, 255, (20, 21, 1)).astype(np.uint8)
    assert estimate_noise(noisy).shape == (20, 21, 1)


def test_signs_change_in_blocks():
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(100, 130, 3))
    flipped = flip_blocks(noise, np.random.default_rng(1), size=16)
    signs = flipped / noise
    assert set(np.unique(signs.round(6))) == {-1.0, 1.0}
    for top in range(0, 100, 16):
        for left in range(0, 130, 16):
            assert len(np.unique(signs[top : top + 16, left : left + 16].round(6))) == 1
    assert abs(signs.mean()) < 0.3
    np.testing.assert_allclose(np.abs(flipped), np.abs(noise))


def test_the_pair_is_the_same_for_every_checkpoint():
    image = np.random.default_rng(0).integers(0, 255, (20, 30, 3)).astype(np.uint8)
    step = Recorrupt()
    first, second = (
        step({'img': image, 'img_path': p, 'gt': image}) for p in ('a/1.png', 'b/1.png')
    )
    np.testing.assert_array_equal(first['gt'], second['gt'])
    assert first['img'].dtype == first['gt'].dtype == np.float32
    # Both are made of the noisy image: img + strength^2 gt = (1 + strength^2) noisy.
    noisy = (first['img'] + first['gt'] / 16) / (1 + 1 / 16)
    np.testing.assert_allclose(noisy, image / 255, atol=1e-6)
    other = Recorrupt(seed=1)({'img': image, 'img_path': 'a/1.png'})
    assert (other['img'] != first['img']).any()
    with pytest.raises(ValueError, match='positive, got 0'):
        Recorrupt(0)
    with pytest.raises(TypeError, match='8 or 16 bit or float32, got int32'):
        step({'img': image.astype(np.int32), 'img_path': 'a'})


def test_the_measure_orders_filters_as_psnr_does():
    """On photographs with the noise of a camera; too weak, right and far too strong filters."""
    steps = [dict(type='LoadImage'), dict(type='CenterCrop', size=160)]
    camera = AddNoise(dict(type='CameraNoise', shot_noise=0.006), by_name=True)
    pairs = [camera(results) for results in EmbeddedPhotographs('test', pipeline=steps)]
    widths = (0.0, 0.5, 0.8, 1.2, 2.0, 4.0, 8.0)
    truth, measure = [], []
    for width in widths:
        evaluators = [Evaluator([metric]) for metric in (PSNR(), RecorruptedGain())]
        for results in pairs:
            for evaluator, sample in zip(evaluators, (results, Recorrupt()(results)), strict=True):
                inputs = torch.from_numpy(sample['img']).permute(2, 0, 1)
                target = torch.from_numpy(sample['gt']).permute(2, 0, 1)
                if not inputs.is_floating_point():
                    inputs, target = inputs / 255, target / 255
                blurred = gaussian_filter(inputs.numpy(), (0, width, width)) if width else inputs
                pred = torch.as_tensor(blurred).clamp(0, 1)
                meta = {'path': results['img_path'], 'dataset': 'a'}
                out = DataSample(pred_img=pred, gt_img=target, metainfo=meta)
                evaluator.process([out], {'inputs': inputs[None]})
        truth.append(evaluators[0].evaluate(2)['a/PSNR'])
        measure.append(evaluators[1].evaluate(2)['a/RecorruptedGain'])
    assert spearman(measure, truth) > 0.7
    assert truth[int(np.argmax(measure))] > max(truth) - 0.7


def test_checkpoints_are_kept_by_it_in_a_training(tmp_path):
    """A whole run on noisy images alone: no sample of it has a clean one."""
    write_images(tmp_path / 'noisy', '1.png', '2.png', height=24, width=30)
    steps = [dict(type='LoadImage'), dict(type='Recorrupt'), dict(type='PackInputs')]
    dataset = dict(type='ImageFolder', root=str(tmp_path / 'noisy'), name='noisy', pipeline=steps)
    config = tiny_config(
        tmp_path / 'run',
        train_cfg__max_epochs=2,
        train_cfg__val_interval=1,
        val_dataloader__dataset=dict(_delete_=True, **dataset),
        val_evaluator=dict(_delete_=True, type='Evaluator', metrics=[dict(type='RecorruptedGain')]),
        default_hooks__checkpoint__save_best='noisy/RecorruptedGain',
    )
    config.experiment_name = tmp_path.name
    Runner.from_cfg(config).train()
    assert len(list((tmp_path / 'run').glob('best_noisy_RecorruptedGain_epoch_*.pth'))) == 1
