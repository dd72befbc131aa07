"""Types of numbers and switches in configs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np
import yaml

from mmrestore.config.annotations import annotation_members, argument, argument_annotation

NUMBER = re.compile(r'[-+]?(\d[\d_]*\.?\d*|\.\d+)([eE][-+]?\d+)?')
SCIENTIFIC = re.compile(r'([-+]?)(\d+\.?\d*|\.\d+)[eE]([-+]?)(\d+)')
# Numeric settings in dictionaries without a signature.
NUMBERS = ('lr_mult', 'decay_mult', 'seed')
WORDS_FOR_NUMBERS = {'int', 'float', 'Number', 'Real'}
WORDS_FOR_TEXT = {'str', 'Path', 'PathLike', 'Any', 'Literal', 'object'}


NAMES = {bool: 'True or False', int: 'a whole number', float: 'a number'}
SIMPLE = {'bool': bool, 'int': int, 'float': float, 'Number': float, 'Real': float}


def check_numbers(settings: Mapping[str, Any]) -> None:
    """Check that no number and no switch is given as text.

    Annotation or default of the argument determine whether a setting is a number. Without a
    signature, a text such as ``1e-4`` is considered a number.

    Raises:
        ValueError: a number or switch is text; the message states how to write it.

    Examples:
        >>> check_numbers({'optim_wrapper': {'optimizer': {'type': 'Adam', 'lr': '1e-4'}}})
        Traceback (most recent call last):
        ValueError: optim_wrapper.optimizer.lr must be a number, got the text '1e-4': write \
1.0e-4 (1e-4 is text in YAML)
    """
    for key, text in _texts(settings):
        if NUMBER.fullmatch(text.strip()) and _is_number(settings, key, text.strip()):
            raise ValueError(
                f'{key} must be a number, got the text {text!r}: {_advice(text.strip())}'
            )
        name = _of_list(key)
        members = annotation_members(argument_annotation(settings, name)) if name == key else ()
        try:
            fitted(text, members)
        except ValueError as error:
            raise ValueError(f'{key}: {error}') from None


def _texts(settings: Any, at: str = '') -> Iterator[tuple[str, str]]:
    """Yield dotted key and text of each setting that is text."""
    if isinstance(settings, str):
        yield at, settings
    elif isinstance(settings, Mapping):
        for key, value in settings.items():
            yield from _texts(value, f'{at}.{key}' if at else str(key))
    elif isinstance(settings, (list, tuple)):
        for place, value in enumerate(settings):
            yield from _texts(value, f'{at}.{place}')


def _of_list(key: str) -> str:
    """Return the key of the argument that contains a list item."""
    return re.sub(r'(\.\d+)+$', '', key)


def _is_number(settings: Mapping[str, Any], key: str, text: str) -> bool:
    """Return True if a setting with the text of a number must be a number."""
    name = _of_list(key)
    parameter, annotation = argument(settings, name), argument_annotation(settings, name)
    if annotation:
        words = set(re.findall(r'\w+', annotation))
        return bool(words & WORDS_FOR_NUMBERS) and not words & WORDS_FOR_TEXT
    if parameter is not None and parameter.default not in (parameter.empty, None):
        values = np.ravel(parameter.default)
        return np.issubdtype(values.dtype, np.number)
    last = name.rpartition('.')[2]
    return last in NUMBERS or SCIENTIFIC.fullmatch(text) is not None


def _advice(text: str) -> str:
    if not isinstance(yaml.safe_load(text), str):
        return f'write {text} without quotes'
    match = SCIENTIFIC.fullmatch(text)
    if match is None:
        return 'write it without quotes'
    sign, digits, sign_of_power, power = match.groups()
    point = '' if '.' in digits else '.0'
    return f'write {sign}{digits}{point}e{sign_of_power or "+"}{power} ({text} is text in YAML)'


def simple_types(members: Collection[str]) -> set[type]:
    """Return which of bool, int and float an annotation allows; empty if it allows other types.

    Examples:
        >>> simple_types(['int', 'None']), simple_types(['int', 'str'])
        ({<class 'int'>}, set())
    """
    names = [name.rpartition('.')[2] for name in members if name != 'None']
    return {SIMPLE[name] for name in names} if all(name in SIMPLE for name in names) else set()


def fitted(value: Any, members: Collection[str], present: Any = None) -> Any:
    """Convert a value to the type of a switch or number setting; other settings are unchanged.

    Args:
        value: any value; a float without fraction becomes an int where an int is needed.
        members: types that the annotation of the argument allows; empty if unknown.
        present: current value of the setting, which determines the type if ``members`` do not.

    Raises:
        ValueError: the setting is a switch or a number, and the value has another type.

    Examples:
        >>> fitted(1e5, ['int']), fitted(False, ['bool']), fitted([1], ['int', 'Sequence[int]'])
        (100000, False, [1])
        >>> fitted('no', ['bool'])
        Traceback (most recent call last):
        ValueError: expected True or False, got the text 'no'
    """
    allowed = simple_types(members)
    if value is None or not (allowed or isinstance(present, (bool, int, float))):
        return value
    if not allowed and isinstance(value, (str, bool)):
        known = type(value).__name__ in members
        allowed = set() if known else {bool if isinstance(present, bool) else float}
    elif not allowed and not members and isinstance(present, bool):
        allowed = {bool}
    if not allowed or type(value) in allowed or (type(value) is int and float in allowed):
        return value
    if int in allowed and isinstance(value, float) and value.is_integer():
        return int(value)
    names = ' or '.join(NAMES[each] for each in NAMES if each in allowed)
    such = f', such as the current {present}' if type(present) in (int, float) else ''
    what = 'the text ' if isinstance(value, str) else ''
    raise ValueError(f'expected {names}{such}, got {what}{value!r}')
