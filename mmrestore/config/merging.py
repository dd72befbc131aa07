"""Merging of settings: pure functions on dictionaries."""

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
    """Merge ``own`` into a copy of ``base``.

    Dictionaries are merged key by key; other values replace inherited values. None disables an
    inherited setting, and a dictionary may replace an inherited None. ``_delete_=True`` in a
    dictionary discards the inherited dictionary. Under a dotted key, as in the overrides of a
    stage, ``_delete_`` is kept until the override is merged.

    Args:
        base: inherited settings.
        own: settings to merge.
        at: dotted key of both, for messages.

    Raises:
        TypeError: a dictionary would be merged into a value that is not a dictionary.

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
                f'{place} is inherited as {_short(inherited)}, which has no settings '
                f'{", ".join(map(str, value))}: replace it with _delete_=True in the dictionary'
            )
    return result


def with_all_imports(base: Mapping[str, Any], settings: dict[str, Any]) -> dict[str, Any]:
    """Return settings whose ``custom_imports`` list the modules of ``base`` followed by their own.

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
    """Yield the dotted keys and values of all settings that are not dictionaries.

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

    Paths become text, NumPy numbers and arrays become Python numbers and lists, and classes and
    functions become dotted names, which registries resolve. A leading ``~`` in text is expanded.

    Raises:
        TypeError: a value has another type, or a name is not text; the message has its dotted key.

    Examples:
        >>> plain({'a': np.float32(0.5), 'b': (np.arange(2), PurePath('x'))})
        {'a': 0.5, 'b': ([0, 1], 'x')}
    """
    if isinstance(value, Mapping):
        places = {name: f'{at}.{name}' if at else str(name) for name in value}
        for name, place in places.items():
            if not isinstance(name, str):
                raise TypeError(
                    f'{place}: setting names must be text, got {name!r}, a {type(name).__name__}'
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
        f'{at}: expected a number, text, list, tuple, dictionary or None, got a '
        f'{type(value).__name__}'
    )


def is_data(value: Any) -> bool:
    """Return True if the type of a value is plain data or convertible to it."""
    kinds = (Mapping, list, tuple, str, PurePath, np.generic, np.ndarray, int, float)
    return value is None or isinstance(value, (*kinds, type, FunctionType))


def look_up(settings: Any, key: str) -> Any:
    """Return the setting at a dotted key; numbers are list indices.

    Raises:
        KeyError: the setting does not exist.

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
