"""Numbers that were written as text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import yaml

from mmrestore.config.annotations import argument

NUMBER = re.compile(r'[-+]?(\d[\d_]*\.?\d*|\.\d+)([eE][-+]?\d+)?')
SCIENTIFIC = re.compile(r'([-+]?)(\d+\.?\d*|\.\d+)[eE]([-+]?)(\d+)')
# Settings of dictionaries that no signature describes.
NUMBERS = (
    *('total_batch_size', 'num_batch_per_epoch', 'base_batch_size'),
    *('lr_mult', 'decay_mult', 'seed'),
)
WORDS_FOR_NUMBERS = {'int', 'float', 'Number', 'Real'}
WORDS_FOR_TEXT = {'str', 'Path', 'PathLike', 'Any', 'Literal', 'object'}


def check_numbers(settings: Mapping[str, Any]) -> None:
    """Check that no number is given as text.

    A setting is a number by the annotation or the default of the argument that it becomes. Where
    no signature describes it, a text such as ``1e-4`` is taken for one.

    Raises:
        ValueError: one is text; the message names it and says how to write it.

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


def _texts(settings: Any, at: str = '') -> Iterator[tuple[str, str]]:
    """Yield the dotted keys of texts, and the texts."""
    if isinstance(settings, str):
        yield at, settings
    elif isinstance(settings, Mapping):
        for key, value in settings.items():
            yield from _texts(value, f'{at}.{key}' if at else str(key))
    elif isinstance(settings, (list, tuple)):
        for place, value in enumerate(settings):
            yield from _texts(value, f'{at}.{place}')


def _is_number(settings: Mapping[str, Any], key: str, text: str) -> bool:
    """Whether a setting whose text is that of a number must be one."""
    name = re.sub(r'(\.\d+)+$', '', key)  # of a list its argument
    parameter = argument(settings, name)
    if parameter is not None and parameter.annotation is not parameter.empty:
        words = set(re.findall(r'\w+', str(parameter.annotation)))
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
