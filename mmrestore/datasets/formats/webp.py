"""WebP files."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import numpy as np

from mmrestore.datasets.formats.base import CUT_OFF, ImageFormat, Metadata, check_ratio
from mmrestore.datasets.formats.exif import exif_orientation
from mmrestore.datasets.formats.opencv import decode_with_opencv
from mmrestore.datasets.picture import Header

# Largest number of pixels per byte. A constant image of 4096 x 4096 needs 3.6 bits per macroblock
# of 256 pixels with lossy compression, and 700 bytes in total with lossless compression.
LOSSY_RATIO = 8 * 256
LOSSLESS_RATIO = 2**18
ANIMATED = 2


class WebpFile(ImageFormat):
    """A WebP file."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.chunks: dict[bytes, bytes] = {}
        num_frames = 0
        for kind, content in _chunks(data):
            self.chunks.setdefault(kind, content)
            num_frames += kind == b'ANMF'
        if self.chunks.get(b'VP8X', b'\0')[:1] > b'\0' and self.chunks[b'VP8X'][0] & ANIMATED:
            raise ValueError(
                f'it is an animation of {num_frames} frames: save them as single files'
            )
        lossy, lossless = self.chunks.get(b'VP8 ', b''), self.chunks.get(b'VP8L', b'')
        if len(lossy) >= 10:
            width, height = (side & 0x3FFF for side in struct.unpack_from('<HH', lossy, 6))
            check_ratio(height * width, len(lossy), LOSSY_RATIO, 'pixels')
        elif len(lossless) >= 5:
            (bits,) = struct.unpack_from('<I', lossless, 1)
            width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
            check_ratio(height * width, len(lossless), LOSSLESS_RATIO, 'pixels')
        else:
            raise ValueError('it is damaged: its picture is missing')
        orientation = exif_orientation(self.metadata().get('exif'))
        self.headers = [Header('WEBP', height, width, channels=3, orientation=orientation)]

    @staticmethod
    def matches(data: bytes) -> bool:
        """Return True if the file begins with the signature of WebP."""
        return data.startswith(b'RIFF') and data.startswith(b'WEBP', 8)

    def verify(self) -> None:
        """Decode the picture, because it cannot be checked otherwise."""
        self.decode()

    def decode(self, page: int = 0, *, alpha: bool = False) -> tuple[np.ndarray, np.ndarray | None]:
        """Decode pixels and alpha."""
        return decode_with_opencv(self.data, self.headers[0], alpha=alpha)

    def metadata(self, page: int = 0) -> Metadata:
        """Return ICC profile, EXIF and XMP."""
        found: Metadata = {}
        if b'ICCP' in self.chunks:
            found['icc_profile'] = self.chunks[b'ICCP']
        if b'EXIF' in self.chunks:
            found['exif'] = self.chunks[b'EXIF'].removeprefix(b'Exif\0\0')
        if b'XMP ' in self.chunks:
            found['xmp'] = self.chunks[b'XMP ']
        return found


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield type and data of the chunks; bytes after the last chunk are ignored."""
    start, end = 12, 8 + int.from_bytes(data[4:8], 'little')
    if end > len(data):
        raise ValueError(CUT_OFF)
    while start + 8 <= end:
        kind, length = struct.unpack_from('<4sI', data, start)
        if start + 8 + length > end:
            raise ValueError(CUT_OFF)
        yield kind, data[start + 8 : start + 8 + length]
        start += 8 + length + length % 2
