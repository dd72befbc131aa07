"""Figures of Matplotlib embedded in a report."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from mmrestore.reports.html import Html, element
from mmrestore.reports.images import data_uri, image

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 110


def figure_uri(figure: Figure) -> str:
    """Return a figure as a data URI in PNG, which is the same whenever it is drawn."""
    file = io.BytesIO()
    figure.savefig(file, format='rgba', dpi=DPI)
    width, height = (round(side * DPI) for side in figure.get_size_inches())
    pixels = np.frombuffer(file.getvalue(), np.uint8).reshape(-1, width, 4)[:height]
    return data_uri(np.ascontiguousarray(pixels[..., :3]))


def captioned(figure: Figure, caption: str) -> Html:
    """Return a figure with a caption as an element of a page."""
    return element('figure', image(figure_uri(figure), alt=caption), element('figcaption', caption))
