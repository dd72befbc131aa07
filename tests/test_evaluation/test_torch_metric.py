"""Metrics of torchmetrics: inputs, averaging or pooling, and errors."""

from __future__ import annotations

import builtins

import numpy as np
import pytest
import torch
from torch import nn

from mmrestore.evaluation import PSNR, TorchMetric
from mmrestore.evaluation.torch_metrics_loading import import_metric
from mmrestore.evaluation.torch_metrics_table import metric_facts
from mmrestore.functional import round_to_8_bit
from mmrestore.registry import METRICS

torchmetrics = pytest.importorskip('torchmetrics', reason='torchmetrics is not installed')
from torchmetrics.functional.image import (  # noqa: E402
    multiscale_structural_similarity_index_measure,
    visual_information_fidelity,
)


def samples(num=3, channels=3, side=180):
    generator = torch.Generator().manual_seed(0)
    result = []
    for number in range(num):
        target = torch.rand(channels, side, side + 10 * number, generator=generator)
        pred = (target + 0.1 * torch.randn(target.shape, generator=generator)).clamp(0, 1)
        sample = dict(pred_img=pred, gt_img=target, dataset='ab'[number % 2], path=f'{number}.png')
        result.append(sample)
    return result


def rounded(sample):
    return [round_to_8_bit(sample[key])[None] for key in ('pred_img', 'gt_img')]


class Pixels(nn.Module):
    """Features of an image, for FID without a network: means of its quarters."""

    num_features = 12
    seen: list = []

    def forward(self, images):
        self.seen.append(images.dtype)
        return nn.functional.adaptive_avg_pool2d(images.double(), 2).flatten(1)


def test_the_mean_over_images_is_that_of_the_function():
    metric = METRICS.build(dict(type='TorchMetric', metric='MS-SSIM'))
    images = samples()
    metric.process(None, images)
    results = metric.evaluate(3)
    expected = [
        multiscale_structural_similarity_index_measure(*rounded(sample), data_range=1.0).item()
        for sample in images
    ]
    assert results == {
        'a/MS-SSIM': pytest.approx((expected[0] + expected[2]) / 2),
        'b/MS-SSIM': pytest.approx(expected[1]),
    }
    assert [value.value for value in metric.image_values] == pytest.approx(expected)
    assert [value.image for value in metric.image_values] == ['0', '1', '2']
    assert metric.higher_is_better and 'values in [0, 1], rounded to 8 bit' in metric.protocol
    assert torchmetrics.__version__ in metric.protocol


def test_psnr_agrees_with_ours():
    images = samples()
    theirs = TorchMetric('PeakSignalNoiseRatio', name='theirs')
    ours = PSNR(name='ours')
    for metric in (theirs, ours):
        metric.process(None, images)
    for one, two in zip(theirs.evaluate(3).values(), ours.evaluate(3).values(), strict=True):
        assert one == pytest.approx(two, abs=1e-4)


def test_value_ranges_of_metrics():
    (sample,) = samples(1)
    expected = visual_information_fidelity(*(255 * x for x in rounded(sample))).item()
    vif = TorchMetric('VIF')
    assert vif.measure_one(sample['pred_img'], sample['gt_img']).item() == pytest.approx(expected)
    unit = TorchMetric('VisualInformationFidelity', values='unit')
    assert unit.measure_one(sample['pred_img'], sample['gt_img']).item() != pytest.approx(expected)
    raw = TorchMetric('PeakSignalNoiseRatio', rounded=False)
    image = sample['pred_img']
    mse = (image - sample['gt_img']).double().square().mean()
    value = raw.measure_one(image, sample['gt_img']).item()
    assert value == pytest.approx(-10 * torch.log10(mse).item(), abs=1e-4)


def test_a_metric_of_the_image_alone():
    metric = TorchMetric('TV', of='input')
    image = torch.zeros(1, 1, 4, 6)
    image[..., 3:] = 1
    metric.process({'inputs': image}, [dict(pred_img=image[0] * 0, dataset='a')])
    assert metric.evaluate(1) == {'a/TV': 4.0}  # one step in each of four rows
    assert not metric.needs_target


