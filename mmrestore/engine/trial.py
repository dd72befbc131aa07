"""Build the parts of a run and drop them again, so that mistakes come before a log and a folder."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from torch import nn

from mmrestore.engine.data_check import check_data
from mmrestore.engine.loop_settings import check_described, whole_loops
from mmrestore.engine.preparation import prepare_batch_transforms, prepare_losses
from mmrestore.models.weights import load_weights
from mmrestore.registry import DATASETS, MODELS


def try_training(config: Config, *, load_from: str | None, resume: bool) -> None:
    """Build the model and the data sets of a training, and load what they and the run start from.

    Args:
        config: the config of the training.
        load_from: checkpoint or weights that it begins from.
        resume: whether the training of the checkpoint is resumed, by default the newest one.

    Raises:
        FileNotFoundError: a checkpoint is missing.
        KeyError, RuntimeError, TypeError, ValueError: as a data set, a model or one of its parts
            does when it is built.
    """
    check_described(config, 'train')
    model = build_model(config)
    datasets = try_datasets(config, ('train_dataloader', 'val_dataloader'))
    check_data(model, **datasets)
    prepare_losses(model)
    if resume:
        if load_from is not None and not Path(load_from).is_file():
            raise FileNotFoundError(f'there is no checkpoint {load_from} to resume from')
        return
    if load_from is not None:
        try:
            load_weights(model, load_from)
        except FileNotFoundError as error:
            raise FileNotFoundError(f'{error}: train what makes it, or set `load_from`') from error
    prepare_batch_transforms(model)


def try_test(config: Config) -> None:
    """Build the test sets and the model of a test, and load its weights.

    Raises:
        FileNotFoundError: the checkpoint is missing.
        ValueError: the weights are of another network, or left out although the network has some.
        KeyError, TypeError, ValueError: as a data set or a model does when it is built.
    """
    check_described(config, 'test')
    model = build_model(config)
    try_datasets(config, ('test_dataloader',))
    if config.get('load_from') is not None:
        load_weights(model, config.load_from)
    elif any(True for _ in model.parameters()):
        name = config.filename or 'the config'
        raise ValueError(f'{name} describes a network with weights: give a checkpoint')


def try_datasets(
    config: Config, loaders: Sequence[str], *, leave_out: Collection[str] = ()
) -> dict[str, Any]:
    """Build and return the data sets of data loaders that are used, without cached images."""
    init_default_scope('mmrestore')
    config = whole_loops(config)
    built = {}
    for loader in loaders:
        if loader in leave_out or config.get(loader) is None:
            continue
        if config[loader].get('dataset') is None:
            raise ValueError(f'{loader} needs a dataset: {loader}=None switches all of it off')
        built[loader] = DATASETS.build(without_cache(config[loader].dataset))
    return built


def try_model(model: Any) -> None:
    """Build a model without memory for its weights, and drop it again.

    Raises:
        KeyError, TypeError, ValueError: a part is not known, is given an argument that it does not
            have or take, or does not go with another part.
    """
    # Files may be made later, and not every network can be built on the meta device.
    with suppress(OSError, NotImplementedError, RuntimeError), torch.device('meta'):
        MODELS.build(copy.deepcopy(model))


def build_model(config: Config) -> nn.Module:
    """Build the model of a config, which stays as it is."""
    init_default_scope('mmrestore')
    return MODELS.build(copy.deepcopy(config.model))


def without_cache(config: Any) -> Any:
    """Return the config of a data set, and of those in it, that keeps no images in memory."""
    if not isinstance(config, Mapping):
        return config
    return {key: without_cache(value) for key, value in config.items() if key != 'cache'}
