"""Overrides of single settings, as Python values or as typed text."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from mmrestore.config.annotations import (
    annotation_members,
    argument_annotation,
    argument_names,
    present_setting,
)
from mmrestore.config.merging import merged, plain
from mmrestore.config.numbers import NUMBER, fitted
from mmrestore.config.top_level import check_override
from mmrestore.config.values import read_value
from mmrestore.registry import suggest

Overrides = Mapping[str, Any] | Sequence[str | Mapping[str, Any]]


def overridden(
    settings: Mapping[str, Any], overrides: Overrides, *, variables: Collection[str] = ()
) -> dict[str, Any]:
    """Apply overrides to settings, in the given order.

    Args:
        settings: settings to override. With several stages, the overrides of a stage are appended
            to its own overrides, and are read when the stage is opened.
        overrides: values by dotted key, a text ``KEY=VALUE``, or a list of both.
        variables: names used by expressions of the config that are not settings.

    Raises:
        ValueError: a key or value is invalid, or the setting or stage does not exist.
        TypeError: a dictionary would be merged into a value that is not a dictionary.

    Examples:
        >>> overridden({'resume': False}, ['resume=yes', {'load_from': 'a.pth'}])
        {'resume': True, 'load_from': 'a.pth'}
        >>> overridden({'resume': False}, 'resume=yes')
        {'resume': True}
        >>> overridden({'stages': {'a': {'overrides': ['resume=no']}}}, {'a.resume': True})
        {'stages': {'a': {'overrides': ['resume=no', {'resume': True}]}}}
    """
    result = merged({}, settings)
    for item in _as_list(overrides):
        texts = isinstance(item, str)
        for key, value in [split_override(item)] if isinstance(item, str) else item.items():
            if 'stages' in settings:
                stage, rest = _stage_and_key(settings['stages'], key)
                own = result['stages'][stage].get('overrides') or []
                more = f'{rest}={value}' if texts else {rest: value}
                result['stages'][stage]['overrides'] = [*_as_list(own), more]
                continue
            _check_variable(key, variables)
            check_override(settings, key)
            read = read_override if texts else check_value
            result = with_overrides(result, {key: read(result, key, value)})
    return result


def _stage_and_key(stages: Mapping[str, Any], key: str) -> tuple[str, str]:
    stage, _, rest = key.partition('.')
    if stage not in stages or not rest:
        names = [f'{name}.' for name in stages]
        raise ValueError(
            f'{key}: expected a stage name at the beginning, {" or ".join(names)}, as in '
            f'{names[0]}{key}'
        )
    return stage, rest


def _as_list(overrides: Overrides) -> list[str | Mapping[str, Any]]:
    return [overrides] if isinstance(overrides, (str, Mapping)) else list(overrides)


def _check_variable(key: str, variables: Collection[str]) -> None:
    if key.split('.')[0] in variables:
        raise ValueError(
            f'{key} is a variable of the config, which is substituted before overrides are '
            'applied: override the settings that use it (`mmrestore config` shows them)'
        )


def split_override(text: str) -> tuple[str, str]:
    """Split a typed override ``KEY=VALUE`` into key and value.

    Raises:
        ValueError: the key or the equals sign is missing.

    Examples:
        >>> split_override('train_dataloader.dataset.root=a=b')
        ('train_dataloader.dataset.root', 'a=b')
    """
    key, equals, value = text.partition('=')
    key = key.strip()
    if not equals or not re.fullmatch(r'[^\s.=]+(\.[^\s.=]+)*', key):
        raise ValueError(
            f'expected KEY=VALUE, got {text!r}: a key is dotted, as in model.test_seed=1'
        )
    return key, value


def read_override(settings: Mapping[str, Any], key: str, text: str) -> Any:
    """Parse a typed text as the value of the setting at a dotted key.

    For settings that are text or paths, by current value or annotation, the text is used unchanged.
    Otherwise it is parsed as number, list, ``dict(...)``, None, True or False; a bare word is text.

    Raises:
        ValueError: the text cannot be parsed, or is not of the type of a switch or number.

    Examples:
        >>> read_override({'root': 'photos'}, 'root', '2024_01')
        '2024_01'
        >>> read_override({'betas': (0.9, 0.99)}, 'betas', '0.9,0.999')
        [0.9, 0.999]
        >>> read_override({}, 'custom_hooks', '[dict(type="EMAHook")]')
        [{'type': 'EMAHook'}]
    """
    try:
        return plain(read_value(text, settings, key), at=key)
    except ValueError as error:
        raise ValueError(f'{key}={text}: {error}') from None


def check_value(settings: Mapping[str, Any], key: str, value: Any) -> Any:
    """Check and convert a Python value for the setting at a dotted key.

    Raises:
        ValueError: the setting is a switch or a number, and the value has another type.

    Examples:
        >>> check_value({'resume': False}, 'resume', 'no')
        Traceback (most recent call last):
        ValueError: resume: expected True or False, got the text 'no'
    """
    if isinstance(value, str) and NUMBER.fullmatch(value.strip()):
        return plain(value)  # ``check_numbers`` reports how to write it
    members = annotation_members(argument_annotation(settings, key))
    try:
        return fitted(plain(value, at=key), members, present_setting(settings, key))
    except ValueError as error:
        raise ValueError(f'{key}: {error}') from None


def with_overrides(settings: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings with the values at dotted keys changed.

    A dictionary is merged into the existing one; numbers in a key are list indices.

    Raises:
        ValueError: a key passes through a value without settings, or removes a setting that does
            not exist.
        TypeError: a dictionary would be merged into a value that is not a dictionary.

    Examples:
        >>> with_overrides({'a': {'b': [1, 2]}}, {'a.b.0': 5, 'c.d': {'e': 6}})
        {'a': {'b': [5, 2]}, 'c': {'d': {'e': 6}}}
    """
    result: Any = merged({}, settings)
    for key, value in values.items():
        if value is None and '.' in key:
            _check_there(result, key)
        result = _set(result, key.split('.'), plain(value, at=key), key)
    return result


def _check_there(settings: Mapping[str, Any], key: str) -> None:
    """Check that a setting to be removed exists or is an argument."""
    owner, _, name = key.rpartition('.')
    others = present_setting(settings, owner)
    if isinstance(others, (list, tuple)):
        return
    known = [*(others if isinstance(others, Mapping) else ()), *argument_names(settings, owner)]
    if name not in known:
        raise ValueError(f'{key}=None: the config has no such setting.{suggest(name, known)}')


def _set(settings: Any, parts: Sequence[str], value: Any, key: str) -> Any:
    first, *rest = parts
    if isinstance(settings, (list, tuple)):
        if not first.isdigit() or int(first) >= len(settings):
            raise ValueError(
                f'{key}: expected a list index from 0 to {len(settings) - 1}, got {first!r}'
            )
        place = int(first)
        new = _set(settings[place], rest, value, key) if rest else value
        return type(settings)((*settings[:place], new, *settings[place + 1 :]))
    if settings is None:
        settings = {}
    if not isinstance(settings, Mapping):
        raise ValueError(f'{key}: {settings!r} has no settings; replace the whole value')
    if rest:
        if first.isdigit() and settings and first not in settings:
            raise ValueError(f'{key}: expected a name, one of {", ".join(settings)}, got {first!r}')
        return {**settings, first: _set(settings.get(first), rest, value, key)}
    return merged(settings, {first: value}, at=key.rpartition('.')[0])