def test_pooled_metrics_give_one_value_for_a_data_set():
    Pixels.seen.clear()
    metric = TorchMetric('FID', options=dict(feature=Pixels()))
    assert metric.pooled and not metric.higher_is_better
    generator = torch.Generator().manual_seed(1)
    images = [torch.rand(1, 16, 16, generator=generator) for _ in range(8)]
    for number, image in enumerate(images):
        for dataset, pred in (('same', image), ('other', (image + 0.2).clamp(0, 1))):
            metric.process(None, [dict(pred_img=pred, gt_img=image, dataset=dataset, path=number)])
    results = metric.evaluate(16)
    assert metric.image_values == [] and metric.num_images == {'same': 8, 'other': 8}
    assert results['same/FID'] == pytest.approx(0, abs=1e-3)
    assert set(Pixels.seen) == {torch.uint8}
    # The distance of two Gaussian distributions by hand.
    features = [
        np.stack([Pixels()(byte(x).expand(3, -1, -1)[None])[0].numpy() for x in side])
        for side in (images, [(image + 0.2).clamp(0, 1) for image in images])
    ]
    means, covariances = zip(*((f.mean(0), np.cov(f.T)) for f in features), strict=True)
    cross = np.sqrt(np.linalg.eigvals(covariances[0] @ covariances[1]).astype(complex)).real.sum()
    expected = np.square(means[0] - means[1]).sum() + sum(map(np.trace, covariances)) - 2 * cross
    assert results['other/FID'] == pytest.approx(expected, rel=1e-3)
    assert 'one value for all images' in metric.protocol
    assert 'gray as three channels' in metric.protocol
    metric.process(None, [dict(pred_img=images[0], gt_img=images[0], dataset='same')])
    with pytest.raises(ValueError, match='FID of the 1 images of data set same'):
        metric.evaluate(1)  # the pools of the first evaluation are gone


def test_random_draws_of_pooled_metrics_are_seeded():
    generator = torch.Generator().manual_seed(1)
    images = torch.rand(12, 3, 16, 16, generator=generator)
    results = []
    for seed in range(2):
        torch.manual_seed(seed)
        options = dict(feature=Pixels(), subset_size=5, subsets=3)
        metric = TorchMetric('KID', options=options, datasets=['d'])
        for image in images:
            sample = dict(pred_img=image.square(), gt_img=image, dataset='d', path='x')
            metric.process(None, [sample, {**sample, 'dataset': 'other'}])
        drawn = torch.rand(3)
        results.append(metric.evaluate(24))
        torch.manual_seed(seed)
        assert torch.rand(3).equal(drawn), 'the global generator is left alone'
    assert results[0] == results[1] and list(results[0]) == ['d/KID']
    assert results[0]['d/KID'] > 0


def byte(image):
    return (image.double() * 255).round().to(torch.uint8)


def test_invalid_settings_are_refused():
    with pytest.raises(ValueError, match=r"no image metric 'MSSSIM': did you mean MS-SSIM"):
        TorchMetric('MSSSIM')
    with pytest.raises(
        ValueError, match=r'refuses the options .*beta.*; it accepts gaussian_kernel'
    ):
        TorchMetric('MS-SSIM', options=dict(beta=1))
    with pytest.raises(ValueError, match='expected values among unit, levels, bytes'):
        TorchMetric('MS-SSIM', values='floats')
    with pytest.raises(ValueError, match='does not compare images with targets'):
        TorchMetric('QualityWithNoReference')
    small = samples(1, side=20)
    with pytest.raises(ValueError, match=r'MS-SSIM of 0.png of data set a: .*larger than'):
        TorchMetric('MS-SSIM').process(None, small)
    with pytest.raises(ValueError, match='has no gt_img'):
        TorchMetric('MS-SSIM').process(None, [dict(pred_img=torch.zeros(3, 9, 9))])


def test_several_processes_do_not_pool(monkeypatch):
    monkeypatch.setattr('mmrestore.evaluation.torch_metric.get_world_size', lambda: 2)
    with pytest.raises(RuntimeError, match=r'FID pools all images .* in one process'):
        TorchMetric('FID', options=dict(feature=Pixels()))
    assert not TorchMetric('MS-SSIM').metric.sync_on_compute


def test_weights_are_named_and_not_downloaded(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(torch.hub, 'get_dir', lambda: str(tmp_path))
    with pytest.raises(RuntimeError, match=r'needs the weights https://.*vgg16.*save them as'):
        TorchMetric('DISTS')
    assert not list(tmp_path.rglob('*.pth'))
    assert 'Downloading' not in capsys.readouterr().err


def test_a_missing_package_says_what_to_install(monkeypatch):
    original = builtins.__import__

    def without(name, *args, **kwargs):
        if name == 'torchmetrics':
            raise ImportError('No module named torchmetrics')
        return original(name, *args, **kwargs)

    monkeypatch.setattr(builtins, '__import__', without)
    with pytest.raises(
        RuntimeError, match='MS-SSIM needs the package torchmetrics: run `pip install'
    ):
        import_metric('MS-SSIM')


@pytest.mark.parametrize('name', ['SCC', 'SAM', 'ERGAS', 'UQI', 'PSNR-B'])
def test_every_metric_of_the_table_that_needs_no_weights(name):
    channels = 1 if name == 'PSNR-B' else 3
    (sample,) = samples(1, channels=channels, side=32)
    metric = TorchMetric(name)
    assert metric_facts(name).class_name in metric.protocol
    same = metric.measure_one(sample['gt_img'], sample['gt_img']).item()
    noisy = metric.measure_one(sample['pred_img'], sample['gt_img']).item()
    assert noisy < same if metric.higher_is_better else noisy > same
