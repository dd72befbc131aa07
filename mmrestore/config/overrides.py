"""Overrides of single settings, as values from Python or as texts that people type."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from typing import Any

from mmrestore.config.annotations import (
    annotation_members,
    argument_annotation,
    is_text,
    present_setting,
)
from mmrestore.config.merging import merged, plain
from mmrestore.registry import suggest

HOW = (
    'write numbers as 0.5, lists as [1,2], parts as dict(type="Adam",lr=1e-4), nothing as None, '
    'and text with spaces or brackets in quotes'
)
WORDS = {'true': True, 'false': False, 'none': None, 'inf': float('inf'), 'nan': float('nan')}


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
        ValueError: the text cannot be read, or the setting is a number and the text is none.

    Examples:
        >>> read_override({'root': 'photos'}, 'root', '2024_01')
        '2024_01'
        >>> read_override({'betas': (0.9, 0.99)}, 'betas', '0.9,0.999')
        [0.9, 0.999]
        >>> read_override({}, 'custom_hooks', '[dict(type="EMAHook")]')
        [{'type': 'EMAHook'}]
    """
    present = present_setting(settings, key)
    members = annotation_members(argument_annotation(settings, key))
    as_text = isinstance(present, str) or any(is_text(member) for member in members)
    only_text = as_text and all(is_text(m) or m == 'None' for m in members)
    if text in ('None', 'none'):
        return None
    if as_text and (only_text or not text.startswith(('[', '(', '{', 'dict('))):
        return plain(_unquoted(text))
    try:
        value = read_value(text)
    except ValueError as error:
        if as_text:
            return plain(text)
        raise ValueError(f'{key}={text}: {error}') from None
    is_number = isinstance(present, (int, float)) and not isinstance(present, bool)
    if is_number and isinstance(value, str):
        raise ValueError(f'{key}={text}: expected a number, such as the present {present}')
    return plain(value)


def read_value(text: str) -> Any:
    """Return the value that a text stands for; nothing of it is executed.

    Raises:
        ValueError: the text cannot be read; the message says how to write it.

    Examples:
        >>> read_value('[a,1e-3,dict(b=None)]'), read_value('a,b'), read_value('iter_5.pth')
        (['a', 0.001, {'b': None}], ['a', 'b'], 'iter_5.pth')
    """
    try:
        tree = ast.parse(text.strip(), mode='eval').body
        value = _value(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        if re.fullmatch(r'[^\s,()\[\]{}\'"=]+', text):
            return text
        raise ValueError(f'this cannot be read: {HOW}') from None
    # A bare `a,b` is a list, as in MMEngine.
    bare = isinstance(tree, ast.Tuple) and not text.strip().startswith('(')
    return list(value) if bare else value


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        number = _value(node.operand)
        if isinstance(number, (int, float)):
            return -number if isinstance(node.op, ast.USub) else number
    if isinstance(node, ast.List):
        return [_value(item) for item in node.elts]
    if isinstance(node, ast.Tuple):
        return tuple(_value(item) for item in node.elts)
    if isinstance(node, ast.Dict) and None not in node.keys:
        return {
            str(_value(key)): _value(value)
            for key, value in zip(node.keys, node.values, strict=True)
            if key is not None
        }
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        if node.func.id == 'dict' and not node.args and all(k.arg for k in node.keywords):
            return {str(k.arg): _value(k.value) for k in node.keywords}
        if node.func.id == 'float' and len(node.args) == 1 and not node.keywords:
            return float(_value(node.args[0]))
    if isinstance(node, ast.Name):
        return WORDS.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        return ast.unparse(node)
    raise ValueError


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
        result = _set(result, key.split('.'), plain(value, at=key), key)
    return result


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
    if value is None and first not in settings and '.' in key:
        raise ValueError(f'{key}=None: the config has no such setting.{suggest(first, settings)}')
    return merged(settings, {first: value}, at=key.rpartition('.')[0])


def _unquoted(text: str) -> str:
    """Return a text without quotes around all of it."""
    try:
        value = ast.literal_eval(text) if text[:1] in ('"', "'") else text
    except (SyntaxError, ValueError):
        return text
    return value if isinstance(value, str) else text
