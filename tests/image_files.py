"""Writing image files for tests."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

PIPELINE = [  # of a training on small patches
    {'type': 'LoadImage'},
    {'type': 'RandomCrop', 'size': 6},
    {'type': 'RandomDihedral'},
    {'type': 'PackInputs'},
]
NAMES = [f'{i}.png' for i in range(10)]


def random_image(
    height: int, width: int, *, channels: int = 3, dtype: type = np.uint8, seed: int = 0
) -> np.ndarray:
    """Draw an RGB image (H, W, 3) or a gray one (H, W, 1) that uses the whole range."""
    top = np.iinfo(dtype).max + 1
    return np.random.default_rng(seed).integers(0, top, (height, width, channels)).astype(dtype)


def write_image(path: Path, image: np.ndarray) -> np.ndarray:
    """Write an RGB or gray image and return it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), image[..., ::-1])
    return image


def write_images(root: Path, *names: str, height: int = 9, width: int = 13) -> list[np.ndarray]:
    """Write a different RGB image under each name below a folder."""
    return [
        write_image(root / name, random_image(height, width, seed=seed))
        for seed, name in enumerate(names)
    ]
