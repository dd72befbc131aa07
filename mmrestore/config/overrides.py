"""Overrides of single settings, as values from Python or as texts that people type."""

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
    """Return settings with overrides, applied one after the other.

    Args:
        settings: what is overridden; those of several stages get the overrides of a stage as
            settings of it, after its own, which are read when the stage is opened.
        overrides: values by dotted key, a text ``KEY=VALUE``, or a list of both.
        variables: names that expressions of the config refer to and that are no settings.

    Raises:
        ValueError: a key or a value cannot be read, or there is no such setting or stage.
        TypeError: a dictionary would change a value that is no dictionary.

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
            f'{key}: begin with the name of a stage, {" or ".join(names)}, as in {names[0]}{key}'
        )
    return stage, rest


def _as_list(overrides: Overrides) -> list[str | Mapping[str, Any]]:
    return [overrides] if isinstance(overrides, (str, Mapping)) else list(overrides)


def _check_variable(key: str, variables: Collection[str]) -> None:
    if key.split('.')[0] in variables:
        raise ValueError(
            f'{key} is a variable of the config, which is filled in where it is used before '
            'overrides are applied: override what uses it (`mmrestore config` shows that)'
        )


def split_override(text: str) -> tuple[str, str]:
    """Return the key and the value of an override that was typed as ``KEY=VALUE``.

    Raises:
        ValueError: there is no key or no equals sign.

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
    """Return the value that a typed text means for the setting of a dotted key.

    A setting that is text or a path, by its present value or by the annotation of the argument, is
    taken as it is. Everything else is read as numbers, lists, ``dict(...)``, None, True or False;
    a bare word is text.

    Raises:
        ValueError: the text cannot be read, or the setting is a switch or a number and the text is
            none.

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
    """Return a value from Python as the setting of a dotted key takes it.

    Raises:
        ValueError: the setting is a switch or a number, and the value is of another type.

    Examples:
        >>> check_value({'resume': False}, 'resume', 'no')
        Traceback (most recent call last):
        ValueError: resume: expected True or False, got the text 'no'
    """
    if isinstance(value, str) and NUMBER.fullmatch(value.strip()):
        return plain(value)  # ``check_numbers`` says how to write it
    members = annotation_members(argument_annotation(settings, key))
    try:
        return fitted(plain(value, at=key), members, present_setting(settings, key))
    except ValueError as error:
        raise ValueError(f'{key}: {error}') from None


def with_overrides(settings: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings in which those of dotted keys are changed.

    A dictionary is merged into what is there; numbers in a key are places in lists.

    Raises:
        ValueError: a key leads through something that has no settings, or takes away what is not
            there.
        TypeError: a dictionary would change a value that is no dictionary.

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
    """Check that a setting that is switched off is there, or is an argument."""
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
                f'{key}: expected one of the places 0 to {len(settings) - 1} of a list, got '
                f'{first!r}'
            )
        place = int(first)
        new = _set(settings[place], rest, value, key) if rest else value
        return type(settings)((*settings[:place], new, *settings[place + 1 :]))
    if settings is None:
        settings = {}
    if not isinstance(settings, Mapping):
        raise ValueError(f'{key}: {settings!r} has no settings to change; give all of it')
    if rest:
        if first.isdigit() and settings and first not in settings:
            raise ValueError(f'{key}: expected a name, one of {", ".join(settings)}, got {first!r}')
        return {**settings, first: _set(settings.get(first), rest, value, key)}
    return merged(settings, {first: value}, at=key.rpartition('.')[0])
