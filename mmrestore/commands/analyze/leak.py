r"""Tell whether the output of a training sees the noisy pixel that the loss compares it with.

    python tools/analysis/leak.py CONFIG [--checkpoint FILE] [--cfg-options KEY=VALUE ...]

Neither data nor training is needed: a random image of the size of the patches goes through the
batch transforms of the config and its network, and gradients tell what the outputs see. The exit
status is 1 if there is a leak, and 2 if nothing can be told. Networks with statistics of the whole
image, as channel attention, see every pixel that is not masked.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from mmengine.config import Config, DictAction

from mmrestore.analysis.leak import check_restorer
from mmrestore.apis import init_restorer
from mmrestore.config.check import check_overrides
from mmrestore.datasets.image_folder import build_pipeline
from mmrestore.datasets.sample_key import SampleKey, sample_rng
from mmrestore.functional.unit_range import to_unit_range
from mmrestore.registry import DATASETS

SIDE = 256  # of an image that is not cropped


def training_sample(dataset: Any) -> dict:
    """Return a sample as training gets it: of noise for images, if the data set has a pipeline."""
    if 'pipeline' not in dataset:
        return DATASETS.build(dataset)[0]
    load, *steps = build_pipeline(dataset.pipeline)
    least = [side for step in steps for side in getattr(step, 'minimum_size', ())]
    side, channels = max(least, default=SIDE), 1 if getattr(load, 'color', '') == 'gray' else 3
    rng = sample_rng(SampleKey(0, 0, 0))
    scales = {'img': 1}
    if _targets(dataset):
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
    """Whether a data set, or one that it consists of, has a folder of targets."""
    if isinstance(dataset, dict):
        if dataset.get('gt_root') is not None:
            return True
        return any(_targets(value) for value in dataset.values())
    return False


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('config')
    parser.add_argument('--checkpoint', metavar='FILE', help='weights; random ones by default')
    parser.add_argument('--cfg-options', nargs='+', action=DictAction, help='as in training')
    parser.add_argument('--size', type=int, metavar='N', help='side of the patch instead')
    parser.add_argument(
        '--elements', type=int, default=16, metavar='N', help='outputs that are looked at'
    )
    parser.add_argument(
        '--tolerance', type=float, default=0.0, metavar='SHARE', help='share that may leak, 0 to 1'
    )
    parser.add_argument('--seed', type=int, default=0, help='of everything that is random')
    options = parser.parse_args(arguments)
    try:
        config = Config.fromfile(options.config)
        if 'stages' in config:
            parts = ', '.join(stage['config'] for stage in config.stages.values())
            parser.error(f'{options.config} lists several trainings; give one of them: {parts}')
        check_overrides(config, options.cfg_options or {})
        config.merge_from_dict(options.cfg_options or {})
        if config.get('train_dataloader') is None:
            parser.error(f'{options.config} has no train_dataloader: it trains nothing')
        config.model.compile = False
        torch.manual_seed(options.seed)
        restorer = init_restorer(config, options.checkpoint, device='cpu')
        sample = training_sample(config.train_dataloader.dataset)
        images, target = sample['inputs'], sample['data_samples'].get('gt_img')
        if options.size:
            images = images.new_zeros(len(images), options.size, options.size)
            if target is not None:
                side = restorer.backbone.scale * options.size
                target = target.new_zeros(len(target), side, side)
        noise = torch.rand(images.shape)[None] / 2 + 0.25
        report = check_restorer(
            restorer,
            noise,
            None if target is None else to_unit_range(target)[None],
            num_elements=options.elements,
            seed=options.seed,
        )
    except (ValueError, TypeError, FileNotFoundError) as error:
        parser.error(str(error))
    print(report)
    return int(report.share > options.tolerance)


if __name__ == '__main__':
    sys.exit(main())
