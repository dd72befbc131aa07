"""Choose the unsharp mask on the photographs that are set apart, with guessed degradations.

The argument is a checkpoint of `first.py` with a seed that the experiment does not have:
`mmrestore train experiments/two_stage/first.py --cfg-options randomness.seed=100`.
"""

from __future__ import annotations

import sys
from itertools import product
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from mmrestore.apis import init_restorer
from mmrestore.datasets.image_file import read_pictures
from mmrestore.functional.blur import gaussian_blur
from mmrestore.functional.image_quality import psnr
from mmrestore.functional.resize import resize

HERE = Path(__file__).parent
SIDE, SCALE, DRAWS = 256, 4, 2
AMOUNTS = (0, 0.25, 0.4, 0.5, 0.6, 0.75, 1)
STDS = (1, 2, 3, 4, 5, 6, 8)


def degraded_pairs() -> list[tuple[Tensor, Tensor]]:
    """Return low-resolution images with a blur and a noise that are guessed, and the clean ones."""
    text = (HERE.parent / 'lists/set_apart.txt').read_text()
    names = [line for line in text.splitlines() if not line.startswith('#')]
    rng, generator = np.random.default_rng(0), torch.Generator().manual_seed(0)
    pairs = []
    for name in names:
        picture = next(iter(read_pictures(Path(f'data/BSDS500/train_test/{name}.jpg')))).pixels
        image = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None] / 255
        top, left = ((length - SIDE) // 2 for length in image.shape[-2:])
        clean = image[..., top : top + SIDE, left : left + SIDE]
        low = resize(clean, scale=1 / SCALE)
        for _ in range(DRAWS):
            std, sigma = rng.uniform(0.3, 1.0), rng.uniform(0, 4)
            noise = sigma / 255 * torch.randn(low.shape, generator=generator)
            given = (gaussian_blur(low, std) + noise).clamp(0, 1)
            pairs.append(((given * 255).round() / 255, clean))
    return pairs


def main(checkpoint: str) -> None:
    """Print the mean PSNR of the best masks, and of none."""
    network = init_restorer(str(HERE / 'first.py'), checkpoint, device='cpu').backbone
    with torch.no_grad():
        restored = [(network(given), clean) for given, clean in degraded_pairs()]
    found = []
    for amount, std in product(AMOUNTS, STDS):
        values = [
            psnr(
                (x + amount * (x - gaussian_blur(x, std))).clamp(0, 1),
                clean,
                channel='y',
                crop_border=SCALE,
            ).item()
            for x, clean in restored
        ]
        found.append((float(np.mean(values)), amount, std))
    for mean, amount, std in [*sorted(found, reverse=True)[:5], found[0]]:
        print(f'{mean:.3f} dB, amount {amount}, std {std}')


if __name__ == '__main__':
    main(sys.argv[1])
