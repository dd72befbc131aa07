"""Configs: find, read, apply strategies and overrides, check all names."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.config import Config
from mmengine.utils import import_modules_from_strings

from mmrestore.config.absent import without_absent
from mmrestore.config.check import by_part, check_config
from mmrestore.config.merging import IMPORTS, flat, plain
from mmrestore.config.names import config_folder, find_config, find_strategy, shipped_configs
from mmrestore.config.overrides import Overrides, overridden
from mmrestore.config.reading import Settings, read_settings
from mmrestore.config.text import config_page, config_text, read_config_text
from mmrestore.config.top_level import check_settings, check_top_names, known_settings
from mmrestore.named_parts import with_named_decorators

__all__ = [
    'by_part',
    'check_config',
    'config_folder',
    'config_page',
    'config_text',
    'find_config',
    'open_config',
    'read_config_text',
    'shipped_configs',
]


def open_config(
    path_or_name: str | Path | Config | Mapping[str, Any],
    overrides: Overrides | None = None,
    strategies: Sequence[str | Path] = (),
) -> Config:
    """Open a config: read it, apply strategies, apply overrides and check all names.

    Args:
        path_or_name: a file; the name of a config that ships with mmrestore (``traps/swinir_s``)
            or with another package (``package::name``); or settings, which are not modified.
        overrides: values by dotted key, texts ``KEY=VALUE``, or a list of both; see
            ``mmrestore.config.overrides``. In a config with several stages, keys begin with the
            name of a stage; they are applied when the stage is opened, after its own overrides.
        strategies: names of strategies (``traps``) or files, merged in this order.

    Raises:
        FileNotFoundError: a config, base or strategy does not exist.
        ImportError: a module of ``custom_imports`` cannot be imported.
        KeyError: a component or the target of a reference is unknown.
        TypeError: an argument of a component or a setting is unknown.
        ValueError: a file or an override is invalid, or strategies contradict each other.

    Examples:
        >>> config = open_config('supervised/swinir_s', ['model.test_seed=5'], ['traps'])
        >>> config.model.test_seed, list(config.model.data_preprocessor.batch_transforms)
        (5, ['noise', 'shuffle'])
    """
    settings, file = _read(path_or_name)
    if strategies and 'stages' in settings.values:
        raise ValueError(
            f'{path_or_name} has several stages and accepts no strategies: apply them to the '
            'config of a stage, '
            f'{", ".join(stage["config"] for stage in settings.values["stages"].values())}'
        )
    settings = with_strategies(settings, strategies)
    check_settings(settings.values, settings.variables)
    variables = settings.variables.difference(known_settings())
    values = {k: v for k, v in settings.values.items() if k not in variables}
    check_top_names(values, file)
    _import_modules(values.get(IMPORTS), file)
    values = with_named_decorators(overridden(values, overrides or {}, variables=variables))
    _import_modules(values.get(IMPORTS), file)
    config = Config(without_absent(values), filename=file and str(file))
    check_config(config)
    return config


def with_strategies(settings: Settings, names: Sequence[str | Path]) -> Settings:
    """Merge strategies into settings, in the given order.

    Raises:
        FileNotFoundError: a strategy does not exist.
        ValueError: two strategies set the same key to different values, or a strategy is given
            twice.
    """
    chosen: dict[str, tuple[str | Path, Any]] = {}
    for name in names:
        if any(find_strategy(name).samefile(file) for file in settings.files):
            raise ValueError(f'the config already contains the strategy {name}: remove one of both')
        before = dict(flat(settings.values))
        settings = read_settings(find_strategy(name), before=settings, once=True)
        for key, value in flat(settings.values):
            if before.get(key) == value or key.startswith(IMPORTS):
                continue
            other, theirs = chosen.get(key, (name, value))
            if theirs != value and None not in (theirs, value):
                part, _, setting = key.rpartition('.')
                kind = None if setting == 'type' else chosen.get(f'{part}.type', (None, None))[1]
                what = f'both define {part} as {kind}, whose {setting}' if kind else key
                raise ValueError(
                    f'the strategies {other} and {name} do not combine: {what} is {theirs!r} in '
                    f'{other} and {value!r} in {name}'
                )
            chosen[key] = (name, value)
    return settings


def _read(source: str | Path | Config | Mapping[str, Any]) -> tuple[Settings, Path | None]:
    if isinstance(source, (str, Path)):
        file = find_config(source)
        return read_settings(file), file
    values = source.to_dict() if isinstance(source, Config) else copy.deepcopy(dict(source))
    name = source.filename if isinstance(source, Config) else None
    settings = with_named_decorators(plain(values))
    return Settings(settings, frozenset(), ()), name and Path(name)


def _import_modules(imports: Any, file: Path | None) -> None:
    if imports is None:
        return
    where = f'custom_imports of {file}' if file else 'custom_imports'
    names = imports.get('imports') if isinstance(imports, Mapping) else None
    names = [names] if isinstance(names, str) else names
    listed = isinstance(names, list) and all(isinstance(name, str) for name in names)
    if names is None or not listed or set(imports) - {'imports', 'allow_failed_imports'}:
        raise TypeError(
            f'{where}: expected dict(imports=["module"], allow_failed_imports=False), got '
            f'{imports!r}'
        )
    for name in names:
        try:
            import_modules_from_strings([name], imports.get('allow_failed_imports', False))
        except Exception as error:  # the module may raise any exception
            cause = error.__cause__ or error.__context__ or error
            kind = '' if isinstance(cause, ImportError) else f'{type(cause).__name__}: '
            lost = isinstance(cause, ModuleNotFoundError) and cause.name == name.split('.')[0]
            advice = ': install it, or add its folder to PYTHONPATH' if lost else ''
            raise ImportError(f'{where}: {name}: {kind}{cause}{advice}') from error
