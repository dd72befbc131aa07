"""Build the parts of a run once and discard them, so that config errors come first."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import IterBasedTrainLoop
from torch import nn

from mmrestore.datasets.concat_dataset import dataset_names
from mmrestore.engine.data_check import check_data
from mmrestore.engine.hooks.base import Hook, Training
from mmrestore.engine.loop_settings import check_described, whole_loops
from mmrestore.engine.preparation import prepare_batch_transforms, prepare_losses
from mmrestore.engine.rehearsal import rehearse
from mmrestore.evaluation.result_names import result_names
from mmrestore.models.weights import load_weights
from mmrestore.registry import DATASETS, HOOKS, LOOPS, METRICS, MODELS, check_complete


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
    try_parts(config, model)
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


def try_parts(config: Config, model: nn.Module | None, *, leave_out: Collection[str] = ()) -> None:
    """Build the data sets and hooks of a training, and try them with its model and one patch.

    Args:
        config: config of the training.
        model: its model; None if it cannot be built yet, so that only the data sets are.
        leave_out: data loaders that cannot be built yet.

    Raises:
        KeyError, TypeError, ValueError: as a data set or a hook does when it is built; the data
            contradict themselves, a hook refuses the training, or a patch does not fit.
    """
    datasets = try_datasets(config, ('train_dataloader', 'val_dataloader'), leave_out=leave_out)
    if model is None:
        return
    if 'train_dataloader' in datasets:
        check_data(model, **datasets)
    try_hooks(config, _described(config, model, datasets.get('val_dataloader')))
    if 'train_dataloader' in datasets:
        settings = config.train_dataloader.dataset
        at = 'train_dataloader.dataset'
        rehearse(model, datasets['train_dataloader'], settings, at=at)


def try_hooks(config: Config, training: Training) -> None:
    """Build the hooks of a config, let them check the training, and drop them again.

    Hooks of other packages may need a runner when they are built; of them only the arguments are
    checked.

    Raises:
        KeyError, TypeError, ValueError: a hook is not known, or refuses its arguments or the
            training; the message names the hook.
    """
    hooks = {f'default_hooks.{k}': v for k, v in (config.get('default_hooks') or {}).items()}
    hooks |= {f'custom_hooks.{i}': v for i, v in enumerate(config.get('custom_hooks') or [])}
    for name, settings in hooks.items():
        if not isinstance(settings, Mapping) or 'type' not in settings:
            continue
        arguments = {k: v for k, v in settings.items() if k != 'priority'}
        component = HOOKS.get(arguments['type']) if isinstance(arguments['type'], str) else None
        try:
            if isinstance(component, type) and issubclass(component, Hook):
                HOOKS.build(copy.deepcopy(arguments)).check(training)
            elif component is not None:
                check_complete(component, arguments['type'], arguments)
        except (TypeError, ValueError) as error:
            raise type(error)(f'{name}: {error}') from error


def try_datasets(
    config: Config, loaders: Sequence[str], *, leave_out: Collection[str] = ()
) -> dict[str, Any]:
    """Build the data sets of data loaders that are used, without keeping images in memory.

    Returns:
        The data sets by the names of their loaders.
    """
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


def _described(config: Config, model: nn.Module, validated: Any) -> Training:
    """Return what hooks must know of the training of a config."""
    loop = config.get('train_cfg') or {}
    by_epoch = loop.get('by_epoch', True)
    kind = loop.get('type', 'EpochBasedTrainLoop' if by_epoch else 'IterBasedTrainLoop')
    kind = LOOPS.get(kind) if isinstance(kind, str) else kind
    by_iterations = isinstance(kind, type) and issubclass(kind, IterBasedTrainLoop)
    evaluator = config.get('val_evaluator')
    if validated is None or not evaluator or config.get('val_cfg') is None:
        return Training(model, not by_iterations)
    listed = evaluator.get('metrics', evaluator) if isinstance(evaluator, Mapping) else evaluator
    metrics = listed if isinstance(listed, list) else [listed]
    built = [METRICS.build(copy.deepcopy(metric)) for metric in metrics]
    scores = result_names(built, dataset_names(validated))
    return Training(model, not by_iterations, scores)


def without_cache(config: Any) -> Any:
    """Return the config of a data set, and of those in it, that keeps no images in memory."""
    if not isinstance(config, Mapping):
        return config
    return {key: without_cache(value) for key, value in config.items() if key != 'cache'}
