"""Images embedded in a report."""

from __future__ import annotations

import base64
import re

import numpy as np

from mmrestore.datasets.image_writer import encode_pictures
from mmrestore.datasets.picture import Picture
from mmrestore.reports.html import Html, element

EMBEDDED = re.compile(r'data:image/(png|webp);base64,[A-Za-z0-9+/]*={0,2}')
PREFIXES = {'.png': 'data:image/png;base64,', '.webp': 'data:image/webp;base64,'}


def data_uri(pixels: np.ndarray, *, quality: int | None = None) -> str:
    """Return an image as a data URI.

    Args:
        pixels: (H, W, 3) or (H, W, 1), uint8.
        quality: of WebP, 1 to 100; None for PNG, which is lossless.

    Examples:
        >>> data_uri(np.zeros((2, 3, 1), np.uint8))[:26]
        'data:image/png;base64,iVBO'
    """
    ending = '.png' if quality is None else '.webp'
    content = encode_pictures(f'image{ending}', [Picture(pixels)], quality=quality or 100)
    return PREFIXES[ending] + base64.b64encode(content).decode()


def image(uri: str, *, alt: str, width: int | None = None, height: int | None = None) -> Html:
    """Return an image element.

    Args:
        uri: made by :func:`data_uri`.
        alt: what it shows, in words.
        width: pixels of the page it takes; by default those of the image.
        height: as ``width``.

    Raises:
        ValueError: the URI does not hold the image itself.
    """
    if not EMBEDDED.fullmatch(uri):
        raise ValueError('an image of a page must be embedded: make its URI by data_uri')
    size = {'width': width, 'height': height}
    return element('img', attributes={'src': Html(uri), 'alt': alt, **size, 'loading': 'lazy'})
