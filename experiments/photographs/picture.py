"""Draw docs/figures/denoise.png: a photograph with noise, denoised, and what was taken away.

python experiments/photographs/picture.py docs/figures/denoise.png
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from skimage import data

from mmrestore.apis import denoise
from mmrestore.batch_transforms import CameraNoise
from mmrestore.datasets.image_file import read_image
from mmrestore.datasets.image_writer import write_image
from mmrestore.functional.unit_range import from_unit_range, to_unit_range
from mmrestore.structures import DataSample

SHOT_NOISE = 0.004
CROP = np.s_[:300, 70:398]
CONTRAST = 3
GAP = 7  # pixels


def main(path: str) -> None:
    """Draw the picture."""
    torch.manual_seed(0)
    clean = to_unit_range(torch.from_numpy(data.chelsea()).permute(2, 0, 1)[None])
    noisy, _ = CameraNoise(SHOT_NOISE)(clean, DataSample(gt_img=clean))
    with TemporaryDirectory() as folder:
        file = Path(folder, 'noisy', 'cat.png')
        file.parent.mkdir()
        write_image(file, from_unit_range(noisy, torch.uint8)[0].permute(1, 2, 0).numpy())
        denoise(file.parent, output=Path(folder, 'denoised'), minutes=0)
        before, after = read_image(file)[CROP], read_image(Path(folder, 'denoised/cat.png'))[CROP]
    removed = 128 + CONTRAST * (before.astype(float) - after)
    gap = np.full((before.shape[0], GAP, 3), 255, np.uint8)
    row = [before, gap, after, gap, removed.clip(0, 255).round().astype(np.uint8)]
    write_image(path, np.concatenate(row, axis=1))


if __name__ == '__main__':
    main(sys.argv[1])
