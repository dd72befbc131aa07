"""Write the restored images of a test to files."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from mmengine.dist import get_rank, get_world_size
from torch import Tensor

from mmrestore.datasets.image_folder import ImageFolder
from mmrestore.datasets.image_writer import write_image
from mmrestore.datasets.nested import nested_datasets
from mmrestore.engine.hooks.base import Hook
from mmrestore.evaluation.image_values import DistinctNames, image_title
from mmrestore.files import shortened
from mmrestore.functional.unit_range import from_unit_range
from mmrestore.registry import HOOKS
from mmrestore.structures import DataSample

if TYPE_CHECKING:
    from mmrestore.engine.runner import Runner


@HOOKS.register_module()
class RestoredImagesHook(Hook):
    """Write the restored images of a test as PNG files of 8 bit, ``FOLDER/DATASET/IMAGE.png``.

    IMAGE is the name of the image in ``images.csv``, with its folders; that of a pair is the name
    of the target. Values are rounded as metrics round them, so that the files measured again have
    the same figures.

    Args:
        folder: where they are written; files that are there are replaced.
        num_images: images of each data set, shared among the processes; None for all.

    Raises:
        ValueError: ``num_images`` is negative; or, in a test, a data set has its images below the
            folder.
        OSError: an image cannot be written.
    """

    priority = 'NORMAL'

    def __init__(self, folder: str | Path, *, num_images: int | None = None) -> None:
        if num_images is not None and num_images < 0:
            raise ValueError(f'num_images must not be negative, got {num_images}')
        self.folder = Path(folder)
        self.num_images = num_images
        self._names: dict[str | None, DistinctNames] = {}
        self._counts: dict[str | None, int] = {}

    def before_test(self, runner: Runner) -> None:
        """Check that no restored image would replace its input."""
        for part in nested_datasets(runner.test_dataloader.dataset):
            for root in (part.root, part.gt_root) if isinstance(part, ImageFolder) else ():
                check_apart(self.folder, root)

    def before_test_epoch(self, runner: Runner) -> None:
        """Begin to count."""
        self._names.clear()
        self._counts.clear()

    def after_test_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        """Write the images of a batch."""
        for sample in outputs or ():
            self._write(sample)

    def _write(self, sample: DataSample) -> None:
        dataset = sample.get('dataset')
        count = self._counts.get(dataset, 0)
        if self.num_images is not None and count >= _share(self.num_images):
            return
        self._counts[dataset] = count + 1
        names = self._names.setdefault(dataset, DistinctNames())
        file = image_file(self.folder, dataset, names.take(image_title(sample)))
        write_image(file, to_stored(sample.pred_img))


def image_file(folder: str | Path, dataset: str | None, title: str) -> Path:
    """Return the file of a restored image; it lies below ``folder``, whatever the names are.

    Examples:
        >>> image_file('images', 'kodak24/speckle_0.03', '../a/1').as_posix()
        'images/kodak24/speckle_0.03/a/1.png'
    """
    *parents, stem = _parts(title) or ['image']
    place = Path(folder, *_parts(dataset or ''), *parents)
    return place / shortened(stem, '.png')


def check_apart(folder: Path, images: Path | None) -> None:
    """Check that files written below ``folder`` cannot replace images.

    Raises:
        ValueError: the folder of the images is below it.
    """
    if images is None or folder.resolve() not in (images.resolve(), *images.resolve().parents):
        return
    raise ValueError(
        f'restored images are written below {folder}, where {images} is, which is tested: choose '
        'another folder for the output'
    )


def to_stored(image: Tensor) -> np.ndarray:
    """Return an image (C, H, W) in [0, 1] as (H, W, C) uint8, rounded as by ``functional.psnr``.

    Examples:
        >>> to_stored(torch.tensor([[[0.1, 1.2]]]))[0, :, 0].tolist()
        [26, 255]
    """
    # Float32 would take a few values in a million for ties that float64 does not.
    return from_unit_range(image.double(), torch.uint8).permute(1, 2, 0).cpu().numpy()


def _parts(name: str) -> list[str]:
    return [part for part in PurePosixPath(name).parts if part not in (os.sep, '..')]


def _share(num: int) -> int:
    """Return how many of ``num`` images this process writes."""
    return num // get_world_size() + (get_rank() < num % get_world_size())
