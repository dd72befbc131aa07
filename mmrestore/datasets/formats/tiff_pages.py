"""Pages of a TIFF file, with a check of their numeric tags."""

from __future__ import annotations

import io
import logging
import struct

import tifffile

from mmrestore.datasets.formats.base import CUT_OFF

REDUCED, MASK = 1, 4  # page types that are not pictures
MAX_PAGES = 65535
NUMBERS = (
    *(
        'imagelength',
        'imagewidth',
        'imagedepth',
        'bitspersample',
        'samplesperpixel',
        'sampleformat',
    ),
    *('compression', 'photometric', 'planarconfig', 'predictor', 'fillorder', 'subfiletype'),
    *('rowsperstrip', 'tilelength', 'tilewidth'),
)
# Exceptions of tifffile for damaged files.
UNREADABLE = (
    tifffile.TiffFileError,
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    struct.error,
)

# tifffile would log irregularities to the console; relevant ones raise errors here.
logging.getLogger('tifffile').addHandler(logging.NullHandler())


def find_pages(data: bytes) -> list[tifffile.TiffPage]:
    """Return the pages with pictures, without thumbnails and masks."""
    try:
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            pages = []
            for index, offset in enumerate(_directories(data)):
                file.filehandle.seek(offset)
                pages.append(tifffile.TiffPage(file, index=index))
                _check_numbers(pages[-1])
            pictures = [page for page in pages if not int(page.subfiletype) & (REDUCED | MASK)]
    except UNREADABLE as error:
        raise ValueError(f'it is damaged: {error}') from error
    if not pictures:
        raise ValueError(f'it has {len(pages)} pages, none of which is a picture')
    return pictures


def _directories(data: bytes) -> list[int]:
    """Return the directory offsets of all pages; tifffile would stop at a missing directory."""
    order, big = '<' if data[:1] == b'I' else '>', data[2:4] in (b'+\0', b'\0+')
    first, count, entry, link = (8, 'Q', 20, 'Q') if big else (4, 'H', 12, 'I')
    offsets: list[int] = []
    try:
        (offset,) = struct.unpack_from(order + link, data, first)
        while offset:
            if offset in offsets or len(offsets) == MAX_PAGES:
                raise ValueError('it is damaged: its pages form a cycle')
            offsets.append(offset)
            (num,) = struct.unpack_from(order + count, data, offset)
            end = offset + struct.calcsize(count) + num * entry
            (offset,) = struct.unpack_from(order + link, data, end)
    except (struct.error, OverflowError) as error:
        raise ValueError(CUT_OFF) from error
    return offsets


def _check_numbers(page: tifffile.TiffPage) -> None:
    """Refuse a page with invalid numeric tags."""
    for name in NUMBERS:
        if not isinstance(getattr(page, name), int):
            raise ValueError(f'it is damaged: its {name} is {str(getattr(page, name))[:50]}')
    for places in (page.dataoffsets, page.databytecounts):
        if not all(isinstance(place, int) for place in places):
            raise ValueError('it is damaged: the offsets of its strips or tiles are not numbers')
