"""JPEG and WebP encoders, using Pillow."""

from __future__ import annotations

import io
import struct
from typing import Any

from PIL import Image

from mmrestore.datasets.encoders.samples import samples
from mmrestore.datasets.picture import Picture

SEGMENT = 65533  # largest number of bytes in a segment of a JPEG file
EXIF, XMP = b'Exif\0\0', b'http://ns.adobe.com/xap/1.0/\0'
PER_INCH = {'inch': 1.0, 'cm': 2.54}


def encode_jpeg(picture: Picture, *, quality: int) -> bytes:
    """Encode an 8-bit picture without transparency as a JPEG file, 4:4:4, with metadata.

    EXIF and XMP data that exceed a segment are omitted, see ``too_long``.
    """
    options: dict[str, Any] = {'quality': quality, 'subsampling': 0, 'exif': b'', 'extra': b''}
    left_out = too_long(picture)
    if picture.icc_profile:
        options['icc_profile'] = picture.icc_profile
    if picture.exif and 'exif' not in left_out:
        options['exif'] = EXIF + picture.exif
    if picture.xmp and 'xmp' not in left_out:
        content = XMP + picture.xmp
        options['extra'] = b'\xff\xe1' + struct.pack('>H', len(content) + 2) + content
    if picture.resolution and picture.resolution[2] in PER_INCH:
        across, down, unit = picture.resolution
        options['dpi'] = (across * PER_INCH[unit], down * PER_INCH[unit])
    return _save(picture, 'JPEG', **options)


def too_long(picture: Picture) -> set[str]:
    """Return which of ``exif`` and ``xmp`` exceed the single segment available for them in JPEG.

    Examples:
        >>> import numpy as np
        >>> too_long(Picture(np.zeros((1, 1, 1), np.uint8), exif=b'II*' * 30000, xmp=b'<x/>'))
        {'exif'}
    """
    lengths = {
        'exif': len(EXIF) + len(picture.exif or b''),
        'xmp': len(XMP) + len(picture.xmp or b''),
    }
    return {name for name, length in lengths.items() if length > SEGMENT}


def encode_webp(picture: Picture, *, quality: int) -> bytes:
    """Encode an 8-bit picture as a lossy WebP file with metadata; gray becomes RGB."""
    metadata = {'icc_profile': picture.icc_profile, 'exif': picture.exif, 'xmp': picture.xmp}
    return _save(picture, 'WEBP', quality=quality, **{k: v for k, v in metadata.items() if v})


def _save(picture: Picture, name: str, **options: Any) -> bytes:
    values = samples(picture)
    image = Image.fromarray(values[..., 0] if values.shape[-1] == 1 else values)
    buffer = io.BytesIO()
    image.save(buffer, name, **options)
    return buffer.getvalue()
