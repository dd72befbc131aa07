"""Splitting of typed text at separators outside brackets and quotes."""

from __future__ import annotations

import re

HOW = (
    'write numbers as 0.5, lists as [1,2], components as dict(type="Adam",lr=1e-4), no value as '
    'None, and quote text other than a single word'
)
QUOTED = r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*\""""
# Quotes open only at the beginning of a value, so that `it's` is a word.
TOKEN = re.compile(rf'(?<![^\s,=:(\[{{])(?:{QUOTED})|.', re.DOTALL)
CLOSING = {'(': ')', '[': ']', '{': '}'}
DEEPEST = 50


class UnreadableError(ValueError):
    """Text that cannot be parsed as a value."""

    def __init__(self) -> None:
        super().__init__(f'the value cannot be read: {HOW}')


def pieces(text: str, separator: str) -> list[str]:
    """Split a text at separators outside brackets and quotes.

    Raises:
        ValueError: brackets do not match or are nested too deeply.

    Examples:
        >>> pieces('a,[b,c],"d,e"', ',')
        ['a', '[b,c]', '"d,e"']
    """
    found, start, expected = [], 0, []
    for token in TOKEN.finditer(text):
        sign = token[0]
        if sign in CLOSING:
            expected.append(CLOSING[sign])
        elif sign in CLOSING.values() and (not expected or expected.pop() != sign):
            raise UnreadableError
        elif sign == separator and not expected:
            found.append(text[start : token.start()])
            start = token.end()
        if len(expected) > DEEPEST:
            raise UnreadableError
    if expected:
        raise UnreadableError
    return [*found, text[start:]]
