"""TIFF encoder, using tifffile: deflated pages of any bit depth with metadata."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping, Sequence
from typing import Any

import tifffile
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from mmrestore.datasets.encoders.samples import samples
from mmrestore.datasets.picture import Picture

XMP = 700
EXIF = b'Exif\0\0'
UNITS = {'inch': 'inch', 'cm': 'centimeter', 'none': 'none'}
DIRECTORIES = (0x8769, 0x8825)  # EXIF and GPS, which are separate directories
# Description, camera, software, time, author and copyright are tags of the page.
TEXTS = (270, 271, 272, 305, 306, 315, 33432)


def encode_tiff(pictures: Sequence[Picture]) -> bytes:
    """Encode pictures of uint8, uint16 or float32 as pages of a TIFF file with metadata."""
    buffer = io.BytesIO()
    directories: list[dict[int, Mapping]] = []
    with tifffile.TiffWriter(buffer, byteorder='<') as file:
        for picture in pictures:
            values = samples(picture)
            exif = _exif(picture)
            directories.append({tag: exif.get_ifd(tag) for tag in DIRECTORIES if tag in exif})
            file.write(
                values[..., 0] if values.shape[-1] == 1 else values,
                photometric='rgb' if picture.pixels.shape[-1] == 3 else 'minisblack',
                planarconfig=None if values.shape[-1] == 1 else 'contig',
                extrasamples=None if picture.alpha is None else ['unassalpha'],
                compression='zlib',
                iccprofile=picture.icc_profile,
                software=False,
                metadata=None,
                extratags=_tags(picture, exif, directories[-1]),
                **_resolution(picture),
            )
    return _with_directories(buffer.getvalue(), directories)


def _exif(picture: Picture) -> Image.Exif:
    """Return the EXIF data of a picture; empty if Pillow cannot write all of it."""
    exif = Image.Exif()
    if picture.exif:
        try:
            exif.load(EXIF + picture.exif)
            for tag in DIRECTORIES:
                _directory(exif.get_ifd(tag), 0)
        except Exception:  # for damaged data Pillow raises various exceptions
            return Image.Exif()
    return exif


def _resolution(picture: Picture) -> dict[str, Any]:
    if picture.resolution is None:
        return {}
    across, down, unit = picture.resolution
    return {'resolution': (across, down), 'resolutionunit': UNITS[unit]}


def _tags(picture: Picture, exif: Image.Exif, directories: Mapping[int, Mapping]) -> list[tuple]:
    tags: list[tuple] = []
    if picture.xmp:
        tags.append((XMP, 'B', len(picture.xmp), picture.xmp, True))
    texts = {tag: exif[tag] for tag in TEXTS if isinstance(exif.get(tag), str)}
    encoded = {tag: text.encode(errors='surrogateescape') + b'\0' for tag, text in texts.items()}
    tags += [(tag, 's', len(text), text, True) for tag, text in encoded.items()]
    # tifffile does not write these tags; unused tags reserve their space until the end.
    return tags + [(tag - 1, 'I', 1, 0, True) for tag in directories]


def _with_directories(content: bytes, directories: Sequence[Mapping[int, Mapping]]) -> bytes:
    """Append the directories of all pages to a file, and set their offsets."""
    if not any(directories):
        return content
    parts = bytearray(content)
    with tifffile.TiffFile(io.BytesIO(content)) as file:
        for page, own in zip(file.pages, directories, strict=True):
            for tag, entries in own.items():
                parts += bytes(len(parts) % 2)
                entry = page.tags[tag - 1]  # type: ignore[union-attr]
                parts[entry.offset : entry.offset + 2] = struct.pack('<H', tag)
                parts[entry.valueoffset : entry.valueoffset + 4] = struct.pack('<I', len(parts))
                parts += _directory(entries, len(parts))
    return bytes(parts)


def _directory(entries: Mapping[int, Any], place: int) -> bytes:
    directory = ImageFileDirectory_v2(prefix=b'II')
    for tag, value in entries.items():
        if not isinstance(value, dict):  # a directory in the directory
            directory[tag] = value
    return directory.tobytes(place)
