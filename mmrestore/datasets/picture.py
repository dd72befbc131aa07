"""Picture of an image file with its metadata."""

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
    """Header of a picture in a file.

    Args:
        format: ``'PNG'``, ``'JPEG'``, ``'TIFF'``, ``'WEBP'``, ``'BMP'`` or ``'PNM'``.
        height: number of stored rows.
        width: number of stored columns.
        channels: 1 for gray pictures, 3 for color pictures.
        dtype: dtype of the decoded values, ``'uint8'``, ``'uint16'`` or ``'float32'``.
        bit_depth: bits per stored sample.
        orientation: EXIF orientation of the stored pixels, see ``orient``.

    Raises:
        ValueError: the size is zero or exceeds the limits.
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
        """Height and width after applying the orientation."""
        sides = (self.height, self.width)
        return ImageSize(*(sides if self.orientation < 5 else sides[::-1]))


@dataclass(frozen=True, eq=False)
class Picture:
    """Picture of a file with the metadata that a restored copy preserves.

    Args:
        pixels: (H, W, 3) RGB or (H, W, 1) gray; uint8, uint16, or float32 in [0, 1]. The
            orientation is not applied.
        alpha: (H, W) in the dtype of ``pixels``; 0 is transparent. Colors are not premultiplied.
        orientation: EXIF orientation of ``pixels``, 1 to 8, see ``orient``.
        icc_profile: ICC color profile.
        exif: EXIF data as a TIFF structure that begins with ``II`` or ``MM``, without ``Exif``.
        xmp: XMP packet.
        resolution: horizontal and vertical pixels per unit, and the unit: ``'inch'``, ``'cm'``, or
            ``'none'`` if only their ratio is meaningful.
        bit_depth: bits per stored sample: 1, 2, 4, 8, 10, 12, 16, 32 ...
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
    """Apply an EXIF orientation to stored pixels.

    Args:
        pixels: (H, W) or (H, W, C).
        orientation: EXIF orientation, 1 to 8. 1 changes nothing, 3 rotates by 180 degrees, 6 by 90
            degrees clockwise, 8 by 90 degrees counterclockwise; 2, 4, 5 and 7 also mirror.

    Returns:
        A view, (H, W, ...), or (W, H, ...) for 5 to 8.

    Raises:
        ValueError: ``orientation`` is not from 1 to 8.

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
