"""Choose strengths of filters that reach the PSNR of a network at the noise of training.

The argument is the PSNR in dB of the masked network on the photographs that are set apart, sigma
15, as its training logs it. Weak and strong filters reach it; the strong ones are taken, which
remove other noise as well. The noise is that of the validation.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
from torch import Tensor, nn

from mmrestore.config import open_config
from mmrestore.functional.image_quality import psnr
from mmrestore.functional.unit_range import to_unit_range
from mmrestore.models import NonLocalMeans, TotalVariationFilter
from mmrestore.registry import DATASETS

CONFIG = 'experiments/masked/plain.py'
NLM = [float(strength) for strength in (*range(8, 30, 2), *range(30, 121, 5))]
TV = [0.01 * step for step in (*range(2, 20, 2), *range(20, 81, 4))]


def mean_psnr(net: nn.Module, samples: list[tuple[Tensor, Tensor]]) -> float:
    """Return the mean PSNR of restored images."""
    values = [psnr(net(given).clamp(0, 1), clean, crop_border=1).item() for given, clean in samples]
    return float(np.mean(values))


def strongest(
    build: Callable[[float], nn.Module],
    strengths: list[float],
    samples: list[tuple[Tensor, Tensor]],
    target: float,
) -> tuple[float, float]:
    """Return the strength beyond the best one whose PSNR is nearest to the target, and its PSNR."""
    found = [mean_psnr(build(strength), samples) for strength in strengths]
    best = int(np.argmax(found))
    place = best + int(np.argmin(np.abs(np.array(found[best:]) - target)))
    print(f'best {strengths[best]:.2f}: {found[best]:.2f} dB')
    return strengths[place], found[place]


def main(target: float) -> None:
    """Print the strength of each filter."""
    loader = open_config(CONFIG).val_dataloader
    samples = [
        (to_unit_range(s['inputs'])[None], to_unit_range(s['data_samples'].gt_img)[None])
        for s in DATASETS.build(loader.dataset)
    ]
    print('noisy', round(mean_psnr(nn.Identity(), samples), 2))
    print('non-local means', strongest(lambda s: NonLocalMeans(strength=s), NLM, samples, target))
    print(
        'total variation', strongest(lambda w: TotalVariationFilter(weight=w), TV, samples, target)
    )


if __name__ == '__main__':
    main(float(sys.argv[1]))
