"""Unsupported image formats, with advice for conversion."""

from __future__ import annotations

import os
from pathlib import PurePath

RAW = 'a RAW photograph'
EXPORT_RAW = 'export it as 16-bit TIFF or PNG'
EXPORT = 'export it as PNG or TIFF'
RAW_SUFFIXES = (
    *('.3fr', '.arw', '.cr2', '.cr3', '.crw', '.dcr', '.dng', '.erf', '.fff', '.gpr', '.iiq'),
    *('.kdc', '.mef', '.mos', '.mrw', '.nef', '.nrw', '.orf', '.pef', '.ptx', '.raf', '.raw'),
    *('.rw2', '.rwl', '.sr2', '.srf', '.srw', '.x3f'),
)
SUFFIXES = {
    **dict.fromkeys(RAW_SUFFIXES, RAW),
    **dict.fromkeys(('.heic', '.heif', '.hif'), 'a HEIC photograph'),
    '.avif': 'an AVIF picture',
    '.jxl': 'a JPEG XL picture',
    **dict.fromkeys(('.jp2', '.j2k', '.jpx'), 'a JPEG 2000 picture'),
    '.gif': 'a GIF',
    '.psd': 'a Photoshop document',
    '.exr': 'an OpenEXR picture',
    '.hdr': 'a Radiance picture',
    '.pfm': 'a PFM picture',
    '.svg': 'an SVG drawing',
    '.pdf': 'a PDF document',
}
CANON = b'II*\0\x10\0\0\0CR\2\0'  # CR2, which begins as a TIFF
# Offset, signature and kind.
CONTENTS = (
    (0, CANON, RAW),
    (0, b'FUJIFILMCCD-RAW', RAW),
    (0, b'IIRO', RAW),  # Olympus ORF
    (0, b'IIRS', RAW),
    (0, b'MMOR', RAW),
    (0, b'IIU\0', RAW),  # Panasonic RW2
    (0, b'FOVb', RAW),  # Sigma X3F
    (4, b'ftypcrx ', RAW),  # Canon CR3
    *(
        (4, b'ftyp' + brand, 'a HEIC photograph')
        for brand in (b'heic', b'heix', b'hevc', b'mif1', b'msf1')
    ),
    *((4, b'ftyp' + brand, 'an AVIF picture') for brand in (b'avif', b'avis')),
    (4, b'ftyp', 'a video'),
    (0, b'\0\0\0\x0cJXL ', 'a JPEG XL picture'),
    (0, b'\xff\x0a', 'a JPEG XL picture'),
    (0, b'\0\0\0\x0cjP  ', 'a JPEG 2000 picture'),
    (0, b'\xff\x4f\xff\x51', 'a JPEG 2000 picture'),
    (0, b'GIF8', 'a GIF'),
    (0, b'8BPS', 'a Photoshop document'),
    (0, b'\x76\x2f\x31\x01', 'an OpenEXR picture'),
    (0, b'#?RADIANCE', 'a Radiance picture'),
    (0, b'PF\n', 'a PFM picture'),
    (0, b'Pf\n', 'a PFM picture'),
    (0, b'P7\n', 'a PAM picture'),
    (0, b'%PDF', 'a PDF document'),
    (0, b'<svg', 'an SVG drawing'),
)


def unread_format(name: str | PurePath, data: bytes = b'') -> str | None:
    """Return the error text for a file of a known unsupported format, or None.

    Args:
        name: name of the file.
        data: first bytes of the file, if known.

    Examples:
        >>> unread_format('a/photo.CR2')
        'it is a RAW photograph, which is not supported: export it as 16-bit TIFF or PNG'
        >>> unread_format('photo.png', b'GIF89a')
        'it is a GIF, which is not supported: export it as PNG or TIFF'
        >>> unread_format('photo.png')
    """
    found = SUFFIXES.get(os.path.splitext(name)[1].lower())
    if found is None and data:
        kinds = (kind for place, start, kind in CONTENTS if data.startswith(start, place))
        found = next(kinds, None)
    if found is None:
        return None
    return f'it is {found}, which is not supported: {EXPORT_RAW if found == RAW else EXPORT}'
