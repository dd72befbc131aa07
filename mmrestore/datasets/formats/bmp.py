"""BMP files."""

from __future__ import annotations

import io
import struct

import numpy as np
from PIL import BmpImagePlugin

from mmrestore.datasets.formats.base import CUT_OFF, ImageFormat, Metadata, check_ratio
from mmrestore.datasets.formats.opencv import DAMAGED
from mmrestore.datasets.picture import Header

RUN_LENGTHS = (1, 2)  # run-length compression of 8 and 4 bit
RUN_LENGTH_RATIO = 128  # 255 pixels from two bytes
OLD, LONGEST = 12, 40  # sizes of the information header of OS/2, and with a resolution
GRAY = ('1', 'L')


class BmpFile(ImageFormat):
    """A BMP file."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        image = self._open()
        (offset, info) = struct.unpack_from('<II', data, 10)
        (depth,) = struct.unpack_from('<H', data, 24 if info == OLD else 28)
        self.is_long = info >= LONGEST
        self.has_palette = depth <= 8
        self.is_compressed = self.is_long and data[30] in RUN_LENGTHS
        width, height = image.size
        channels = 1 if image.mode in GRAY else 3
        self.headers = [Header('BMP', height, width, channels=channels, bit_depth=min(depth, 8))]
        if self.is_compressed:
            check_ratio(height * width, len(data), RUN_LENGTH_RATIO, 'pixels')
        elif offset + height * ((width * depth + 31) // 32 * 4) > len(data):
            raise ValueError(CUT_OFF)

    @staticmethod
    def matches(data: bytes) -> bool:
        """Return True if the file begins with the signature of BMP."""
        return data.startswith(b'BM')

    def verify(self) -> None:
        """Decode compressed files and files with a palette."""
        if self.is_compressed or self.has_palette:
            self.decode()

    def decode(self, page: int = 0, *, alpha: bool = False) -> tuple[np.ndarray, np.ndarray | None]:
        """Decode pixels and alpha."""
        image = self._open()
        try:
            image.load()
        except (OSError, SyntaxError, ValueError, IndexError) as error:
            raise ValueError(DAMAGED) from error
        if image.mode in GRAY:
            return np.array(image.convert('L'))[..., None], None
        if image.mode == 'RGBA':
            pixels = np.array(image)
            return np.ascontiguousarray(pixels[..., :3]), pixels[..., 3].copy() if alpha else None
        return np.array(image.convert('RGB')), None

    def metadata(self, page: int = 0) -> Metadata:
        """Return the resolution."""
        across, down = struct.unpack_from('<ii', self.data, 38) if self.is_long else (0, 0)
        return {'resolution': (across / 100, down / 100, 'cm')} if min(across, down) > 0 else {}

    def _open(self) -> BmpImagePlugin.BmpImageFile:
        # Image.open has a fixed limit of pixels; here the file length limits the size.
        try:
            return BmpImagePlugin.BmpImageFile(io.BytesIO(self.data))
        except (OSError, SyntaxError, ValueError, LookupError, struct.error) as error:
            raise ValueError(f'it is not a readable BMP: {error}') from error
