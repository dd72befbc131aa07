"""A picture as a file holds it: pixels, transparency, orientation and what else is to be kept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

MAX_SIDE = 1_000_000  # the limit of libpng
MAX_PIXELS = 2**30  # the limit of OpenCV


class ImageSize(NamedTuple):
    """Height and width of an image in pixels."""

    height: int
    width: int


@dataclass(frozen=True)
class Header:
    """What the header of a file says of a picture.

    Args:
        format: ``'PNG'``, ``'JPEG'``, ``'TIFF'``, ``'WEBP'``, ``'BMP'`` or ``'PNM'``.
        height: rows of pixels as stored.
        width: columns of pixels as stored.
        channels: 1 of a gray picture, 3 of one in color.
        dtype: type of the decoded values, ``'uint8'``, ``'uint16'`` or ``'float32'``.
        bit_depth: bits of a stored sample.
        orientation: how the stored pixels must be turned to be upright, see ``orient``.

    Raises:
        ValueError: the size is zero or beyond what can be read.
    """

    format: str
    height: int
    width: int
    channels: int
    dtype: str = 'uint8'
    bit_depth: int = 8
    orientation: int = 1

    def __post_init__(self) -> None:
        height, width = self.height, self.width
        if min(height, width) < 1 or max(height, width) > MAX_SIDE or height * width > MAX_PIXELS:
            raise ValueError(
                f'its header states {height}x{width} pixels (height x width), expected sides of 1 '
                f'to {MAX_SIDE} and at most {MAX_PIXELS} pixels'
            )

    @cached_property
    def size(self) -> ImageSize:
        """Height and width of the upright picture."""
        sides = (self.height, self.width)
        return ImageSize(*(sides if self.orientation < 5 else sides[::-1]))


@dataclass(frozen=True, eq=False)
class Picture:
    """One picture of a file, with all that a restored copy of it should keep.

    Args:
        pixels: (H, W, 3) RGB or (H, W, 1) gray; uint8, uint16, or float32 in [0, 1]. The
            orientation is not applied.
        alpha: (H, W) of the type of ``pixels``; 0 is transparent. Color is not multiplied by it.
        orientation: how ``pixels`` must be turned to be upright, 1 to 8 as in EXIF; see ``orient``.
        icc_profile: the ICC profile of the colors.
        exif: EXIF data as a TIFF structure (``II`` or ``MM`` first, no ``Exif`` before it).
        xmp: the XMP packet.
        resolution: pixels per unit across and down, and the unit: ``'inch'``, ``'cm'``, or
            ``'none'`` where only their ratio has a meaning.
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
