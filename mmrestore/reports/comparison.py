"""Row of a report: two images with a slider, and images beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from mmrestore.datasets.encoders.samples import to_dtype
from mmrestore.reports.html import Html, element
from mmrestore.reports.images import data_uri, image
from mmrestore.reports.slider import slider

SCALE = 2  # pixels of the page for a pixel of an image


class Comparison(NamedTuple):
    """The same part of several images, (H, W, C) each.

    - ``caption``: what is shown;
    - ``left`` and ``right``: names and images on both sides of the slider's border;
    - ``beside``: images beside the slider by name.
    """

    caption: str
    left: tuple[str, np.ndarray]
    right: tuple[str, np.ndarray]
    beside: Mapping[str, np.ndarray]


def comparison_row(shown: Comparison) -> Html:
    """Return the row of a comparison.

    Examples:
        >>> black = np.zeros((2, 3, 1), np.uint8)
        >>> row = comparison_row(Comparison('a < b', ('a', black), ('b', black), {'c': black}))
        >>> row.count('<img'), row.count('a &lt; b')
        (3, 1)
    """
    height, width = (SCALE * side for side in shown.left[1].shape[:2])
    pair = slider(
        _uri(shown.left[1]),
        _uri(shown.right[1]),
        size=(height, width),
        caption=shown.caption,
        label=f'{shown.left[0]}, {shown.right[0]}',
    )
    beside = (
        element(
            'figure',
            image(_uri(pixels), alt=name, width=width, height=height),
            element('figcaption', name),
        )
        for name, pixels in shown.beside.items()
    )
    return element('div', pair, *beside, attributes={'class': 'row'})


def _uri(pixels: np.ndarray) -> str:
    return data_uri(to_dtype(np.ascontiguousarray(pixels), np.dtype(np.uint8)))
