"""Parsing of typed text as numbers, lists, dictionaries and words, without executing code."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any

from mmrestore.config.annotations import (
    annotation_members,
    argument_annotation,
    is_text,
    item_members,
    present_setting,
)
from mmrestore.config.merging import merged
from mmrestore.config.numbers import fitted
from mmrestore.config.pieces import CLOSING, QUOTED, UnreadableError, pieces

WORDS = {'true': True, 'false': False, 'none': None, 'True': True, 'False': False, 'None': None}
SWITCHES = {'true': True, 'yes': True, 'on': True, 'false': False, 'no': False, 'off': False}
BARE_WORD = re.compile(r'[^\s,()\[\]{}\'"=]+')
NOT_FINITE = re.compile(r"""([-+]?)(?:float\(\s*['"]?([-+]?)(inf|nan)['"]?\s*\)|(inf|nan))""")


def read_value(
    text: str,
    settings: Mapping[str, Any] | None = None,
    key: str = 'value',
    members: list[str] | None = None,
) -> Any:
    """Parse a typed text as a value.

    If the annotation of the argument is text, the text is used unchanged, also inside
    ``dict(type=...)``. Elsewhere a word that is not a number, such as ``a/b.pth``, is text.

    Args:
        text: typed text.
        settings: settings that will contain the value.
        key: dotted key of the value.
        members: allowed types of the value; the types of the argument if None.

    Raises:
        ValueError: the text cannot be parsed, or the value has another type than the argument. The
            message states how to write it.

    Examples:
        >>> read_value('[a,1e-3,dict(b=None)]'), read_value('a,b'), read_value('iter_5.pth')
        (['a', 0.001, {'b': None}], ['a', 'b'], 'iter_5.pth')
        >>> read_value('dict(type=ImageFolder,root=2024_01)')
        {'type': 'ImageFolder', 'root': '2024_01'}
    """
    settings = settings or {}
    if members is None:
        members = annotation_members(argument_annotation(settings, key))
    if text.strip() in ('None', 'none'):
        return None
    if 'bool' in members and text.strip().lower() in SWITCHES:
        return SWITCHES[text.strip().lower()]
    present = present_setting(settings, key)
    if not members and isinstance(present, str):
        members = ['str', 'Any']
    if not any(is_text(member) for member in members):
        return fitted(_structure(text, settings, key, members), members, present)
    if all(is_text(member) or member == 'None' for member in members):
        return _unquoted(text)
    if not _may_be_more(text, members):
        return _unquoted(text)
    try:
        return _structure(text, settings, key, members)
    except UnreadableError:
        return text


def _may_be_more(text: str, members: list[str]) -> bool:
    """Return True if a text may be a value other than text, for settings that allow both."""
    if text.startswith(('[', '(', '{', 'dict(')):
        return True
    if {'int', 'float'} & set(members) and isinstance(_number(text.strip()), (int, float)):
        return True
    return bool(item_members(members)) and ',' in text


def _structure(text: str, settings: Mapping[str, Any], key: str, members: list[str]) -> Any:
    """Parse a value in brackets, values separated by commas, or a single value."""
    text = text.strip()
    inside = text[text.find('(') + 1 : -1] if text.startswith('dict') else text[1:-1]
    if re.fullmatch(r'dict\s*\(.*\)', text, re.DOTALL):
        return _dictionary(inside, '=', settings, key)
    if text[:1] == '{' and text[-1:] == '}':
        return _dictionary(inside, ':', settings, key)
    bare = len(pieces(text, ',')) > 1  # as in MMEngine, a list
    if bare or (text[:1] in ('[', '(') and text[-1:] == CLOSING[text[:1]]):
        items = _items(text if bare else inside)
        if text[0] == '(' and not bare and len(items) == 1 and ',' not in inside[-1:]:
            return _structure(inside, settings, key, members)
        values = [read_value(item, members=item_members(members)) for item in items]
        return tuple(values) if text[0] == '(' and not bare else values
    return _word(text)


def _dictionary(text: str, sign: str, settings: Mapping[str, Any], key: str) -> dict[Any, Any]:
    """Parse a dictionary ``NAME=VALUE, ...``; its ``type`` determines the types of the values."""
    pairs: dict[Any, str] = {}
    for item in _items(text):
        name, *rest = pieces(item, sign)
        if not rest or (sign == '=' and not name.strip().isidentifier()):
            raise UnreadableError
        pairs[name.strip() if sign == '=' else _word(name.strip())] = sign.join(rest)
    if 'type' in pairs:
        kind = {'type': _unquoted(pairs['type'].strip())}
        settings = _with(settings, key, kind)
    return {
        name: read_value(value.strip(), settings, f'{key}.{name}') for name, value in pairs.items()
    }


def _with(settings: Mapping[str, Any], key: str, value: dict[str, Any]) -> dict[str, Any]:
    """Return settings with a dictionary merged into the value at a dotted key."""
    for part in reversed(key.split('.')):
        value = {part: value}
    try:
        return merged(settings, value)
    except TypeError:  # the value at the key is not a dictionary and is replaced
        return value


def _items(text: str) -> list[str]:
    """Return the items between commas; a trailing comma is allowed."""
    items = pieces(text, ',')
    if not items[-1].strip():
        items.pop()
    if not all(item.strip() for item in items):
        raise UnreadableError
    return [item.strip() for item in items]


def _word(text: str) -> Any:
    """Parse a number, a quoted text, a keyword, or a bare word, which is text."""
    if text in WORDS:
        return WORDS[text]
    if re.fullmatch(QUOTED, text, re.DOTALL):
        return _unquoted(text)
    number = _number(text)
    if number is not None:
        return number
    if BARE_WORD.fullmatch(text):
        return text
    raise UnreadableError


def _number(text: str) -> int | float | None:
    match = NOT_FINITE.fullmatch(text)
    if match:
        return float(f'{match[1]}{match[3] or match[4]}') * (-1 if match[2] == '-' else 1)
    try:
        value = ast.literal_eval(text) if text[:1] in '+-.0123456789' else None
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    return value if type(value) in (int, float) else None


def _unquoted(text: str) -> str:
    """Return a text without enclosing quotes."""
    try:
        value = ast.literal_eval(text) if text[:1] in ('"', "'") else text
    except (SyntaxError, ValueError):
        return text
    return value if isinstance(value, str) else text
