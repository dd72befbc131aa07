"""Application of the orientation to pictures and their metadata."""

from __future__ import annotations

import re
import struct
from dataclasses import replace

from mmrestore.datasets.picture import Picture, orient

ORIENTATION = 0x0112
XMP_ORIENTATION = re.compile(rb'(tiff:Orientation(?:\s*=\s*["\']|>)\s*)[1-8]')


def upright(picture: Picture) -> Picture:
    """Return a picture with its orientation applied and orientation 1 in EXIF and XMP.

    Examples:
        >>> import numpy as np
        >>> turned = upright(Picture(np.zeros((2, 3, 1), np.uint8), orientation=6))
        >>> turned.pixels.shape, turned.orientation
        ((3, 2, 1), 1)
    """
    if picture.orientation == 1:
        return picture
    resolution = picture.resolution
    if resolution is not None and picture.orientation >= 5:
        across, down, unit = resolution
        resolution = (down, across, unit)
    return replace(
        picture,
        pixels=orient(picture.pixels, picture.orientation),
        alpha=None if picture.alpha is None else orient(picture.alpha, picture.orientation),
        orientation=1,
        resolution=resolution,
        exif=picture.exif and with_upright_exif(picture.exif),
        xmp=picture.xmp and XMP_ORIENTATION.sub(rb'\g<1>1', picture.xmp),
    )


def with_upright_exif(exif: bytes) -> bytes:
    r"""Return EXIF data with orientation 1; all other bytes, such as maker notes, are unchanged.

    Args:
        exif: TIFF structure. If it is damaged or has no orientation, it is returned unchanged.

    Examples:
        >>> entry = struct.pack('<HHII', ORIENTATION, 3, 1, 6)
        >>> exif = b'II*\0' + struct.pack('<IH', 8, 1) + entry + bytes(4)
        >>> with_upright_exif(exif)[18:20]
        b'\x01\x00'
    """
    order = {b'II': '<', b'MM': '>'}.get(exif[:2])
    try:
        (first,) = struct.unpack_from(f'{order}I', exif, 4)
        (count,) = struct.unpack_from(f'{order}H', exif, first)
        for place in range(first + 2, first + 2 + 12 * count, 12):
            tag, _ = struct.unpack_from(f'{order}H6xH', exif, place)
            if tag == ORIENTATION:
                return exif[: place + 8] + struct.pack(f'{order}H', 1) + exif[place + 10 :]
    except struct.error:  # not EXIF, or truncated
        pass
    return exif
