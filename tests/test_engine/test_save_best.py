"""The best weights by a metric that is named, or by the first one that a validation gives."""

from __future__ import annotations

import json

from tiny_components import tiny_config
from trainings import train


def test_auto_takes_the_first_metric_of_the_restored_images(tmp_path):
    config = tiny_config(tmp_path, default_hooks__checkpoint__save_best='auto')
    of_input = dict(type='PSNR', of='input', name='PSNR_of_input')
    config.val_evaluator.metrics = [of_input, dict(type='SSIM'), dict(type='PSNR')]
    train(config, 'save_best_auto')
    best = json.loads((tmp_path / 'validations.json').read_text())['best']
    assert list(best) == ['tiny/SSIM']
    assert (tmp_path / best['tiny/SSIM']['file']).is_file()
