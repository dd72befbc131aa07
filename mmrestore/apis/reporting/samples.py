"""Inputs and targets of test images, and the restored images beside them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from mmrestore.datasets.image_file import read_pictures
from mmrestore.engine.hooks.restored_images_hook import image_file, to_stored
from mmrestore.evaluation.image_values import DistinctNames, image_title
from mmrestore.functional.unit_range import to_unit_range
from mmrestore.registry import DATASETS


class InputAndTarget(NamedTuple):
    """Input and target of a test image, (H, W, C) uint8 each; the target may be missing."""

    given: np.ndarray
    target: np.ndarray | None


def read_test_images(
    config: Mapping[str, Any], wanted: Collection[tuple[str, str]]
) -> dict[tuple[str, str], InputAndTarget]:
    """Return test images of a config as its test degrades them.

    Args:
        config: its test sets are read, those of its validation if it has none.
        wanted: names of data set and image, as in ``images.csv``.

    Returns:
        Those that were found, by the same names.
    """
    loader = config.get('test_dataloader') or config.get('val_dataloader')
    if not isinstance(loader, Mapping) or 'dataset' not in loader or not wanted:
        return {}
    found: dict[tuple[str, str], InputAndTarget] = {}
    names: dict[str, DistinctNames] = {}
    for sample in DATASETS.build(loader['dataset']):
        about = sample['data_samples']
        dataset = str(about.get('dataset') or '')
        name = names.setdefault(dataset, DistinctNames()).take(image_title(about))
        if (dataset, name) in wanted:
            target = about.get('gt_img')
            found[dataset, name] = InputAndTarget(
                _stored(sample['inputs']), None if target is None else _stored(target)
            )
    return found


def read_restored(folder: Path, dataset: str, name: str) -> np.ndarray | None:
    """Return a restored image that a test has written, (H, W, C); None if it wrote none."""
    file = image_file(folder, dataset, name)
    return next(iter(read_pictures(file))).pixels if file.is_file() else None


def _stored(image: torch.Tensor) -> np.ndarray:
    return to_stored(image if image.is_floating_point() else to_unit_range(image))
