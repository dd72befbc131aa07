"""HTML builder that escapes all text unless it is marked as HTML."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from mmrestore.files import printable

NO_ATTRIBUTES: Mapping[str, object] = MappingProxyType({})
EMPTY = frozenset(('br', 'hr', 'img', 'input', 'meta'))  # elements without an end tag


class Html(str):
    """Text that is HTML and is not escaped."""

    __slots__ = ()


def escaped(text: object) -> Html:
    r"""Return a text as HTML, on one line; bytes that are not UTF-8 are shown as ``\xe9``.

    Examples:
        >>> escaped('<b> & "c"'), escaped(Html('<b>'))
        ('&lt;b&gt; &amp; &quot;c&quot;', '<b>')
    """
    return text if isinstance(text, Html) else Html(html.escape(printable(str(text))))


def element(tag: str, *children: object, attributes: Mapping[str, object] = NO_ATTRIBUTES) -> Html:
    """Return an HTML element; children and values of attributes are escaped.

    Args:
        tag: name of the element.
        children: texts, and elements as :class:`Html`.
        attributes: by name; None leaves one out, True states it without a value.

    Examples:
        >>> element('a', '<1>', attributes={'href': '#"', 'hidden': True, 'id': None})
        '<a href="#&quot;" hidden>&lt;1&gt;</a>'
    """
    stated = ''.join(
        f' {name}' if value is True else f' {name}="{escaped(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    if tag in EMPTY:
        return Html(f'<{tag}{stated}>')
    return Html(f'<{tag}{stated}>{joined(children)}</{tag}>')


def joined(parts: Iterable[object]) -> Html:
    """Return parts one after the other, texts escaped.

    Examples:
        >>> joined(['a < b', element('br')])
        'a &lt; b<br>'
    """
    return Html(''.join(map(escaped, parts)))
