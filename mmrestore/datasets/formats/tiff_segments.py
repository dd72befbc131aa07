"""Strips and tiles of a TIFF page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import tifffile

from mmrestore.datasets.formats.base import CUT_OFF, check_ratio

PLAIN, LZW, JPEG, PACKBITS = 1, 5, 7, 32773
DEFLATE = (8, 32946)
FAX = (2, 3, 4)
# Largest number of decoded bytes per encoded byte. JPEG: 64 pixels per bit. Fax codes, which encode
# a white line as one bit: the ratio of a blank page at 300 dpi.
RATIOS = {
    PLAIN: 1,
    LZW: 1400,
    JPEG: 512,
    PACKBITS: 64,
    **dict.fromkeys(DEFLATE, 1032),
    **dict.fromkeys(FAX, 8192),
}
FURTHER = {34925: 'LZMA', 50000: 'Zstandard'}  # optional in Pillow's libtiff
FURTHER_RATIO = 40000
CODED_PIXELS = (JPEG, *FAX)
SEPARATE = 2  # planar configuration


class Segment(NamedTuple):
    """Strip or tile: location of its bytes and of its samples in the page."""

    offset: int
    num_bytes: int
    top: int
    left: int
    plane: int
    rows: int
    columns: int
    samples: int

    def row_bytes(self, bits: int) -> int:
        """Return the number of bytes of a decoded row."""
        return (self.columns * self.samples * bits + 7) // 8


def check_segments(page: tifffile.TiffPage, data: bytes) -> None:
    """Refuse a page whose strips or tiles are missing, truncated or too short for its size.

    Raises:
        ValueError: the strips or tiles are invalid, or the compression is unknown.
    """
    ratio = RATIOS.get(page.compression, FURTHER_RATIO)
    if page.compression not in RATIOS and page.compression not in FURTHER:
        # tifffile returns unknown values as plain numbers.
        name = getattr(page.compression, 'name', page.compression)
        raise ValueError(
            f'its compression {name} is not supported: save it with none, LZW, deflate, PackBits, '
            'JPEG, fax codes, LZMA or Zstandard'
        )
    height, width = page.imagelength, page.imagewidth
    rows, columns = _segment_size(page)
    planes = page.samplesperpixel if page.planarconfig == SEPARATE else 1
    num = -(-height // rows) * -(-width // columns) * planes
    if min(len(page.dataoffsets), len(page.databytecounts)) < num:
        raise ValueError(
            f'it is damaged: {len(page.dataoffsets)} of its {num} strips or tiles are listed'
        )
    for segment in find_segments(page):
        needed = segment.rows * segment.row_bytes(page.bitspersample)
        if segment.num_bytes < 1:
            raise ValueError('it is damaged: a strip or tile is empty')
        if segment.offset < 0 or segment.offset + segment.num_bytes > len(data):
            raise ValueError(CUT_OFF)
        check_ratio(needed, segment.num_bytes, ratio)


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


def find_segments(page: tifffile.TiffPage) -> Iterator[Segment]:
    """Yield the strips or tiles of a page."""
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
