"""Orientation tag of EXIF data."""

from __future__ import annotations

import struct

ORIENTATION = 274


def exif_orientation(exif: bytes | None) -> int:
    """Return the orientation of EXIF data; 1 if it is missing or damaged.

    Args:
        exif: TIFF structure, or None.

    Examples:
        >>> exif = bytes.fromhex('4d4d002a 00000008 0001 0112 0003 00000001 0006 0000')
        >>> exif_orientation(exif)
        6
    """
    order = {b'II': '<', b'MM': '>'}.get((exif or b'')[:2])
    if exif is None or order is None:
        return 1
    try:
        (start,) = struct.unpack_from(f'{order}I', exif, 4)
        (num,) = struct.unpack_from(f'{order}H', exif, start)
        for place in range(start + 2, start + 2 + 12 * num, 12):
            tag, kind, _, value = struct.unpack_from(f'{order}HHIH', exif, place)
            if tag == ORIENTATION and kind == 3:
                return value if 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1
