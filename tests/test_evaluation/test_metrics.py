"""PSNR and SSIM as metrics of MMEngine's evaluator."""

from __future__ import annotations

import logging

import pytest
import torch
import torch.multiprocessing
from mmengine.evaluator import Evaluator
from mmengine.logging import MMLogger

from mmrestore import functional
from mmrestore.evaluation import PSNR, SSIM, ImageMetric
from mmrestore.evaluation.image_values import ImageValue
from mmrestore.registry import METRICS
from mmrestore.structures import DataSample


def samples(num=5, channels=3):
    """Images of alternating data sets and of different sizes."""
    generator = torch.Generator().manual_seed(0)
    result = []
    for i in range(num):
        target = torch.rand(channels, 16 + i, 19, generator=generator)
        pred = target + 0.1 * torch.randn(target.shape, generator=generator)
        meta = {'path': f'{i}.png', 'dataset': 'ab'[i % 2]}
        result.append(DataSample(pred_img=pred, gt_img=target, metainfo=meta))
    return result


@pytest.mark.parametrize('name', ['PSNR', 'SSIM'])
@pytest.mark.parametrize('options', [{}, {'channel': 'y', 'crop_border': 2, 'rounded': False}])
def test_the_mean_over_the_images_of_each_data_set(name, options):
    metric = METRICS.build({'type': name, **options})
    images = samples()
    metric.process(None, [s.to_dict() for s in images[:2]])
    metric.process(None, [s.to_dict() for s in images[2:]])
    results = metric.evaluate(5)
    function = getattr(functional, name.lower())
    values = [function(s.pred_img[None], s.gt_img[None], **options).item() for s in images]
    assert results == {
        f'a/{name}': pytest.approx((values[0] + values[2] + values[4]) / 3, rel=1e-12),
        f'b/{name}': pytest.approx((values[1] + values[3]) / 2, rel=1e-12),
    }
    assert all(type(value) is float for value in results.values())
    assert metric.results == []  # ready for the next evaluation
    found = [ImageValue('ab'[i % 2], str(i), pytest.approx(values[i])) for i in range(5)]
    assert metric.image_values == found and metric.num_images == {'a': 3, 'b': 2}


def test_in_an_evaluator_two_settings_need_two_names():
    metrics = [{'type': 'PSNR'}, {'type': 'PSNR', 'channel': 'y', 'name': 'PSNR_Y'}]
    evaluator = Evaluator([METRICS.build(cfg) for cfg in metrics])
    evaluator.process(samples(2))
    results = evaluator.evaluate(2)
    assert list(results) == ['a/PSNR', 'b/PSNR', 'a/PSNR_Y', 'b/PSNR_Y']
    assert results['a/PSNR_Y'] != results['a/PSNR']


def test_the_input_itself_is_measured_on_request():
    image = samples(1)[0]
    noisy = (image.gt_img.clamp(0, 1) * 255).byte()
    metric = PSNR(of='input', name='PSNR_of_input')
    metric.process({'inputs': noisy[None]}, [image.to_dict()])
    expected = functional.psnr(noisy[None] / 255, image.gt_img[None]).item()
    assert metric.evaluate(1) == {'a/PSNR_of_input': pytest.approx(expected)}
    with pytest.raises(ValueError, match="got 'target'"):
        PSNR(of='target')


def test_images_of_no_named_data_set():
    metric = PSNR()
    metric.process(None, [{'pred_img': torch.zeros(1, 2, 2), 'gt_img': torch.ones(1, 2, 2)}])
    assert metric.evaluate(1) == {'PSNR': 0.0}


def test_repeated_images_of_a_sampler_do_not_count():
    metric = PSNR()
    for value in (0.1, 0.1, 0.2):
        image = torch.full((1, 2, 2), value)
        metric.process(None, [{'pred_img': image, 'gt_img': torch.zeros(1, 2, 2)}])
    expected = functional.psnr(torch.full((1, 1, 2, 2), 0.1), torch.zeros(1, 1, 2, 2)).item()
    assert metric.evaluate(2) == {'PSNR': pytest.approx(expected)}


def test_a_missing_or_wrong_target_is_named():
    sample = {'pred_img': torch.zeros(3, 8, 8), 'path': 'x.png', 'dataset': 'real'}
    with pytest.raises(ValueError, match=r'x\.png of data set real has no gt_img'):
        PSNR().process(None, [sample])
    with pytest.raises(ValueError, match=r'x\.png .* target, \(3, 8, 9\), got \(3, 8, 8\)'):
        SSIM().process(None, [{**sample, 'gt_img': torch.zeros(3, 8, 9)}])


