"""Slider that compares two images of one size."""

from __future__ import annotations

from mmrestore.reports.html import Html, element
from mmrestore.reports.images import image


def slider(
    before: str, after: str, *, size: tuple[int, int], caption: str, label: str = 'before, after'
) -> Html:
    """Return a figure of two images: ``before`` on the left of a border, ``after`` on its right.

    The border is moved by the pointer or, when it has the focus, by the arrow keys.

    Args:
        before: URI made by ``data_uri``.
        after: URI of an image of the same size.
        size: height and width in pixels of the page.
        caption: what is shown.
        label: what the images are, for screen readers.

    Examples:
        >>> uri = 'data:image/png;base64,'
        >>> slider(uri, uri, size=(2, 3), caption='a < b').count('&lt;')
        1
    """
    height, width = size
    handle = {'type': 'range', 'min': 0, 'max': 100, 'value': 50, 'aria-label': label}
    pair = element(
        'div',
        image(before, alt='before', width=width, height=height),
        image(after, alt='after', width=width, height=height),
        element('input', attributes=handle),
        attributes={'class': 'slider', 'style': f'width: {width}px; height: {height}px'},
    )
    return element('figure', pair, element('figcaption', caption))
