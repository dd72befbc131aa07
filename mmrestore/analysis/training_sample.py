"""A training sample of a config, and whether the training sees its own targets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmengine.config import Config

from mmrestore.analysis.leak import LeakReport, check_restorer
from mmrestore.apis.inference import init_restorer
from mmrestore.datasets.image_folder import build_pipeline
from mmrestore.datasets.sample_key import SampleKey, sample_rng
from mmrestore.datasets.transforms.base import stated_by
from mmrestore.functional.unit_range import to_unit_range
from mmrestore.registry import DATASETS

SIDE = 256  # of an image that is not cropped


def check_config_leak(
    config: Config,
    checkpoint: str | Path | None = None,
    *,
    size: int | None = None,
    num_elements: int = 16,
    seed: int = 0,
) -> LeakReport:
    """Tell whether the output of a training sees the noisy pixel that the loss compares it with.

    Args:
        config: an opened config of one network; its ``compile`` is switched off.
        checkpoint: weights; random ones by default.
        size: side of the patch in pixels instead of that of training.
        num_elements: number of outputs that are looked at.
        seed: of everything that is random.

    Raises:
        FileNotFoundError: there is no such checkpoint.
        ValueError: the config trains nothing, or see ``check_restorer``.
    """
    if config.get('train_dataloader') is None:
        name = config.filename or 'the config'
        raise ValueError(f'{name} has no train_dataloader: it trains nothing')
    config.model.compile = False
    torch.manual_seed(seed)
    restorer: Any = init_restorer(config, checkpoint, device='cpu')
    sample = training_sample(config.train_dataloader.dataset)
    images, target = sample['inputs'], sample['data_samples'].get('gt_img')
    if size:
        images = images.new_zeros(len(images), size, size)
        if target is not None:
            side = restorer.backbone.scale * size
            target = target.new_zeros(len(target), side, side)
    noise = torch.rand(images.shape)[None] / 2 + 0.25
    return check_restorer(
        restorer,
        noise,
        None if target is None else to_unit_range(target)[None],
        num_elements=num_elements,
        seed=seed,
    )


def training_sample(dataset: Any) -> dict:
    """Return a sample as training gets it: of noise for images, if the data set has a pipeline."""
    if 'pipeline' not in dataset:
        return DATASETS.build(dataset)[0]
    load, *steps = build_pipeline(dataset.pipeline)
    least = max(side for step in [load, *steps] for side in stated_by(step).minimum_size)
    side = least if least > 1 else SIDE
    # A transform of a plugin may load images without naming their color, or crop without a scale.
    channels = 1 if getattr(load, 'color', '') == 'gray' else 3
    rng = sample_rng(SampleKey(0, 0, 0))
    scales = {'img': 1}
    if _targets(dataset):
        # As above: not every step states a scale.
        scales['gt'] = max([1, *(getattr(step, 'scale', 1) for step in steps)])
    results: dict[str, Any] = {
        key: rng.integers(64, 192, (scale * side, scale * side, channels), dtype=np.uint8)
        for key, scale in scales.items()
    }
    results.update(img_path='image.png', dataset='random', rng=rng)
    for step in steps:
        results = step(results)
    return results


def _targets(dataset: Any) -> bool:
    """Whether a data set, or one of its parts, has a folder of targets."""
    if isinstance(dataset, dict):
        if dataset.get('gt_root') is not None:
            return True
        return any(_targets(value) for value in dataset.values())
    return False
