"""Checks for contradictions in the training data before the first step."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from torch import nn

from mmrestore.datasets import ImageFolder, UnpairedDataset, nested_datasets
from mmrestore.datasets.common_images import common_images
from mmrestore.datasets.image_file import ImageSize, read_image
from mmrestore.datasets.noise_again import has_noisy_inputs, name_of, noise_again
from mmrestore.functional.noise_estimate import flat_noise
from mmrestore.models.batch_transform import BatchTransform, stated_by

LEAST_MEASURED, MOST_MEASURED = 4, 8  # images whose noise is measured
SURELY_NOISY = 4.0  # gray levels of each image; half of those without noise have less than 2


def check_data(model: nn.Module, train_dataloader: Any, val_dataloader: Any = None) -> None:
    """Refuse data that a training surely does not mean.

    Args:
        model: the model that is trained.
        train_dataloader: the data set of its training.
        val_dataloader: the data set of its validation, if it has one.

    Raises:
        ValueError: batch transforms add noise to inputs that have noise of their own, or a
            validation would replace files that cannot be read by others.
    """
    for name in _noises(model):
        for dataset in _inputs(train_dataloader):
            if has_noisy_inputs(dataset):
                place = f'model.data_preprocessor.batch_transforms, by {name}=None'
                raise ValueError(noise_again(dataset, f'batch transform {name!r}', place))
    for dataset in nested_datasets(val_dataloader):
        if isinstance(dataset, ImageFolder) and dataset.bad_files is not None:
            raise ValueError(
                f"data set {dataset.name!r} of the validation has on_error='skip': no image of a "
                "test can stand for another, use on_error='raise' there"
            )


def shared_images(train: Any, test: Any) -> str:
    """Return a warning about images of a test set that are trained on; '' if there are none.

    Args:
        train: a data set of training.
        test: one of validation or test. Only folders of images are compared, see
            :func:`mmrestore.datasets.common_images.common_images`.
    """
    known, others = _sizes(train), _sizes(test)
    found = common_images(known, others)
    if not found:
        return ''
    other, same = next(iter(found.items()))
    copy = '' if Path(other).absolute() == Path(same).absolute() else f', which is {same}'
    return (
        f'{len(found)} of {len(others)} images of {name_of(test)!r} are in the training set '
        f'{name_of(train)!r} too, such as {other}{copy}: figures on them do not tell how other '
        'images are restored'
    )


def noisy_clean_images(model: nn.Module, train: Any) -> str:
    """Return a warning about noisy images where a training takes them for clean; '' if none are.

    Those are the images that batch transforms degrade, the targets of pairs and the clean side of
    an ``UnpairedDataset``. Up to eight of them are measured in their flattest parts; there is a
    warning only if four or more are at least 128 x 128 pixels large and all are noisy.
    """
    files = list(_clean_files(model, train))
    chosen = files[:: max(len(files) // MOST_MEASURED, 1)][:MOST_MEASURED]
    measured = [level for path in chosen if (level := _noise_of(path)) is not None]
    if len(measured) < LEAST_MEASURED or min(measured) < SURELY_NOISY:
        return ''
    return (
        f'the images of {name_of(train)!r} that the training takes for clean are noisy, of '
        f'about {median(measured):.0f} gray levels in their flattest parts ({len(measured)} '
        f'measured, such as {chosen[0]}): a network learns to keep that noise. Give clean images, '
        'or train from noisy ones (docs/strategies.md)'
    )


def _noises(model: nn.Module) -> Iterator[str]:
    """Yield the batch transforms that add noise to the inputs as the data set gives them."""
    for name, transform in _batch_transforms(model).items():
        if transform.remakes_inputs:
            return
        if transform.adds_noise:
            yield name


def _degrades(model: nn.Module) -> bool:
    """Whether batch transforms degrade clean images of the data set."""
    return any(
        each.degrades_inputs or each.shrink_factor > 1 or each.remakes_inputs
        for each in _batch_transforms(model).values()
    )


def _batch_transforms(model: nn.Module) -> dict[str, BatchTransform]:
    # Any MMEngine model may be trained, with a data preprocessor of its own.
    transforms = getattr(getattr(model, 'data_preprocessor', None), 'batch_transforms', {})
    return {name: stated_by(transform) for name, transform in transforms.items()}


def _inputs(dataset: Any) -> Iterator[Any]:
    """Yield a data set and those in it, of an ``UnpairedDataset`` without its clean side."""
    return nested_datasets(dataset.degraded if isinstance(dataset, UnpairedDataset) else dataset)


def _clean_files(model: nn.Module, train: Any) -> Iterator[str]:
    """Yield the files of the images that a training takes for clean."""
    folders = _folders(train.clean if isinstance(train, UnpairedDataset) else train)
    all_clean = isinstance(train, UnpairedDataset) or _degrades(model)
    for folder in folders:
        if all_clean or folder.gt_root is not None:
            for index in range(len(folder)):
                yield folder.files_of(index)[-1]


def _folders(dataset: Any) -> list[ImageFolder]:
    return [each for each in nested_datasets(dataset) if isinstance(each, ImageFolder)]


def _sizes(dataset: Any) -> dict[str, ImageSize]:
    return {path: size for each in _folders(dataset) for path, size in each.sizes.items()}


def _noise_of(path: str) -> float | None:
    try:
        return flat_noise(read_image(path))
    except ValueError:  # what cannot be read is told when it is drawn
        return None
