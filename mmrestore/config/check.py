"""Misspelt settings, named before anything is built."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any

from mmengine.config import Config

from mmrestore.config.merging import flat
from mmrestore.config.numbers import check_numbers
from mmrestore.registry import (
    DATA_SAMPLERS,
    DATASETS,
    EVALUATORS,
    HOOKS,
    LOOPS,
    METRICS,
    MODELS,
    OPTIM_WRAPPERS,
    OPTIMIZERS,
    PARAM_SCHEDULERS,
    Registry,
    check_arguments,
    check_names,
    suggest,
)

# What the runner reads beside its own arguments.
MORE_SETTINGS = (
    *('auto_scale_lr', 'custom_imports', 'find_unused_parameters', 'stages', 'sync_bn'),
)
# What is read of dictionaries that name no type.
UNTYPED = {
    'env_cfg': ('cudnn_benchmark', 'mp_cfg', 'dist_cfg', 'resource_limit'),
    'randomness': ('seed', 'diff_rank_seed', 'deterministic'),
    'auto_scale_lr': ('base_batch_size', 'enable'),
}
# Hooks that a config may change without naming their type, for MMEngine knows it.
NAMED_HOOKS = ('runtime_info', 'timer', 'sampler_seed', 'logger', 'param_scheduler', 'checkpoint')


@cache
def known_settings() -> tuple[str, ...]:
    """Return the names of all top-level settings that are read."""
    from mmengine.runner import Runner  # takes seconds, and lists of configs need no check

    return (*inspect.signature(Runner).parameters, *MORE_SETTINGS)


@cache
def loader_arguments() -> tuple[str, ...]:
    """Return the names of the settings of a data loader."""
    from torch.utils.data import DataLoader  # takes seconds

    own = ('total_batch_size', 'num_batch_per_epoch')
    return (*inspect.signature(DataLoader).parameters, *own)


def check_override(config: Mapping[str, Any], key: str) -> None:
    """Check that a dotted key begins with a setting that a config has, or that the runner reads.

    Raises:
        ValueError: it does not; the message names near ones.

    Examples:
        >>> check_override({'model': {}}, 'modle.type')
        Traceback (most recent call last):
        ValueError: modle.type: the config has no setting 'modle'. Did you mean model?
        >>> check_override({'train_cfg': {'max_epochs': 6}}, 'max_epochs')
        Traceback (most recent call last):
        ValueError: max_epochs: the config has no setting 'max_epochs'. Did you mean \
