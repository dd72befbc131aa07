"""JPEG files."""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from PIL import Image, JpegImagePlugin

from mmrestore.datasets.formats.base import CUT_OFF, ImageFormat, Metadata, check_ratio
from mmrestore.datasets.formats.cmyk import cmyk_to_rgb
from mmrestore.datasets.formats.exif import exif_orientation
from mmrestore.datasets.formats.opencv import DAMAGED, decode_with_opencv
from mmrestore.datasets.formats.printed import refuse_printed
from mmrestore.datasets.picture import Header

TEM, EOI, SOS, APP0, APP1, APP2, APP14 = 0x01, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF0 ... SOF15
PROGRESSIVE = 0xC2
HUFFMAN = (0xC0, 0xC1, PROGRESSIVE)  # baseline, extended and progressive
IGNORED = frozenset((*range(0xE0, 0xF0), 0xFE, EOI)) - {APP14}  # applications and comments
# In entropy-coded data, 0xFF is followed by 0 or by a restart number.
MARKER = re.compile(rb'\xff[\x01-\xcf\xd8-\xfe]')
MAX_SIDE = 65500  # the limit of libjpeg
EXIF, XMP, ICC = b'Exif\0\0', b'http://ns.adobe.com/xap/1.0/\0', b'ICC_PROFILE\0'


class Segment(NamedTuple):
    """Marker of a segment, and start and end of its content."""

    marker: int
    start: int
    end: int


class JpegFile(ImageFormat):
    """JPEG file, or the first picture of a file with several pictures (MPO, motion photos)."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.segments = list(_segments(data))
        frames = [segment for segment in self.segments if segment.marker in FRAMES]
        if len(frames) != 1 or SOS not in (segment.marker for segment in self.segments):
            raise ValueError(f'it is damaged: it has {len(frames)} frames, expected 1 with a scan')
        marker, start, end = frames[0]
        if end - start < 6:
            raise ValueError('it is damaged: its frame header is too short')
        precision, height, width, self.components = struct.unpack_from('>BHHB', data, start)
        self.is_progressive = marker == PROGRESSIVE
        if marker not in HUFFMAN or precision != 8:
            raise ValueError(
                f'it is a JPEG of {precision} bit and type SOF{marker - 0xC0}, which is not '
                'supported: expected 8-bit baseline or progressive; save it as PNG or TIFF'
            )
        if self.components not in (1, 3, 4) or end - start != 6 + 3 * self.components:
            raise ValueError(f'its header states {self.components} components, expected 1, 3 or 4')
        if max(height, width) > MAX_SIDE:
            raise ValueError(
                f'its header states {height}x{width} pixels, expected up to {MAX_SIDE}'
            )
        header = Header(
            'JPEG',
            height,
            width,
            channels=1 if self.components == 1 else 3,
            orientation=exif_orientation(self._application(APP1, EXIF)),
        )
        self.headers = [header]
        sampling = [data[start + 7 + 3 * index] for index in range(self.components)]
        across, down = [value >> 4 for value in sampling], [value & 15 for value in sampling]
        if not all(1 <= factor <= 4 for factor in across + down):
            raise ValueError('it is damaged: its header states invalid sampling factors')
        units = -(-height // (8 * max(down))) * -(-width // (8 * max(across)))
        blocks = units * sum(h * v for h, v in zip(across, down, strict=True))
        check_ratio(blocks, self.segments[-1].end, 8, 'blocks')  # each takes at least one bit

    @staticmethod
    def matches(data: bytes) -> bool:
        """Return True if the file begins with the signature of JPEG."""
        return data.startswith(b'\xff\xd8\xff')

    def verify(self) -> None:
        """Decode all tables and scan headers, where libjpeg raises all its errors.

        The frame is replaced by one of a single pixel, and the scans are emptied. As in the
        decoder, data after the last scan is ignored. Damage within a scan gives wrong pixels and is
        found by ``verify_pixels``. CMYK files are decoded completely.
        """
        if self.components == 4:
            self.decode()
            return
        skeleton = bytearray(b'\xff\xd8')
        for marker, start, end in self.segments:
            content = self.data[start:end]
            if marker in FRAMES:
                content = content[:1] + b'\0\1\0\1' + content[5:]
            if marker not in IGNORED:
                skeleton += struct.pack('>BBH', 255, marker, len(content) + 2) + content
            if (
                marker == SOS
                and not self.is_progressive
                and content[:1] == bytes([self.components])
            ):
                break
        _decode_with_pillow(bytes(skeleton) + b'\xff\xd9')

    def verify_pixels(self) -> None:
        """Decode the scans, and refuse the file if libjpeg prints a message about damage."""
        refuse_printed(lambda: decode_with_opencv(self.data, self.headers[0]), 'Corrupt JPEG data')

    def decode(self, page: int = 0, *, alpha: bool = False) -> tuple[np.ndarray, np.ndarray | None]:
        """Decode the pixels."""
        if self.components == 4:
            return cmyk_to_rgb(np.array(_decode_with_pillow(self.data))), None
        return decode_with_opencv(self.data, self.headers[0])

    def metadata(self, page: int = 0) -> Metadata:
        """Return ICC profile, EXIF, XMP and resolution."""
        found: Metadata = {}
        exif, xmp = (self._application(APP1, name) for name in (EXIF, XMP))
        if exif is not None:
            found['exif'] = exif
        if xmp is not None:
            found['xmp'] = xmp
        parts = [
            self.data[segment.start + len(ICC) : segment.end]
            for segment in self.segments
            if segment.marker == APP2 and self.data.startswith(ICC, segment.start)
        ]
        if parts and all(len(part) > 2 and part[1] == len(parts) for part in parts):
            found['icc_profile'] = b''.join(part[2:] for part in sorted(parts))  # by number
        density = self._application(APP0, b'JFIF\0')
        if density is not None and len(density) >= 7:
            unit, across, down = struct.unpack_from('>BHH', density, 2)
            if unit <= 2 and across and down and (unit or across != down):
                found['resolution'] = (float(across), float(down), ('none', 'inch', 'cm')[unit])
        return found

    def _application(self, marker: int, name: bytes) -> bytes | None:
        """Return the content of the first application segment with this name, after the name."""
        for segment in self.segments:
            if segment.marker == marker and self.data.startswith(name, segment.start):
                return self.data[segment.start + len(name) : segment.end]
        return None


def _segments(data: bytes) -> Iterator[Segment]:
    """Yield the segments of the picture; bytes after its end are ignored."""
    position = 2
    while True:
        found = MARKER.search(data, position)
        if found is None:
            raise ValueError(CUT_OFF)
        start = position = found.end()
        marker = data[start - 1]
        if marker == EOI:
            yield Segment(EOI, start, start)
            return
        if marker != TEM:  # has no content
            position += int.from_bytes(data[start : start + 2], 'big')
            if position < start + 2 or position > len(data):
                raise ValueError(CUT_OFF)
            yield Segment(marker, start + 2, position)


def _decode_with_pillow(data: bytes) -> Image.Image:
    # Image.open has a fixed limit of pixels; check_ratio limits them by the file length.
    try:
        image = JpegImagePlugin.JpegImageFile(io.BytesIO(data))
        image.load()
    except (OSError, SyntaxError, ValueError, IndexError, struct.error) as error:
        raise ValueError(DAMAGED) from error
    return image
