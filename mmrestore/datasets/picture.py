"""A picture as a file holds it: pixels, transparency, orientation and what else is to be kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Picture:
    """One picture of a file, with all that a restored copy of it should keep.

    Args:
        pixels: (H, W, 3) RGB or (H, W, 1) gray; uint8, uint16, or float32 in [0, 1]. The orientation
            is not applied.
        alpha: (H, W) of the type of ``pixels``; 0 is transparent. Color is not multiplied by it.
        orientation: how ``pixels`` must be turned to be upright, 1 to 8 as in EXIF; see ``orient``.
        icc_profile: the ICC profile of the colors.
        exif: EXIF data as a TIFF structure (``II`` or ``MM`` first, no ``Exif`` before it).
        xmp: the XMP packet.
        resolution: pixels per unit across and down, and the unit: ``'inch'``, ``'cm'``, or ``'none'``
            where only their ratio has a meaning.
        bit_depth: bits of a stored sample: 1, 2, 4, 8, 10, 12, 16, 32 ...
        format: ``'PNG'``, ``'JPEG'``, ``'TIFF'``, ``'WEBP'``, ``'BMP'`` or ``'PNM'``.
    """

    pixels: np.ndarray
    alpha: np.ndarray | None = None
    orientation: int = 1
    icc_profile: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    resolution: tuple[float, float, str] | None = None
    bit_depth: int = 8
    format: str = 'PNG'


def orient(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Turn stored pixels upright.

    Args:
        pixels: (H, W) or (H, W, C).
        orientation: 1 to 8 as in EXIF: 1 is upright, 3 upside down, 6 is turned a quarter clockwise
            and 8 counterclockwise; 2, 4, 5 and 7 are mirrored too.

    Returns:
        A view, (H, W, ...), or (W, H, ...) for 5 to 8.

    Raises:
        ValueError: ``orientation`` is not one of 1 to 8.

    Examples:
        >>> orient(np.array([[1, 2, 3], [4, 5, 6]]), 6).tolist()
        [[4, 1], [5, 2], [6, 3]]
    """
    if orientation not in range(1, 9):
        raise ValueError(f'expected an orientation from 1 to 8, got {orientation}')
    if orientation >= 5:
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return pixels
