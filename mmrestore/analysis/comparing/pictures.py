"""Crops on which an arm and the control differ most, least and at the median."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import torch
from mmengine.config import Config

from mmrestore.analysis.comparing.experiment import Experiment
from mmrestore.analysis.comparing.jobs import Job
from mmrestore.analysis.comparing.values import Measured
from mmrestore.apis.results import IMAGES
from mmrestore.datasets.image_file import read_pictures
from mmrestore.engine.hooks.restored_images_hook import image_file, to_stored
from mmrestore.functional.unit_range import to_unit_range
from mmrestore.registry import DATASETS

SIDE = 160  # of a crop, pixels
STEP = 8  # of the places that are tried


class Crops(NamedTuple):
    """The same part of several images, (H, W, C) uint8 each.

    - ``caption``: which image it is, and by how much the arm differs from the control;
    - ``input``, ``control``, ``arm`` and ``target``.
    """

    caption: str
    input: np.ndarray
    control: np.ndarray
    arm: np.ndarray
    target: np.ndarray


def choose_images(difference: np.ndarray) -> dict[str, int]:
    """Return which images are worst, median and best for the arm.

    Args:
        difference: (images,), above 0 where the arm is better.

    Examples:
        >>> choose_images(np.array([0.3, -0.1, 0.1, 0.0, 0.2]))
        {'worst': 1, 'median': 2, 'best': 0}
    """
    order = np.argsort(difference, kind='stable')
    places = {'worst': order[0], 'median': order[len(order) // 2], 'best': order[-1]}
    return {name: int(place) for name, place in places.items()}


def most_different(first: np.ndarray, second: np.ndarray, side: int) -> tuple[slice, slice]:
    """Return rows and columns of the square in which two images differ most.

    Args:
        first: (H, W, C).
        second: of the same shape.
        side: of the square; less where the image is smaller.

    Examples:
        >>> a, b = np.zeros((40, 50, 1)), np.zeros((40, 50, 1))
        >>> b[20:24, 30:34] = 1
        >>> rows, columns = most_different(a, b, 16)
        >>> rows.start <= 20 < 24 <= rows.stop, columns.start <= 30 < 34 <= columns.stop
        (True, True)
    """
    change = np.square(first.astype(np.float64) - second).sum(-1)
    height, width = (min(side, length) for length in change.shape)
    sums = cv2.integral(change)
    total = sums[height:, width:] - sums[:-height, width:] - sums[height:, :-width]
    total = (total + sums[:-height, :-width])[::STEP, ::STEP]
    top, left = (STEP * int(i) for i in np.unravel_index(np.argmax(total), total.shape))
    return slice(top, top + height), slice(left, left + width)


def choose_crops(
    experiment: Experiment, jobs: Sequence[Job], measured: Measured, arm: str
) -> list[Crops]:
    """Return crops of the worst, the median and the best image of an arm, of the first seed.

    Args:
        experiment: what is compared.
        jobs: its jobs; those of the first seed have written their images.
        measured: the metric by which images are ordered.
        arm: the arm that is compared with the control.
    """
    folders = {
        job.arm: job.results / IMAGES
        for job in jobs
        if job.seed in (None, experiment.seeds[0]) and job.arm in (arm, experiment.control)
    }
    sign = 1 if measured.higher_is_better else -1
    difference = sign * (measured.values[arm] - measured.values[experiment.control]).mean(0)
    chosen = choose_images(difference)
    dataset = measured.name.rpartition('/')[0]
    titles = {measured.images[i] for i in chosen.values()}
    samples = _samples(experiment, dataset, titles)
    found = []
    for kind, number in chosen.items():
        title = measured.images[number]
        files = [image_file(folders[name], dataset, title) for name in (experiment.control, arm)]
        if title not in samples or not all(file.is_file() for file in files):
            continue
        given, target = samples[title]
        control, restored = (_read(file) for file in files)
        place = most_different(control, restored, SIDE)
        given = cv2.resize(given, target.shape[1::-1], interpolation=cv2.INTER_NEAREST)
        given = given.reshape(target.shape)
        metric = measured.name.rpartition('/')[2]
        found.append(
            Crops(
                f'{kind}: {title}, {metric} {sign * difference[number]:+.3f}',
                *(np.ascontiguousarray(each[place]) for each in (given, control, restored, target)),
            )
        )
    return found


def _read(file: Path) -> np.ndarray:
    return next(iter(read_pictures(file))).pixels


def _samples(
    experiment: Experiment, dataset: str, titles: set[str]
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return the input and the target of test images by title."""
    config = experiment.arms[experiment.control].open(experiment.seeds[0])
    loader = config.get('test_dataloader') or config.get('val_dataloader')
    if not isinstance(loader, (dict, Config)) or 'dataset' not in loader:
        return {}
    found = {}
    for sample in DATASETS.build(loader['dataset']):
        about = sample['data_samples']
        title = about.get('title')
        if title not in titles or (dataset and about.get('dataset') != dataset):
            continue
        if about.get('gt_img') is None:
            continue
        found[title] = (_stored(sample['inputs']), _stored(about.gt_img))
    return found


def _stored(image: torch.Tensor) -> np.ndarray:
    return to_stored(image if image.is_floating_point() else to_unit_range(image))
