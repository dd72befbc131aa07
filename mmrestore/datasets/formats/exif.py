"""EXIF data: their orientation, and those of a TIFF."""

from __future__ import annotations

import io
import struct

from PIL import Image

ORIENTATION = 274
EXIF, GPS = 34665, 34853  # directories
TEXTS = (271, 272, 306, 315, 33432)  # maker, model, date, artist, copyright


def exif_orientation(exif: bytes | None) -> int:
    """Return the orientation that EXIF data state, 1 where they state none or are damaged.

    Args:
        exif: a TIFF structure, or None.

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


def exif_of_tiff(data: bytes, directory: int) -> bytes | None:
    """Return the EXIF data among the tags of a TIFF as a structure of their own.

    These are the directories of the photograph and of the place, and the texts on camera, date and
    author; nothing on how the pixels are stored.

    Args:
        data: the file.
        directory: where the directory of the page is.

    Returns:
        A TIFF structure; None where there are no such tags or they are damaged.
    """
    found, kept = Image.Exif(), Image.Exif()
    try:
        found.load_from_fp(io.BytesIO(data), directory)
        for tag in TEXTS:
            if tag in found:
                kept[tag] = found[tag]
        for tag in (EXIF, GPS):
            if tag in found:
                kept.get_ifd(tag).update(found.get_ifd(tag))
        return kept.tobytes().removeprefix(b'Exif\0\0') if len(kept) or kept._ifds else None
    except (
        ArithmeticError,
        LookupError,
        OSError,
        SyntaxError,
        TypeError,
        ValueError,
        struct.error,
    ):
        return None
