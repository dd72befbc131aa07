"""Merging settings: pure functions on dictionaries."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from types import FunctionType
from typing import Any

import numpy as np

DELETE = '_delete_'
IMPORTS = 'custom_imports'


def merged(base: Any, own: Mapping[str, Any], *, at: str = '') -> dict[str, Any]:
    """Return the settings of ``base`` with those of ``own`` merged into them; both stay as given.

    Dictionaries are merged key by key, everything else replaces what is inherited. None switches an
    inherited setting off, and a dictionary may stand where None is inherited. ``_delete_=True`` in
    a dictionary drops what it inherits; under a dotted key, as in the overrides of a stage, it
    stays for where those are merged.

    Args:
        base: what is inherited.
        own: what changes it.
        at: dotted key of both, for messages.

    Raises:
        TypeError: a dictionary would change a value that is no dictionary.

    Examples:
        >>> merged({'a': {'b': 1, 'c': 2}, 'd': 3}, {'a': {'b': None, 'e': 4}})
        {'a': {'b': None, 'c': 2, 'e': 4}, 'd': 3}
        >>> merged({'a': {'b': 1}}, {'a': {'_delete_': True, 'c': 2}})
        {'a': {'c': 2}}
    """
    result = dict(base or {})
    for key, value in own.items():
        if key == DELETE:
            continue
        place = f'{at}.{key}' if at else str(key)
        inherited = result.get(key)
        is_override = '.' in str(key) and inherited is None  # merged later, by its dotted key
        if is_override or not isinstance(value, Mapping):
            result[key] = copy.deepcopy(value)
        elif inherited is None or value.get(DELETE, False):
            result[key] = merged({}, value, at=place)
        elif isinstance(inherited, Mapping):
            result[key] = merged(inherited, value, at=place)
        else:
            raise TypeError(
                f'{place} is inherited as {_short(inherited)} and cannot be changed by the '
                f'settings {", ".join(map(str, value))}: give all of it with _delete_=True'
            )
    return result


def with_all_imports(base: Mapping[str, Any], settings: dict[str, Any]) -> dict[str, Any]:
    """Return settings whose ``custom_imports`` list the modules of ``base`` too, those first.

    Examples:
        >>> base, own = {'custom_imports': {'imports': ['a']}}, {'custom_imports': {'imports': 'b'}}
        >>> with_all_imports(base, own)
        {'custom_imports': {'imports': ['a', 'b']}}
    """
    lists = []
    for each in (base.get(IMPORTS), settings.get(IMPORTS)):
        modules = each.get('imports') if isinstance(each, Mapping) else None
        lists.append([modules] if isinstance(modules, str) else modules)
    before, own = lists
    if not (isinstance(before, list) and isinstance(own, list)):
        return settings
    every = [*before, *(module for module in own if module not in before)]
    return {**settings, IMPORTS: {**settings[IMPORTS], 'imports': every}}


def flat(settings: Mapping[str, Any], *, at: str = '') -> Iterator[tuple[str, Any]]:
    """Yield dotted keys and values of what is no dictionary.

    Examples:
        >>> dict(flat({'a': {'b': 1, 'c': {}}, 'd': [2]}))
        {'a.b': 1, 'd': [2]}
    """
    for key, value in settings.items():
        place = f'{at}.{key}' if at else str(key)
        if isinstance(value, Mapping):
            yield from flat(value, at=place)
        else:
            yield place, value


def plain(value: Any, *, at: str = '') -> Any:
    """Return settings as plain data: dicts, lists, tuples, numbers, text, None.

    Paths become text, numbers and arrays of NumPy those of Python, classes and functions their
    dotted names, by which registries find them. ``~`` at the beginning of a text is expanded.

    Raises:
        TypeError: there is something else, or a name is no text; the message names its place.

    Examples:
        >>> plain({'a': np.float32(0.5), 'b': (np.arange(2), PurePath('x'))})
        {'a': 0.5, 'b': ([0, 1], 'x')}
    """
    if isinstance(value, Mapping):
        places = {name: f'{at}.{name}' if at else str(name) for name in value}
        for name, place in places.items():
            if not isinstance(name, str):
                raise TypeError(
                    f'{place}: names of settings are text, got {name!r}, a {type(name).__name__}'
                )
        return {str(name): plain(v, at=places[name]) for name, v in value.items()}
    if isinstance(value, (list, tuple)):
        items = [plain(v, at=f'{at}.{i}') for i, v in enumerate(value)]
        return items if isinstance(value, list) else tuple(items)
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    if isinstance(value, (str, PurePath)):
        return os.path.expanduser(value) if str(value).startswith('~') else str(value)
    if isinstance(value, (type, FunctionType)):
        return f'{value.__module__}.{value.__qualname__}'
    if value is None or isinstance(value, (bool, int, float)):
        return value
    raise TypeError(
        f'{at} is a {type(value).__name__}: a config holds numbers, text, lists, tuples, '
        'dictionaries and None'
    )


def is_data(value: Any) -> bool:
    """Whether a value is plain data, or becomes such, as far as can be seen from outside."""
    kinds = (Mapping, list, tuple, str, PurePath, np.generic, np.ndarray, int, float)
    return value is None or isinstance(value, (*kinds, type, FunctionType))


def look_up(settings: Any, key: str) -> Any:
    """Return the setting of a dotted key; numbers are places in lists.

    Raises:
        KeyError: there is no such setting.

    Examples:
        >>> look_up({'a': [{'b': 1}]}, 'a.0.b')
        1
    """
    for part in key.split('.'):
        try:
            settings = settings[part if isinstance(settings, Mapping) else int(part)]
        except (KeyError, IndexError, ValueError, TypeError):
            raise KeyError(key) from None
    return settings


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) < 60 else f'{text[:57]}...'
