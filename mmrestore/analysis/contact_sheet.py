"""Contact sheet: images side by side at full resolution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from torch import Tensor

from mmrestore.functional.unit_range import to_8_bit

DPI = 150  # that which figures are written with
CAPTION = 22  # pixels above an image
GAP = 6


def draw_sheet(rows: Sequence[Mapping[str, Tensor]]) -> Figure:
    """Draw rows of images (3, H, W) in [0, 1] under their captions.

    Each pixel of an image is one of the figure at 150 dots an inch, as ``write_results`` writes it:
    a figure that were scaled would add moire of its own.

    Raises:
        ValueError: there is no image.

    Examples:
        >>> import torch
        >>> figure = draw_sheet([{'gray': torch.full((3, 20, 30), 0.5)}])
        >>> (figure.get_size_inches() * figure.dpi).round().tolist()
        [42.0, 54.0]
    """
    if not any(rows):
        raise ValueError('a sheet needs at least one image')
    heights = [max(image.shape[-2] for image in row.values()) + CAPTION for row in rows]
    widths = [sum(image.shape[-1] + GAP for image in row.values()) for row in rows]
    height, width = sum(heights) + GAP * (len(rows) + 1), max(widths) + GAP
    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI)
    top = GAP
    for row, tall in zip(rows, heights, strict=True):
        left = GAP
        for caption, image in row.items():
            pixels = to_8_bit(image).permute(1, 2, 0).cpu().numpy()
            figure.text(
                left / width, 1 - (top + CAPTION / 2) / height, caption, fontsize=6, va='center'
            )
            bottom = height - top - CAPTION - pixels.shape[0]
            figure.figimage(np.ascontiguousarray(pixels), left, bottom, origin='upper')
            left += pixels.shape[1] + GAP
        top += tall + GAP
    return figure
