"""PSNR of the inputs."""

from __future__ import annotations

import pytest
import torch

from mmrestore.evaluation import PSNR, SSIM
from mmrestore.evaluation.input_scores import InputScores
from mmrestore.functional.image_quality import psnr
from mmrestore.functional.resize import resize


def sample(pred, target, dataset):
    return dict(pred_img=pred, gt_img=target, dataset=dataset)


def test_each_protocol_by_its_name_and_nothing_of_the_metrics_changes():
    generator = torch.Generator().manual_seed(0)
    inputs = torch.rand(2, 3, 9, 12, generator=generator)
    targets = torch.rand(2, 3, 9, 12, generator=generator)
    metrics = [
        PSNR(),
        PSNR(channel='y', crop_border=1, name='PSNR_Y'),
        PSNR(of='input', name='given'),
        PSNR(align=True, name='aligned'),
        SSIM(),
    ]
    scores = InputScores(metrics)
    samples = [sample(targets[i], targets[i], 'ab'[i]) for i in range(2)]
    scores.process(dict(inputs=inputs), samples)
    found = scores.evaluate(2)
    assert not scores.upscaled
    expected = {}
    for i, name in enumerate('ab'):
        pair = (inputs[i : i + 1], targets[i : i + 1])
        expected[f'{name}/PSNR'] = psnr(*pair).item()
        expected[f'{name}/PSNR_Y'] = psnr(*pair, channel='y', crop_border=1).item()
    assert found == pytest.approx(expected)
    assert all(metric.results == [] for metric in metrics)


def test_small_inputs_are_upscaled_and_incomparable_ones_are_skipped():
    generator = torch.Generator().manual_seed(0)
    small = torch.randint(0, 256, (1, 3, 5, 6), dtype=torch.uint8, generator=generator)
    target = torch.rand(3, 10, 12, generator=generator)
    scores = InputScores([PSNR()])
    for image, of in ((target, 'a'), (target[:, :9], 'uneven'), (target[:1], 'gray'), (None, 'no')):
        scores.process(dict(inputs=small), [sample(target, image, of)])
    assert scores.upscaled
    upscaled = resize(small.float() / 255, scale=2)
    assert scores.evaluate(4) == pytest.approx({'a/PSNR': psnr(upscaled, target[None]).item()})