train_cfg.max_epochs?
    """
    name, known = key.split('.')[0], [*config, *known_settings()]
    if name not in known:
        deeper = [k for k, _ in flat(config) if k.endswith(f'.{key}')]
        hint = f' Did you mean {" or ".join(deeper[:3])}?' if deeper else suggest(name, known)
        raise ValueError(f'{key}: the config has no setting {name!r}.{hint}')


def check_settings(names: Iterable[str], variables: Collection[str]) -> None:
    """Check that no top-level name is a misspelt setting.

    Args:
        names: top-level names of a config.
        variables: those that an expression of the config refers to; nothing else reads them.

    Raises:
        TypeError: nothing reads a name, and it is near one that is read.

    Examples:
        >>> check_settings(['sigma', 'optim_wraper'], variables=['sigma'])
        Traceback (most recent call last):
        TypeError: nothing reads the setting 'optim_wraper'. Did you mean optim_wrapper?
    """
    known = known_settings()
    for name in names:
        if name not in (*known, *variables) and (guess := suggest(name, known, likeness=0.7)):
            raise TypeError(f'nothing reads the setting {name!r}.{guess}')


def check_config(config: Config) -> None:
    """Check the names of what MMEngine builds: loops, loaders, hooks, optimizer, schedules, model.

    Components inside them are checked when they are built.

    Raises:
        KeyError: a component is not known; the message names near ones.
        TypeError: a component has no such argument; the message names near ones and all.
        ValueError: a number is given as text, a hook has no type, or there is not one optimizer for
            each part of the model that needs one.
    """
    settings = config.to_dict()
    check_numbers({name: settings[name] for name in known_settings() if name in settings})
    for name in ('train', 'val', 'test'):
        _check(LOOPS, config.get(f'{name}_cfg'))
        evaluator = config.get(f'{name}_evaluator') or {}
        for metric in evaluator if isinstance(evaluator, list) else [evaluator]:
            _check(EVALUATORS if 'metrics' in metric else METRICS, metric)
        loader = config.get(f'{name}_dataloader') or {}
        check_names(f'{name}_dataloader', loader, loader_arguments())
        _check(DATA_SAMPLERS, loader.get('sampler'))
    for name, known in UNTYPED.items():
        check_names(name, config.get(name) or {}, known)
    hooks = config.get('default_hooks') or {}
    for name, hook in hooks.items():
        if isinstance(hook, dict) and 'type' not in hook and name not in NAMED_HOOKS:
            others = [n for n in (*hooks, *NAMED_HOOKS) if n != name]
            raise ValueError(
                f'default_hooks has no {name!r} to change.{suggest(name, others)} A new hook needs '
                'its type'
            )
        _check(HOOKS, hook, more=('priority',))
    for hook in config.get('custom_hooks') or []:
        _check(HOOKS, hook, more=('priority',))
    _check(MODELS, config.get('model'))
    _check_optimizers(config)
    _check_clean_images(config)


def by_part(config: Any) -> bool:
    """Whether a config describes optimizers by the names of parts of the model.

    Examples:
        >>> by_part(dict(optimizer=dict(type='Adam')))
        False
        >>> by_part(dict(backbone=dict(optimizer=dict(type='Adam'))))
        True
    """
    return isinstance(config, Mapping) and not {'optimizer', 'constructor', 'type'} & set(config)


def _check_optimizers(config: Config) -> None:
    model = config.get('model')
    if not isinstance(model, dict):
        return
    restorer = _restorer(model)
    parts: tuple[str, ...] = restorer.separately_optimized if restorer else ()
    wrapper = config.get('optim_wrapper')
    if isinstance(wrapper, dict):
        separate = by_part(wrapper)
        if separate != bool(parts) or (separate and set(wrapper) != set(parts)):
            unknown = next((name for name in wrapper if name not in parts), '')
            needed = f'one for each of {", ".join(parts)}' if parts else 'one, of the whole network'
            raise ValueError(
                f'optim_wrapper: {model["type"]} needs optimizers: {needed}; got settings of '
                f'{", ".join(wrapper)}.{suggest(unknown, parts)}'
            )
        for each in wrapper.values() if separate else [wrapper]:
            _check(OPTIM_WRAPPERS, each, more=('paramwise_cfg', 'constructor'))
            _check(OPTIMIZERS, each.get('optimizer'))
    schedulers = config.get('param_scheduler') or []
    if isinstance(schedulers, dict) and 'type' not in schedulers:
        if set(schedulers) != set(parts):
            raise ValueError(
                f'param_scheduler: expected schedules of {", ".join(parts) or "one optimizer"}, '
                f'got {", ".join(schedulers)}'
            )
    else:
        schedulers = {'': schedulers}
    for each in schedulers.values():
        for scheduler in [each] if isinstance(each, dict) else each:
            _check(PARAM_SCHEDULERS, scheduler, more=('convert_to_iter_based',))


def _check_clean_images(config: Config) -> None:
    restorer = _restorer(config.get('model'))
    loader = config.get('train_dataloader') or {}
    part: Any = loader.get('dataset')
    known = isinstance(part, dict) and 'type' in part
    dataset: Any = DATASETS.get(part['type']) if known else None
    # Data sets of other packages do not state it.
    lacks_them = getattr(dataset, 'gives_clean_images', True) is False
    if restorer and restorer.needs_clean_images and lacks_them:
        raise ValueError(
            f'{restorer.__name__} needs clean images beside the degraded ones, which '
            f'{dataset.__name__} does not give: train with an UnpairedDataset'
        )


def _restorer(model: Any) -> Any:
    """Return the restorer class that the config of a model names, None for a model of another."""
    from mmrestore.models.restorers.restorer import Restorer  # takes seconds

    kind = MODELS.get(model['type']) if isinstance(model, dict) and 'type' in model else None
    return kind if isinstance(kind, type) and issubclass(kind, Restorer) else None


def _check(registry: Registry, config: Any, *, more: Iterable[str] = ()) -> None:
    if isinstance(config, dict) and isinstance(config.get('type'), str):
        check_arguments(registry.get(config['type']), config, more=more)
