"""Check of component and setting names before anything is built."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from mmengine.config import Config

from mmrestore.config.annotations import UNTYPED
from mmrestore.config.numbers import check_numbers
from mmrestore.config.top_level import known_settings
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

# Default hooks, whose types MMEngine knows, so that a config need not state them.
NAMED_HOOKS = ('runtime_info', 'timer', 'sampler_seed', 'logger', 'param_scheduler', 'checkpoint')


@cache
def loader_arguments() -> tuple[str, ...]:
    """Return the names of data-loader settings."""
    from torch.utils.data import DataLoader  # takes seconds

    own = ('total_batch_size', 'num_batch_per_epoch')
    return (*inspect.signature(DataLoader).parameters, *own)


def check_config(config: Config) -> None:
    """Check the names in loops, data loaders, hooks, optimizer, schedules and model.

    Nested components are checked when they are built.

    Raises:
        KeyError: a component is unknown; the message suggests similar names.
        TypeError: an argument is unknown; the message suggests similar names and lists all.
        ValueError: a number is given as text, a hook has no type, or the optimizers do not match
            the parts of the model.
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
                f'default_hooks has no hook {name!r}.{suggest(name, others)} A new hook needs a '
                'type'
            )
        _check(HOOKS, hook, more=('priority',))
    for hook in config.get('custom_hooks') or []:
        _check(HOOKS, hook, more=('priority',))
    _check(MODELS, config.get('model'))
    _check_optimizers(config)
    _check_clean_images(config)


def by_part(config: Any) -> bool:
    """Return True if an optimizer config is keyed by parts of the model.

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
            needed = f'one for each of {", ".join(parts)}' if parts else 'one for the whole network'
            raise ValueError(
                f'optim_wrapper: {model["type"]} needs optimizers, {needed}, got the keys '
                f'{", ".join(wrapper)}.{suggest(unknown, parts)}'
            )
        for each in wrapper.values() if separate else [wrapper]:
            if not each or ('constructor' not in each and each.get('optimizer') is None):
                raise ValueError(
                    'optim_wrapper needs an optimizer, such as optimizer=dict(type="Adam", lr=1e-4)'
                )
            _check(OPTIM_WRAPPERS, each, more=('paramwise_cfg', 'constructor'))
            _check(OPTIMIZERS, each.get('optimizer'))
    schedulers = config.get('param_scheduler') or []
    if isinstance(schedulers, dict) and 'type' not in schedulers:
        if set(schedulers) != set(parts):
            raise ValueError(
                f'param_scheduler: expected schedules for {", ".join(parts) or "one optimizer"}, '
                f'got {", ".join(schedulers)}'
            )
    else:
        schedulers = {'': schedulers}
    for each in schedulers.values():
        for scheduler in [each] if isinstance(each, dict) else each or []:
            _check(PARAM_SCHEDULERS, scheduler, more=('convert_to_iter_based',))


def _check_clean_images(config: Config) -> None:
    restorer = _restorer(config.get('model'))
    loader = config.get('train_dataloader') or {}
    part: Any = loader.get('dataset')
    known = isinstance(part, dict) and 'type' in part
    dataset: Any = DATASETS.get(part['type']) if known else None
    # Data sets of other packages do not have the attribute.
    lacks_them = getattr(dataset, 'gives_clean_images', True) is False
    if restorer and restorer.needs_clean_images and lacks_them:
        raise ValueError(
            f'{restorer.__name__} needs clean images in addition to the degraded images, but '
            f'{dataset.__name__} does not provide them: use an UnpairedDataset'
        )


def _restorer(model: Any) -> Any:
    """Return the restorer class of a model config, or None if the model is not a restorer."""
    from mmrestore.models.restorers.restorer import Restorer  # takes seconds

    kind = MODELS.get(model['type']) if isinstance(model, dict) and 'type' in model else None
    return kind if isinstance(kind, type) and issubclass(kind, Restorer) else None


def _check(registry: Registry, config: Any, *, more: Iterable[str] = ()) -> None:
    if isinstance(config, dict) and isinstance(config.get('type'), str):
        check_arguments(registry.get(config['type']), config, more=more)
