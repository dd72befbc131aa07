"""Alignment by known shifts and brightness, and aligned PSNR and SSIM."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from skimage.metrics import structural_similarity

from mmrestore import functional
from mmrestore.evaluation import PSNR, SSIM
from mmrestore.evaluation.alignment import align
from mmrestore.evaluation.metrics import aligned
from mmrestore.structures import DataSample


def photograph(height=90, width=120, channels=3, seed=0):
    """Return a smooth random image (C, H, W) with a margin to be moved in."""
    rng = np.random.default_rng(seed)
    image = cv2.GaussianBlur(rng.random((height, width, channels)), (0, 0), 3)
    image = image.reshape(height, width, channels).astype(np.float32)
    image = (image - image.min()) / (image.max() - image.min())
    return torch.from_numpy(image).permute(2, 0, 1)


def moved(down, right, channels=3):
    """Return a target and the same scene shifted by some pixels."""
    image = photograph(channels=channels)
    return image[:, 10:70, 10:100], image[:, 10 + down : 70 + down, 10 + right : 100 + right]


@pytest.mark.parametrize('channels', [1, 3])
@pytest.mark.parametrize(('down', 'right'), [(0, 0), (3, 0), (-2, 4)])
def test_a_known_shift_is_undone(channels, down, right):
    target, pred = moved(down, right, channels)
    result, mask = align(0.8 * pred, target)
    assert result.shape == target.shape and mask.shape == (1, 60, 90)
    # The brightness is matched before the images are in place, hence not quite.
    factor = float((mask * result * target).sum() / (mask * result * result).sum())
    assert 0.95 < factor < 1.2
    assert (mask * (factor * result - target)).square().mean().sqrt() < 0.005
    covered = torch.zeros(60, 90)
    covered[max(0, down) : 60 + min(0, down), max(0, right) : 90 + min(0, right)] = 1
    assert (mask[0] != covered).sum() <= 60 + 90  # half a pixel at a border may go either way
    before = functional.psnr(pred[None], target[None])
    after = functional.psnr(result[None], target[None], mask=mask[None])
    assert after > (60 if (down, right) == (0, 0) else before + 5)


def test_a_homography_is_undone():
    image = photograph(200, 260).permute(1, 2, 0).numpy()
    homography = np.array([[1.01, 0.004, 1.5], [-0.003, 0.995, -2.0], [1e-5, -2e-5, 1.0]])
    warped = cv2.warpPerspective(image, homography, (260, 200), flags=cv2.INTER_CUBIC)
    target, pred = (torch.from_numpy(x[20:180, 20:240]).permute(2, 0, 1) for x in (image, warped))
    result, mask = align(pred, target)
    assert mask.mean() > 0.95
    values = [functional.psnr(pred[None], target[None])]
    values.append(functional.psnr(result[None], target[None], mask=mask[None]))
    assert values[0] < 25 and values[1] > 40


def test_without_convergence_the_image_is_not_warped(monkeypatch):
    warnings = []
    monkeypatch.setattr(
        'mmrestore.evaluation.alignment.print_log', lambda text, **_: warnings.append(text)
    )
    target = photograph(40, 50)
    flat = torch.full_like(target, 0.5)
    result, mask = align(flat, target)
    assert mask.min() == 1
    torch.testing.assert_close(result, torch.full_like(target, float(target.mean())))
    black, _ = align(torch.zeros_like(target), target)
    assert not black.any()
    assert len(warnings) == 2 and '40 x 50 pixels could not be aligned' in warnings[0]


def test_masked_psnr_is_that_of_the_compared_part():
    pred, target = torch.rand(2, 3, 20, 25), torch.rand(2, 3, 20, 25)
    mask = torch.zeros(2, 1, 20, 25)
    mask[:, :, 4:18, 3:21] = 1
    expected = functional.psnr(pred[..., 4:18, 3:21], target[..., 4:18, 3:21])
    torch.testing.assert_close(functional.psnr(pred, target, mask=mask), expected)
    expected = functional.psnr(pred[..., 5:15, 5:20], target[..., 5:15, 5:20], channel='y')
    value = functional.psnr(pred, target, mask=mask, channel='y', crop_border=5)
    torch.testing.assert_close(value, expected)


def test_masked_ssim_against_scikit_image():
    pred, target = torch.rand(1, 3, 24, 31).double(), torch.rand(1, 3, 24, 31).double()
    mask = torch.ones(1, 1, 24, 31).double()
    mask[..., :3] = 0
    mask[..., -2:, 7:] = 0
    _, values = structural_similarity(
        (pred * mask)[0].numpy(),
        (target * mask)[0].numpy(),
        channel_axis=0,
        data_range=1,
        gaussian_weights=True,
        use_sample_covariance=False,
        full=True,
    )
    inside = mask[0, :, 5:-5, 5:-5].numpy()
    expected = (values[:, 5:-5, 5:-5] * inside).sum((1, 2)).mean() / inside.sum()
    value = functional.ssim(pred, target, mask=mask, rounded=False)
    assert value.item() == pytest.approx(expected, rel=1e-10)
    everything = functional.ssim(pred, target, mask=torch.ones(1, 1, 24, 31))
    torch.testing.assert_close(everything, functional.ssim(pred, target))


def sample(dataset, down=2, right=-3):
    target, pred = moved(down, right)
    return DataSample(
        pred_img=pred, gt_img=target, metainfo={'dataset': dataset, 'path': 'x.png'}
    ).to_dict()


@pytest.mark.parametrize('metric', [PSNR, SSIM])
def test_metrics_align_the_data_sets_that_they_name(metric):
    samples = [sample('gopro'), sample('realblur'), sample('gopro', 0, 0)]
    plain, aligning = metric(datasets=['gopro']), metric(align=True, datasets=['realblur'])
    results = []
    for one in (plain, aligning, metric()):
        one.process(None, samples)
        assert len(one.results) == 3  # so that processes gather equally many
        results.append(one.evaluate(3))
    name = metric.__name__
    assert list(results[0]) == [f'gopro/{name}'] and list(results[1]) == [f'realblur/{name}']
    assert results[0][f'gopro/{name}'] == results[2][f'gopro/{name}']
    assert results[1][f'realblur/{name}'] > 1.2 * results[2][f'realblur/{name}']


def test_data_sets_are_a_list_of_names():
    with pytest.raises(TypeError, match="got 'realblur'"):
        PSNR(datasets='realblur')


def test_rounding_comes_before_the_alignment():
    target, pred = moved(2, 1)
    pred = 1.3 * pred
    metric = PSNR(align=True)
    metric.process(None, [{'pred_img': pred, 'gt_img': target}])
    result, mask = align(functional.round_to_8_bit(pred), functional.round_to_8_bit(target))
    rounded = functional.round_to_8_bit(target)
    expected = functional.psnr(result[None], rounded[None], rounded=False, mask=mask[None])
    assert metric.evaluate(1) == {'PSNR': pytest.approx(expected.item())}


def test_two_metrics_align_once(monkeypatch):
    calls = []
    monkeypatch.setattr(
        'mmrestore.evaluation.metrics.align', lambda *x: calls.append(x) or align(*x)
    )
    aligned.cache_clear()
    one = sample('realblur')
    for metric in (PSNR(align=True), SSIM(align=True, channel='y')):
        metric.process(None, [one])
    assert len(calls) == 1
    PSNR(align=True, rounded=False).process(None, [one])
    PSNR(align=True).process(None, [sample('realblur')])
    assert len(calls) == 3


def test_the_protocol_names_the_alignment():
    assert 'aligned with the target by ECC, masked' in PSNR(align=True).protocol
    assert 'aligned' not in SSIM().protocol
