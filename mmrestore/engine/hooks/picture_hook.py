"""Save pictures of input, restored image and ground truth."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from mmengine.dist import is_main_process
from torch import Tensor

from mmrestore.engine.hooks.base import Hook
from mmrestore.files import printable
from mmrestore.functional.unit_range import to_unit_range
from mmrestore.registry import HOOKS
from mmrestore.structures import DataSample

if TYPE_CHECKING:
    from mmrestore.engine.runner import Runner


FONT, FONT_SCALE = cv2.FONT_HERSHEY_SIMPLEX, 0.4
STRIP = 18  # pixels above the images
LABELS = ('input', 'restored', 'ground truth')


def side_by_side(images: list[Tensor], *, gap: int = 4) -> np.ndarray:
    """Return images in a row, with a white gap between, as H x W x 3 uint8 RGB.

    Args:
        images: (1 or 3, H, W) in [0, 1]; smaller ones (the input of super-resolution) are enlarged
            to the size of the last by repeating pixels.
        gap: pixels between two images.

    Examples:
        >>> side_by_side([torch.zeros(3, 2, 2), torch.ones(1, 4, 4)]).shape
        (4, 12, 3)
    """
    size = images[-1].shape[-2:]
    row = []
    for image in images:
        image = image.detach().float().cpu().clamp(0, 1).expand(3, -1, -1)
        row += [
            F.interpolate(image[None], size=size, mode='nearest')[0],
            torch.ones(3, size[0], gap),
        ]
    return torch.cat(row[:-1], dim=2).mul(255).round().byte().permute(1, 2, 0).numpy()


def with_labels(row: np.ndarray, labels: Sequence[str], *, gap: int = 4) -> np.ndarray:
    """Return images in a row under a white strip with a label above each.

    Args:
        row: made by :func:`side_by_side` of images of one width.
        labels: one for each image. The row is returned as it is if one is wider than its image.
        gap: pixels between two images.

    Examples:
        >>> row = np.zeros((8, 164, 3), np.uint8)
        >>> with_labels(row, ['noisy', 'restored']).shape
        (26, 164, 3)
    """
    width = (row.shape[1] + gap) // len(labels) - gap
    sizes = [cv2.getTextSize(label, FONT, FONT_SCALE, 1)[0] for label in labels]
    if max(size[0] for size in sizes) > width:
        return row
    strip = np.full((STRIP, row.shape[1], 3), 255, np.uint8)
    for place, label in enumerate(labels):
        left = place * (width + gap)
        cv2.putText(strip, label, (left, STRIP - 6), FONT, FONT_SCALE, (0, 0, 0), 1, cv2.LINE_AA)
    return np.concatenate([strip, row])


def picture_title(dataset: str, path: str | Path, taken: Collection[str]) -> str:
    """Return a name for the picture of an image that no other picture has.

    It is that of the data set and of the file; of files with one name in several folders, the later
    ones get so many folders as make them differ, or a number. It is printable and holds no slash.

    Args:
        dataset: name of the data set.
        path: the image.
        taken: names that are taken, in any case.

    Examples:
        >>> picture_title('tests', 'data/a/1.png', [])
        'tests_1'
        >>> picture_title('tests', 'data/b/1.png', ['tests_1'])
        'tests_b_1'
    """
    path = Path(path)
    folders = [part for part in path.parent.parts if part != path.anchor]
    titles = (
        '_'.join([dataset, *folders[len(folders) - num :], path.stem])
        for num in range(len(folders) + 1)
    )
    numbered = (f'{dataset}_{path.stem}_{number}' for number in count(2))
    folded = {title.casefold() for title in taken}
    # A slash, as in kodak24/speckle_0.03, would name a folder.
    safe = (re.sub(r'[/\\]', '_', printable(title)) for title in chain(titles, numbered))
    return next(title for title in safe if title.casefold() not in folded)


@HOOKS.register_module()
class PictureHook(Hook):
    """Save input, restored and target side by side for the first images of each test set.

    They go to the visualizer: into ``vis_data/vis_image`` of the run and to TensorBoard if it is
    among the visualisation back-ends. Pictures that cannot be written are named in a warning; the
    run goes on.

    Args:
        num_images: images of each test set.

    Raises:
        ValueError: ``num_images`` is negative.
    """

    priority = 'NORMAL'

    def __init__(self, *, num_images: int = 2) -> None:
        if num_images < 0:
            raise ValueError(f'num_images must not be negative, got {num_images}')
        self.num_images = num_images
        self._titles: dict[str, list[str]] = {}  # of this round, by data set

    def before_val_epoch(self, runner: Runner) -> None:
        """Begin a new round of pictures."""
        self._titles.clear()

    def before_test_epoch(self, runner: Runner) -> None:
        """Begin a new round of pictures."""
        self._titles.clear()

    def after_val_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        """Save the pictures of a validation batch."""
        self._show(runner, data_batch, outputs, runner.iter)

    def after_test_iter(
        self, runner: Runner, batch_idx: int, data_batch: Any = None, outputs: Any = None
    ) -> None:
        """Save the pictures of a test batch."""
        self._show(runner, data_batch, outputs, 0)

    def _show(self, runner: Runner, data_batch: dict, outputs: list[DataSample], step: int) -> None:
        if not is_main_process():
            return
        for image, sample in zip(data_batch['inputs'], outputs, strict=True):
            name = sample.get('dataset', 'images')
            titles = self._titles.setdefault(name, [])
            if len(titles) >= self.num_images:
                continue
            title = picture_title(name, sample.path, list(chain(*self._titles.values())))
            titles.append(title)
            images = [to_unit_range(image), sample.pred_img]
            if 'gt_img' in sample:
                images.append(sample.gt_img)
            try:
                picture = with_labels(side_by_side(images), LABELS[: len(images)])
                runner.visualizer.add_image(title, picture, step=step)
            except OSError as error:
                runner.logger.warning('the picture %s is missing: %s', title, error)
