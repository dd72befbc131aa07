"""PBM, PGM and PPM files."""

from __future__ import annotations

import re

import numpy as np

from mmrestore.datasets.formats.base import CUT_OFF, ImageFormat
from mmrestore.datasets.formats.full_scale import to_full_scale
from mmrestore.datasets.picture import Header

BLANK = rb'[ \t\r\n\v\f]'
SPACE = rb'(?:' + BLANK + rb'|#[^\r\n]*[\r\n])+'
NUMBER = SPACE + rb'(\d{1,9})'
HEADERS = (
    re.compile(rb'P([14])' + 2 * NUMBER + BLANK),  # width, height
    re.compile(rb'P([2356])' + 3 * NUMBER + BLANK),  # width, height, value of white
)
COMMENT = re.compile(rb'#[^\r\n]*')
BITS_IN_TEXT, BITS, COLORS = 1, 4, (3, 6)
LAST_IN_TEXT = 3
NO_NUMBERS = 'it is damaged: it contains text instead of numbers'


class PnmFile(ImageFormat):
    """PBM, PGM or PPM file, in text or binary form."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        found = next(filter(None, (header.match(data) for header in HEADERS)), None)
        if found is None:
            raise ValueError('its header is damaged: expected P1 to P6, width, height and white')
        self.kind, width, height, *white = map(int, found.groups())
        self.start = found.end()
        self.white = white[0] if white else 1
        if not 1 <= self.white <= 65535:
            raise ValueError(f'its header states white as {self.white}, expected 1 to 65535')
        header = Header(
            'PNM',
            height,
            width,
            channels=3 if self.kind in COLORS else 1,
            dtype='uint8' if self.white < 256 else 'uint16',
            bit_depth=self.white.bit_length(),
        )
        self.headers = [header]
        self.shape = (height, width, header.channels)
        self.num_values = height * width * header.channels
        if self.kind == BITS:
            least = height * ((width + 7) // 8)
        elif self.kind <= LAST_IN_TEXT:
            least = self.num_values if self.kind == BITS_IN_TEXT else 2 * self.num_values - 1
        else:
            least = self.num_values * np.dtype(header.dtype).itemsize
        if self.start + least > len(data):
            raise ValueError(CUT_OFF)

    @staticmethod
    def matches(data: bytes) -> bool:
        """Return True if the file begins with the signature of PBM, PGM or PPM."""
        return re.match(rb'P[1-6][ \t\r\n\v\f#]', data) is not None

    def verify(self) -> None:
        """Parse the numbers of a file in text form."""
        if self.kind <= LAST_IN_TEXT:
            self.decode()

    def decode(self, page: int = 0, *, alpha: bool = False) -> tuple[np.ndarray, np.ndarray | None]:
        """Decode the pixels, scaled so that white becomes 255 or 65535."""
        if self.kind <= LAST_IN_TEXT:
            values = self._read_text()
        elif self.kind == BITS:
            height, width, _ = self.shape
            rows = np.frombuffer(self.data, np.uint8, height * ((width + 7) // 8), self.start)
            values = 1 - np.unpackbits(rows.reshape(height, -1), axis=1, count=width)
        else:
            dtype = np.uint8 if self.white < 256 else '>u2'
            values = np.frombuffer(self.data, dtype, self.num_values, self.start)
        return to_full_scale(values.reshape(self.shape), self.white), None

    def _read_text(self) -> np.ndarray:
        text = COMMENT.sub(b'', self.data[self.start :])
        if self.kind == BITS_IN_TEXT:  # digits need no separator; 1 is black
            digits = b''.join(text.split())[: self.num_values]
            values: np.ndarray = ord('1') - np.frombuffer(digits, np.uint8)
            is_number = values.max(initial=0) <= 1
        else:
            words = text.split(maxsplit=self.num_values)[: self.num_values]
            words[-1:] = re.findall(rb'^\d+', words[-1]) if words else []  # more may follow it
            is_number = all(word.isdigit() and len(word) < 10 for word in words)
            values = np.array(words).astype(np.int64) if is_number else np.empty(0)
        if not is_number:
            raise ValueError(NO_NUMBERS)
        if values.size < self.num_values:
            raise ValueError(CUT_OFF)
        return values
