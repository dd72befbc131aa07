"""PNG encoder: pixels by OpenCV, and metadata chunks that OpenCV does not write."""

from __future__ import annotations

import struct
import zlib

import cv2
import numpy as np

from mmrestore.datasets.encoders.samples import samples, to_bgr
from mmrestore.datasets.picture import Picture

LIMIT = 2**31  # upper limit of integers in chunks
HEADER = 33  # bytes of the signature and the first chunk, IHDR
GRAY_ALPHA = 4  # color type
PER_METER = {'inch': 1 / 0.0254, 'cm': 100.0, 'none': 1.0}


def encode_png(picture: Picture) -> bytes:
    """Encode a picture of 8 or 16 bit as a PNG file with all metadata.

    Raises:
        ValueError: OpenCV cannot encode the picture.
    """
    encoded = _encode(samples(picture))
    return encoded[:HEADER] + b''.join(_chunks(picture)) + encoded[HEADER:]


def _encode(values: np.ndarray) -> bytes:
    depth = 8 * values.itemsize
    has_two = values.shape[-1] == 2
    if has_two:
        # OpenCV does not write gray with alpha. Its rows are encoded as another type with pixels of
        # the same length: 8 bit as 16-bit gray, 16 bit as 8-bit RGBA.
        rows = np.ascontiguousarray(values, values.dtype.newbyteorder('>'))
        values = rows.view('>u2').astype(np.uint16) if depth == 8 else rows.view(np.uint8)
    done, encoded = cv2.imencode('.png', to_bgr(values))
    if not done:
        raise ValueError(f'OpenCV cannot encode an image of {values.shape} as PNG')
    content = encoded.tobytes()
    if has_two:
        size = content[16:24]
        content = content[:8] + _chunk(b'IHDR', size + bytes((depth, GRAY_ALPHA, 0, 0, 0)))
        content += encoded.tobytes()[HEADER:]
    return content


def _chunks(picture: Picture) -> list[bytes]:
    found = []
    if picture.icc_profile:
        profile = b'ICC profile\0\0' + zlib.compress(picture.icc_profile)
        found.append(_chunk(b'iCCP', profile))
    if picture.resolution:
        across, down, unit = picture.resolution
        counts = [round(value * PER_METER[unit]) for value in (across, down)]
        if max(counts) < LIMIT:
            found.append(_chunk(b'pHYs', struct.pack('>IIB', *counts, unit != 'none')))
    if picture.exif:
        found.append(_chunk(b'eXIf', picture.exif))
    if picture.xmp:
        found.append(_chunk(b'iTXt', b'XML:com.adobe.xmp\0\0\0\0\0' + picture.xmp))
    return found


def _chunk(name: bytes, content: bytes) -> bytes:
    return (
        struct.pack('>I', len(content))
        + name
        + content
        + struct.pack('>I', zlib.crc32(name + content))
    )
