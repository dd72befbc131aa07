"""EXIF data of a TIFF page, collected from its tags."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

EXIF, GPS = 0x8769, 0x8825
# Camera, software, time, computer, author and copyright. The description is excluded: in stacks it
# often describes how the pages of the file are related.
TEXTS = (271, 272, 305, 306, 315, 316, 33432)
BIG = 43  # version in the header of a BigTIFF


def exif_of_page(data: bytes, offset: int) -> bytes | None:
    """Return the EXIF data of a page as a separate TIFF structure without pixels.

    Args:
        data: content of the file.
        offset: offset of the directory of the page.

    Returns:
        The EXIF data, or None if it is missing or damaged.
    """
    exif = Image.Exif()
    try:
        page = _directory(data, offset)
        for tag in TEXTS:
            if isinstance(page.get(tag), str):
                exif[tag] = page[tag]
        for tag in (EXIF, GPS):
            if isinstance(page.get(tag), int):
                exif.get_ifd(tag).update(_directory(data, page[tag]))
        return exif.tobytes().removeprefix(b'Exif\0\0') if len(exif) else None
    except Exception:  # for damaged data Pillow raises various exceptions
        return None


def _directory(data: bytes, offset: int) -> Mapping[int, Any]:
    directory = ImageFileDirectory_v2(data[: 16 if BIG in data[2:4] else 8])
    file = io.BytesIO(data)
    file.seek(offset)
    directory.load(file)
    return dict(directory)
