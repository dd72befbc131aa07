"""Decompression of the strips and tiles of a TIFF page."""

from __future__ import annotations

import io
import zlib

import tifffile
from PIL import TiffImagePlugin

from mmrestore.datasets.formats.printed import refuse_printed
from mmrestore.datasets.formats.tiff_segments import (
    CODED_PIXELS,
    DEFLATE,
    FAX,
    FURTHER,
    JPEG,
    PLAIN,
    Segment,
)

REVERSED = 2  # order of bits
REVERSED_BITS = bytes(int(f'{byte:08b}'[::-1], 2) for byte in range(256))
BLACK_IS_ZERO = 1
HANDED_ON = (292, 293, 347, 530)  # fax options, JPEG tables, chroma subsampling


def expand(page: tifffile.TiffPage, segment: Segment, data: bytes) -> bytes:
    """Return the decompressed bytes of a strip or tile."""
    encoded = data[segment.offset : segment.offset + segment.num_bytes]
    size = segment.rows * segment.row_bytes(page.bitspersample)
    if page.fillorder == REVERSED and page.compression != JPEG:
        encoded = encoded.translate(REVERSED_BITS)
    if page.compression == PLAIN:
        expanded = encoded[:size]
    elif page.compression in DEFLATE:
        try:
            expanded = zlib.decompressobj().decompress(encoded, size)
        except zlib.error as error:
            raise ValueError(f'it is damaged: {error}') from error
    else:
        expanded = _expand_with_libtiff(page, segment, encoded)[:size]
    if len(expanded) != size:
        raise ValueError(f'it is damaged: a strip or tile contains {len(expanded)} of {size} bytes')
    return expanded


def _expand_with_libtiff(page: tifffile.TiffPage, segment: Segment, encoded: bytes) -> bytes:
    """Decode a strip or tile as a separate TIFF file with Pillow's libtiff."""
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    if page.compression in CODED_PIXELS:
        columns, samples, bits = segment.columns, segment.samples, page.bitspersample
        for tag in HANDED_ON:
            if tag in page.tags:
                tags.tagtype[tag] = page.tags[tag].dtype
                tags[tag] = page.tags[tag].value
    else:
        columns, samples, bits = segment.row_bytes(page.bitspersample), 1, 8
    if page.compression == JPEG and segment.samples > 1:
        tags[262] = int(page.photometric)
    else:
        tags[262] = BLACK_IS_ZERO
    tags[256], tags[257], tags[278] = columns, segment.rows, segment.rows
    tags[258], tags[259], tags[277] = (bits,) * samples, int(page.compression), samples
    tags[273], tags[279] = 0, len(encoded)  # tobytes adds the end of the directory to the offset
    file = b'II*\0\x08\0\0\0' + tags.tobytes(8) + encoded
    try:
        image = TiffImagePlugin.TiffImageFile(io.BytesIO(file))
        if page.compression in FAX:  # libtiff only prints fax errors
            refuse_printed(image.load, 'Fax')
        else:
            image.load()
    except (OSError, SyntaxError, ValueError, KeyError, RuntimeError, TypeError) as error:
        name = FURTHER.get(page.compression)
        hint = f', or Pillow was built without {name}' if name else ''
        raise ValueError(f'it is damaged: a strip or tile cannot be decoded{hint}') from error
    return image.tobytes()
