"""PNG files."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

import numpy as np

from mmrestore.datasets.formats.base import CUT_OFF, ImageFormat, Metadata, check_ratio
from mmrestore.datasets.formats.exif import exif_orientation
from mmrestore.datasets.formats.full_scale import to_full_scale
from mmrestore.datasets.formats.opencv import decode_with_opencv
from mmrestore.datasets.picture import Header

SIGNATURE = b'\x89PNG\r\n\x1a\n'
GRAY, COLOR, PALETTE, GRAY_ALPHA, COLOR_ALPHA = 0, 2, 3, 4, 6
SAMPLES = {GRAY: 1, COLOR: 3, PALETTE: 1, GRAY_ALPHA: 2, COLOR_ALPHA: 4}
DEPTHS = {
    GRAY: (1, 2, 4, 8, 16),
    COLOR: (8, 16),
    PALETTE: (1, 2, 4, 8),
    GRAY_ALPHA: (8, 16),
    COLOR_ALPHA: (8, 16),
}
CRITICAL = (b'IHDR', b'PLTE', b'IDAT', b'IEND')
DEFLATE_RATIO = 1032  # 258 bytes from 2 bits
PLAUSIBLE_RATIO = 100  # photographs have ratios of 1 to 5
# Top, left, vertical and horizontal step of the seven passes of an interlaced picture.
ADAM7 = (
    (0, 0, 8, 8),
    (0, 4, 8, 8),
    (4, 0, 8, 4),
    (0, 2, 4, 4),
    (2, 0, 4, 2),
    (0, 1, 2, 2),
    (1, 0, 2, 1),
)
SMALL, LARGEST_PROFILE = 2**16, 2**26  # bytes; decoding SMALL takes 0.3 ms


class Chunk(NamedTuple):
    """Type, start and length of the data of a chunk."""

    kind: bytes
    start: int
    length: int


class PngFile(ImageFormat):
    """A PNG file."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.chunks = list(_chunks(data))
        kinds = [chunk.kind for chunk in self.chunks]
        if self.chunks[0] != (b'IHDR', 16, 13) or kinds.count(b'IHDR') > 1:
            raise ValueError('its PNG header is missing')
        width, height, depth, color, *methods, interlaced = struct.unpack_from('>IIBBBBB', data, 16)
        self.color = color
        if depth not in DEPTHS.get(color, ()) or methods != [0, 0] or interlaced > 1:
            raise ValueError(
                f'its header states color type {color} of {depth} bit, which is not valid in PNG'
            )
        unknown = [kind for kind in kinds if not kind[0] & 32 and kind not in CRITICAL]
        if unknown:
            raise ValueError(f'it has a chunk of the unknown type {unknown[0]!r}')
        num = kinds.count(b'IDAT')
        first = kinds.index(b'IDAT') if num else 0
        if not num or set(kinds[first : first + num]) != {b'IDAT'}:
            raise ValueError('its pixels are missing or interrupted')
        if color == PALETTE and b'PLTE' not in kinds[:first]:
            raise ValueError('its palette is missing')
        animation = self._find(b'acTL')
        if animation is not None and len(animation) == 8 and animation[:4] > b'\0\0\0\1':
            frames = int.from_bytes(animation[:4], 'big')
            raise ValueError(f'it is an animation of {frames} frames: save them as single files')
        header = Header(
            'PNG',
            height,
            width,
            channels=1 if color in (GRAY, GRAY_ALPHA) else 3,
            dtype='uint16' if depth == 16 else 'uint8',
            bit_depth=depth,
            orientation=exif_orientation(self._find(b'eXIf')),
        )
        self.headers = [header]
        self.raw_size = _raw_size(
            height, width, SAMPLES[color] * depth, interlaced=bool(interlaced)
        )
        self.num_encoded = sum(chunk.length for chunk in self.chunks if chunk.kind == b'IDAT')
        check_ratio(self.raw_size, self.num_encoded, DEFLATE_RATIO)

    @staticmethod
    def matches(data: bytes) -> bool:
        """Return True if the file begins with the signature of PNG."""
        return data.startswith(SIGNATURE)

    def verify(self) -> None:
        """Compare the checksums of critical chunks; decode small pictures, which is fast.

        If the compression ratio is implausible, the data is also inflated.
        """
        view = memoryview(self.data)
        for kind, start, length in self.chunks:
            if kind in CRITICAL and not self._is_whole(kind, start, length):
                raise ValueError(
                    f'it is damaged: the checksum of its {kind.decode()} chunk differs'
                )
        if self.raw_size <= SMALL:
            self.decode()
        elif self.raw_size > PLAUSIBLE_RATIO * self.num_encoded:
            inflate, size = zlib.decompressobj(), 0
            for kind, start, length in self.chunks:
                rest: bytes | memoryview = view[start : start + length] if kind == b'IDAT' else b''
                while rest and size < self.raw_size:
                    size += len(inflate.decompress(rest, 2**20))
                    rest = inflate.unconsumed_tail
            if size < self.raw_size:
                raise ValueError(f'it is damaged: it contains {size} of {self.raw_size} bytes')

    def decode(self, page: int = 0, *, alpha: bool = False) -> tuple[np.ndarray, np.ndarray | None]:
        """Decode pixels and alpha."""
        pixels, transparency = decode_with_opencv(self.data, self.headers[0], alpha=alpha)
        key = self._find(b'tRNS') if alpha and self.color in (GRAY, COLOR) else None
        if key is not None and len(key) == 2 * pixels.shape[2]:  # the transparent color
            stored = np.frombuffer(key, '>u2') & ((1 << self.headers[0].bit_depth) - 1)
            hidden = to_full_scale(stored, (1 << self.headers[0].bit_depth) - 1)
            full = np.iinfo(pixels.dtype).max
            transparency = np.where((pixels == hidden).all(axis=2), 0, full).astype(pixels.dtype)
        return pixels, transparency

    def metadata(self, page: int = 0) -> Metadata:
        """Return ICC profile, EXIF, XMP and resolution."""
        found: Metadata = {}
        profile, exif, density = map(self._find, (b'iCCP', b'eXIf', b'pHYs'))
        if profile is not None:
            compressed = profile.partition(b'\0')[2][1:]  # after the name and the method
            with suppress(zlib.error):
                found['icc_profile'] = zlib.decompressobj().decompress(compressed, LARGEST_PROFILE)
        if exif is not None:
            found['exif'] = exif.removeprefix(b'Exif\0\0')
        for kind, start, length in self.chunks:
            text = self.data[start : start + length] if kind == b'iTXt' else b''
            if text.startswith(b'XML:com.adobe.xmp\0\0'):  # not compressed
                found['xmp'] = text[20:].split(b'\0', 2)[-1]  # after language and keyword
        if density is not None and len(density) == 9:
            across, down, unit = struct.unpack('>IIB', density)
            if across and down:
                scale, name = (100, 'cm') if unit == 1 else (1, 'none')
                found['resolution'] = (across / scale, down / scale, name)
        return found

    def _find(self, kind: bytes) -> bytes | None:
        """Return the data of the first undamaged chunk of a type, or None."""
        for chunk in self.chunks:
            if chunk.kind == kind and self._is_whole(*chunk):
                return self.data[chunk.start : chunk.start + chunk.length]
        return None

    def _is_whole(self, kind: bytes, start: int, length: int) -> bool:
        (stated,) = struct.unpack_from('>I', self.data, start + length)
        return zlib.crc32(memoryview(self.data)[start - 4 : start + length]) == stated


def _chunks(data: bytes) -> Iterator[Chunk]:
    """Yield the chunks up to IEND; bytes after it are ignored."""
    start = len(SIGNATURE)
    while start + 12 <= len(data):
        length, kind = struct.unpack_from('>I4s', data, start)
        if start + 12 + length > len(data):
            break
        yield Chunk(kind, start + 8, length)
        if kind == b'IEND':
            return
        start += 12 + length
    raise ValueError(CUT_OFF)


def _raw_size(height: int, width: int, bits: int, *, interlaced: bool) -> int:
    """Return the size of the uncompressed filtered rows in bytes.

    Examples:
        >>> _raw_size(2, 5, 24, interlaced=False), _raw_size(1, 1, 1, interlaced=True)
        (32, 2)
    """
    size = 0
    for top, left, down, across in ADAM7 if interlaced else ((0, 0, 1, 1),):
        rows, columns = -(-(height - top) // down), -(-(width - left) // across)
        if rows > 0 and columns > 0:
            size += rows * (1 + (columns * bits + 7) // 8)
    return size
