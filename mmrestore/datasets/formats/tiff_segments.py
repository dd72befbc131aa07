"""Strips and tiles of a TIFF page."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import tifffile
from PIL import TiffImagePlugin

from mmrestore.datasets.formats.base import CUT_OFF, check_ratio
from mmrestore.datasets.formats.printed import refuse_printed

PLAIN, LZW, JPEG, PACKBITS = 1, 5, 7, 32773
DEFLATE = (8, 32946)
FAX = (2, 3, 4)
# Bytes that an encoded byte can stand for at most; of JPEG, 64 pixels of one bit; of fax codes,
# which write a white line as one bit, as many as a blank page of 300 dpi has.
RATIOS = {
    PLAIN: 1,
    LZW: 1400,
    JPEG: 512,
    PACKBITS: 64,
    **dict.fromkeys(DEFLATE, 1032),
    **dict.fromkeys(FAX, 8192),
}
FURTHER = {34925: 'LZMA', 50000: 'Zstandard'}  # which Pillow's libtiff may have or not
FURTHER_RATIO = 40000
CODED_PIXELS = (JPEG, *FAX)
SEPARATE, REVERSED, FLOAT = 2, 2, 3  # planar configuration, order of bits, sample format
DIFFERENCE, FLOAT_DIFFERENCE = 2, 3
REVERSED_BITS = bytes(int(f'{byte:08b}'[::-1], 2) for byte in range(256))
BLACK_IS_ZERO = 1
HANDED_ON = (292, 293, 347, 530)  # options of fax codes, JPEG tables, subsampling


class Segment(NamedTuple):
    """A strip or tile: where its bytes are, and which samples they hold."""

    offset: int
    num_bytes: int
    top: int
    left: int
    plane: int
    rows: int
    columns: int
    samples: int

    def row_bytes(self, bits: int) -> int:
        """Bytes of a decoded row."""
        return (self.columns * self.samples * bits + 7) // 8


def check_segments(page: tifffile.TiffPage, data: bytes) -> None:
    """Refuse a page whose strips or tiles are missing, cut off or too short for its size.

    Raises:
        ValueError: that, or its compression is not known.
    """
    ratio = RATIOS.get(page.compression, FURTHER_RATIO)
    if page.compression not in RATIOS and page.compression not in FURTHER:
        name = getattr(page.compression, 'name', page.compression)
        raise ValueError(
            f'its compression is {name}, which is not read: expected none, LZW, deflate, PackBits, '
            'JPEG, fax codes, LZMA or Zstandard; save it so'
        )
    height, width = page.imagelength, page.imagewidth
    rows, columns = _segment_size(page)
    planes = page.samplesperpixel if page.planarconfig == SEPARATE else 1
    num = -(-height // rows) * -(-width // columns) * planes
    if min(len(page.dataoffsets), len(page.databytecounts)) < num:
        raise ValueError(
            f'it is damaged: {len(page.dataoffsets)} of its {num} strips or tiles are listed'
        )
    for segment in _segments(page):
        needed = segment.rows * segment.row_bytes(page.bitspersample)
        if segment.num_bytes < 1:
            raise ValueError('it is damaged: a strip or tile is empty')
        if segment.offset < 0 or segment.offset + segment.num_bytes > len(data):
            raise ValueError(CUT_OFF)
        check_ratio(needed, segment.num_bytes, ratio)


def read_samples(page: tifffile.TiffPage, data: bytes) -> np.ndarray:
    """Decode the samples of a page, (H, W, samples), in the type that its tags state.

    Raises:
        ValueError: a strip or tile cannot be decoded.
    """
    shape = (page.imagelength, page.imagewidth, page.samplesperpixel)
    samples: np.ndarray | None = None
    for segment in _segments(page):
        values = _unpack(_expand(page, segment, data), page, segment)
        if samples is None:
            samples = np.empty(shape, values.dtype)
        place = samples[segment.top :, segment.left :, segment.plane :][
            : segment.rows, : segment.columns, : segment.samples
        ]
        place[:] = values[: place.shape[0], : place.shape[1]]  # tiles reach beyond the border
    assert samples is not None
    return samples


def _segment_size(page: tifffile.TiffPage) -> tuple[int, int]:
    """Return height and width of the strips or tiles."""
    if page.is_tiled:
        rows, columns = page.tilelength, page.tilewidth
    else:
        rows, columns = page.rowsperstrip, page.imagewidth
        rows = min(rows, page.imagelength)
    if min(rows, columns) < 1 or max(rows, columns) > 2**20:
        raise ValueError(f'it is damaged: its strips or tiles are of {rows}x{columns} pixels')
    return rows, columns


def _segments(page: tifffile.TiffPage) -> Iterator[Segment]:
    height, width = page.imagelength, page.imagewidth
    rows, columns = _segment_size(page)
    planes, samples = 1, page.samplesperpixel
    if page.planarconfig == SEPARATE:
        planes, samples = samples, 1
    places = zip(page.dataoffsets, page.databytecounts, strict=False)
    for plane in range(planes):
        for top in range(0, height, rows):
            kept = rows if page.is_tiled else min(rows, height - top)
            for left in range(0, width, columns):
                yield Segment(*next(places), top, left, plane, kept, columns, samples)


def _expand(page: tifffile.TiffPage, segment: Segment, data: bytes) -> bytes:
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
        raise ValueError(f'it is damaged: a strip or tile holds {len(expanded)} of {size} bytes')
    return expanded


def _expand_with_libtiff(page: tifffile.TiffPage, segment: Segment, encoded: bytes) -> bytes:
    """Decode a strip or tile as if it were a whole TIFF, by the libtiff of Pillow."""
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
    tags[273], tags[279] = 0, len(encoded)  # tobytes adds where the directory ends
    file = b'II*\0\x08\0\0\0' + tags.tobytes(8) + encoded
    try:
        image = TiffImagePlugin.TiffImageFile(io.BytesIO(file))
        if page.compression in FAX:  # of which libtiff only prints
            refuse_printed(image.load, 'Fax')
        else:
            image.load()
    except (OSError, SyntaxError, ValueError, KeyError, RuntimeError, TypeError) as error:
        name = FURTHER.get(page.compression)
        hint = f', or Pillow was built without {name}' if name else ''
        raise ValueError(f'it is damaged: a strip or tile cannot be decoded{hint}') from error
    return image.tobytes()


def _unpack(expanded: bytes, page: tifffile.TiffPage, segment: Segment) -> np.ndarray:
    """Return the samples of a strip or tile, (rows, columns, samples)."""
    bits, shape = page.bitspersample, (segment.rows, segment.columns, segment.samples)
    if bits not in (8, 16, 32, 64):
        return _split(expanded, bits, shape)
    kind, order, size = 'f' if page.sampleformat == FLOAT else 'u', page.parent.byteorder, bits // 8
    predictor = 1 if page.compression in CODED_PIXELS else int(page.predictor)
    if (
        predictor == FLOAT_DIFFERENCE
    ):  # of bytes; those of equal weight side by side, heaviest first
        parts: np.ndarray = np.frombuffer(expanded, np.uint8).reshape(
            segment.rows, -1, segment.samples
        )
        parts = np.cumsum(parts, axis=1, dtype=np.uint8).reshape(segment.rows, size, -1)
        values = np.ascontiguousarray(parts.swapaxes(1, 2)).view(f'>{kind}{size}').reshape(shape)
    elif predictor == DIFFERENCE:  # of integers, whatever they stand for
        steps = np.frombuffer(expanded, f'{order}u{size}').reshape(shape)
        values = np.cumsum(steps, axis=1, dtype=f'u{size}').view(f'{kind}{size}')
    elif predictor == 1:
        values = np.frombuffer(expanded, f'{order}{kind}{size}').reshape(shape)
    else:
        raise ValueError(f'its predictor is {predictor}, which is not read')
    return values.astype(f'{kind}{size}', copy=False)


def _split(packed: bytes, bits: int, shape: tuple[int, int, int]) -> np.ndarray:
    """Return integers of less than 16 bit that are packed into bytes row by row.

    Examples:
        >>> _split(bytes([0xAB, 0xCD, 0xE0]), 12, (1, 1, 1)).tolist() == [[[0xABC]]]
        True
    """
    height, width, samples = shape
    rows = np.frombuffer(packed, np.uint8).reshape(height, -1)
    digits = np.unpackbits(rows, axis=1, count=width * samples * bits).reshape(-1, bits)
    values = digits @ (1 << np.arange(bits - 1, -1, -1, dtype=np.uint16))
    return values.astype(np.uint8 if bits < 8 else np.uint16).reshape(shape)
