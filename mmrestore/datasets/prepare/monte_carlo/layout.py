"""The form of the test sets: from linear light to pairs of 8-bit images in folders."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mmrestore.datasets.image_folder import ImageFolder
from mmrestore.files import write_text

REFERENCE = 'reference'
MANIFEST = 'manifest.json'
TONE_MAPPING = 'clipped to [0, 1], sRGB curve of IEC 61966-2-1, rounded to 8 bit'


def tone_map(linear: np.ndarray) -> np.ndarray:
    """Turn linear light into 8-bit sRGB: clip to [0, 1], the curve of IEC 61966-2-1, round.

    The curve is 12.92 v up to v = 0.0031308 and 1.055 v^(1 / 2.4) - 0.055 above; halves are rounded
    up.

    Args:
        linear: linear sRGB, of any shape; 1 and more is white.

    Raises:
        ValueError: a value is no number.

    Examples:
        >>> tone_map(np.array([-1, 0.001, 0.2, 1, np.inf])).tolist()
        [0, 3, 124, 255, 255]
    """
    if np.isnan(linear).any():
        raise ValueError(f'{np.isnan(linear).sum()} of {linear.size} values are no numbers')
    light = np.clip(np.asarray(linear, dtype=np.float64), 0, 1)
    curve = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.floor(255 * curve + 0.5).astype(np.uint8)


def folder_name(samples: int) -> str:
    """Return the folder of the images with that many samples per pixel.

    Examples:
        >>> folder_name(64)
        '64spp'
    """
    return f'{samples}spp'


def write_manifest(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write what a set holds and how it was made into its manifest."""
    write_text(folder / MANIFEST, json.dumps(facts, indent=2) + '\n')


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """Return what the manifest of a folder says; None if there is none that can be read."""
    try:
        return json.loads((folder / MANIFEST).read_text(encoding='utf-8'))
    except (OSError, ValueError):
        return None


def check_pairs(folder: Path, samples: Iterable[int], num_scenes: int) -> None:
    """Check that every noisy image of a set has its reference of equal size, and their number.

    Raises:
        ValueError: something is missing, damaged or of another size.
    """
    for number in samples:
        noisy = folder / folder_name(number)
        pairs = ImageFolder(noisy, gt_root=folder / REFERENCE, pipeline=[], check='decode')
        if len(pairs) != num_scenes:
            raise ValueError(f'expected {num_scenes} images in {noisy}, found {len(pairs)}')
