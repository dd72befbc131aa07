"""Rehearse a training with one patch, before it writes anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from torch import nn

from mmrestore.datasets.collate import collate
from mmrestore.datasets.transforms.base import stated_by
from mmrestore.functional.seeding import seeded
from mmrestore.models.data_preprocessor import DataPreprocessor
from mmrestore.models.restorers.restorer import Restorer
from mmrestore.registry import TRANSFORMS
from mmrestore.structures import DataSample

MOST_TRIED = 160  # sizes after that of the config, to find one that fits


def rehearse(model: nn.Module, dataset: Any, settings: Any, *, at: str) -> None:
    """Let the batch transforms of a model act on a sample, and the model look at the result.

    Models, preprocessors and samples of other packages are left alone.

    Args:
        model: the model.
        dataset: the data set of the training.
        settings: config of the data set.
        at: dotted key of ``settings``, for messages.

    Raises:
        ValueError: the sample does not fit a batch transform or the network; the message names the
            setting that is the size of the patches, and the next size that fits.
    """
    preprocessor = getattr(model, 'data_preprocessor', None)  # any MMEngine model may be trained
    if not isinstance(model, Restorer) or not isinstance(preprocessor, DataPreprocessor):
        return
    sample = dataset[0]
    if not isinstance(sample, dict) or not isinstance(sample.get('data_samples'), DataSample):
        return
    batch = preprocessor.to_device(collate([sample]))
    try:
        _try(model, batch)
    except ValueError as error:
        raise ValueError(f'{error}{_next_size(model, batch, settings, at)}') from error


def crop_settings(settings: Any, *, at: str) -> Iterator[tuple[str, Any]]:
    """Yield the dotted keys and values of the sizes of crops in the pipelines of a data set.

    Examples:
        >>> patch = dict(type='RandomCrop', size=64)
        >>> list(crop_settings(dict(degraded=dict(pipeline=dict(patch=patch))), at='dataset'))
        [('dataset.degraded.pipeline.patch.size', 64)]
    """
    items = settings.items() if isinstance(settings, Mapping) else enumerate(settings)
    for name, part in items:
        key = f'{at}.{name}'
        if isinstance(part, Mapping) and 'size' in part and _crops(part.get('type')):
            yield f'{key}.size', part['size']
        elif isinstance(part, (Mapping, list, tuple)):
            yield from crop_settings(part, at=key)


def _crops(kind: Any) -> bool:
    component = TRANSFORMS.get(kind) if isinstance(kind, str) else kind
    return stated_by(component).crops


def _try(model: Restorer, batch: Mapping[str, Any]) -> None:
    samples = batch['data_samples'].clone()
    with seeded(0, batch['inputs'].device):  # leaves the generators as they were
        transformed = model.data_preprocessor.dry_run(batch['inputs'], samples)
    model.check_batch(**transformed)


def _next_size(model: Restorer, batch: Mapping[str, Any], settings: Any, at: str) -> str:
    """Return a sentence with the next size of patches that fits, empty if there is none."""
    key, size = next(crop_settings(settings, at=at), ('', None))
    height, width = batch['inputs'].shape[-2:]
    if not isinstance(size, int) or height != width or size % height:
        return ''
    for side in range(height + 1, height + MOST_TRIED + 1):
        try:
            _try(model, _of_side(batch, side))
        except ValueError:
            continue
        factor = size // height  # a later step of the pipeline may downscale the crop
        return f'. {key} is {size}; the next size that fits is {factor * side}'
    return ''


def _of_side(batch: Mapping[str, Any], side: int) -> dict[str, Any]:
    """Return a gray batch whose inputs have another side, and its other images accordingly."""
    before = batch['inputs'].shape[-1]
    samples = batch['data_samples'].clone()
    for name in ('gt_img', 'real_img'):
        if name in samples:
            image = samples.get(name)
            sides = [side * length // before for length in image.shape[-2:]]
            samples.set_field(image.new_full((*image.shape[:-2], *sides), 0.5), name)
    inputs = batch['inputs']
    return {
        'inputs': inputs.new_full((*inputs.shape[:-2], side, side), 0.5),
        'data_samples': samples,
    }