def test_the_protocol_is_logged_once_and_no_warning_about_a_prefix():
    records = []
    handler = logging.Handler()
    handler.emit = lambda record: records.append(record.getMessage())
    logger = MMLogger.get_instance('test_metrics')
    logger.addHandler(handler)
    metric = PSNR(crop_border=1)
    for _ in range(2):
        metric.process(None, [s.to_dict() for s in samples(2)])
        metric.evaluate(2)
    assert records == [
        'PSNR: PSNR in dB, RGB, rounded to 8 bit, border of 1 pixels cropped, mean over images'
    ]


def test_protocols_name_what_was_chosen():
    assert 'no border cropped' in PSNR().protocol
    assert 'Y (BT.601' in SSIM(channel='y').protocol
    assert 'neither clamped nor rounded' in SSIM(rounded=False).protocol


@pytest.mark.parametrize('metric', [PSNR, SSIM])
def test_wrong_options_are_refused(metric):
    with pytest.raises(ValueError, match="'rgb' or 'y'"):
        metric(channel='gray')
    with pytest.raises(ValueError, match='border'):
        metric(crop_border=-1)


def evaluate_in_a_group(rank, folder, outcome):
    """Rank 0 has images 0, 2, 4 and rank 1 has 1, 3 and, repeated by its sampler, 0."""
    torch.distributed.init_process_group(
        'gloo', init_method=f'file://{folder}/store', rank=rank, world_size=2
    )
    images = samples()
    metric = PSNR()
    metric.process(None, [images[i].to_dict() for i in ([0, 2, 4], [1, 3, 0])[rank]])
    outcome[rank] = metric.evaluate(5)
    if rank == 0:
        outcome['values'] = list(metric.image_values)
    torch.distributed.destroy_process_group()


def test_processes_gather_values_without_a_shared_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    metric = PSNR()
    metric.process(None, [s.to_dict() for s in samples()])
    expected = metric.evaluate(5)
    with torch.multiprocessing.Manager() as manager:
        outcome = manager.dict()
        torch.multiprocessing.spawn(evaluate_in_a_group, (str(tmp_path), outcome), nprocs=2)
        assert outcome[0] == outcome[1] == pytest.approx(expected)
        assert outcome['values'] == metric.image_values, 'in the order of the data set'
    assert not (tmp_path / '.dist_test').exists()


def test_missing_measure_is_an_error():
    with pytest.raises(NotImplementedError):
        ImageMetric().measure(torch.zeros(1), torch.zeros(1))


def test_the_protocol_names_gray_images():
    gray, color = (
        {'pred_img': torch.zeros(c, 12, 12), 'gt_img': torch.full((c, 12, 12), 0.1)} for c in (1, 3)
    )
    for options, words in (({}, 'RGB'), ({'channel': 'y'}, 'Y (BT.601, studio range)')):
        for kind in (PSNR, SSIM):
            metric = kind(**options)
            assert f', {words}, ' in metric.protocol
            metric.process(None, [gray])
            assert ', gray (full range), ' in metric.protocol and words not in metric.protocol
            metric.process(None, [color])
            assert f', {words}, of gray images gray (full range), ' in metric.protocol
    values = [kind(channel=c).measure(*(gray[k][None] for k in ('pred_img', 'gt_img'))).item()
              for kind in (PSNR, SSIM) for c in ('rgb', 'y')]  # fmt: skip
    assert values[0] == values[1] and values[2] == values[3], 'no studio range in either'


@pytest.mark.parametrize(
    ('metric', 'least'),
    [
        *((SSIM(), 11), (SSIM(crop_border=4), 19), (PSNR(crop_border=4), 9)),
        *((PSNR(crop_border=4, of='input'), 9),),
    ],
)
def test_images_that_are_too_small_are_named(metric, least):
    def process(side):
        image = torch.rand(3, 40, side)
        sample = {'pred_img': image, 'gt_img': image, 'path': 'a/x.png', 'dataset': 'real'}
        metric.process({'inputs': [image]}, [sample])

    process(least)
    match = (
        rf'at least {least} pixels, got 40x{least - 1} \(height x width\) for a/x\.png of .* real'
    )
    with pytest.raises(ValueError, match=match):
        process(least - 1)
