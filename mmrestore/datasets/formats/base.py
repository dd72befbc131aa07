"""Base class of file formats."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TypedDict

import numpy as np

from mmrestore.datasets.picture import Header

CUT_OFF = 'its end is missing: it was not copied completely'


class Metadata(TypedDict, total=False):
    """Metadata of a picture as fields of ``Picture``; missing fields are omitted."""

    icc_profile: bytes
    exif: bytes
    xmp: bytes
    resolution: tuple[float, float, str]


class ImageFormat(ABC):
    """Image file of one format.

    The constructor reads the headers without decoding pixels. It refuses truncated files,
    unsupported variants, and sizes that a file of this length cannot contain. All errors are
    ValueErrors without the file name, which ``image_file`` adds.

    Args:
        data: content of the file.
    """

    headers: Sequence[Header]  # one per picture in the file

    @abstractmethod
    def __init__(self, data: bytes) -> None: ...

    @staticmethod
    @abstractmethod
    def matches(data: bytes) -> bool:
        """Return True if the first bytes of a file are of this format."""

    @abstractmethod
    def verify(self) -> None:
        """Refuse files that ``decode`` would refuse, as fast as possible."""

    @abstractmethod
    def decode(self, page: int = 0, *, alpha: bool = False) -> tuple[np.ndarray, np.ndarray | None]:
        """Return stored pixels (H, W, 3) or (H, W, 1), and alpha (H, W) if requested and present.

        Without alpha, the second item is None.
        """

    def verify_pixels(self) -> None:
        """Decode all pictures and refuse damage that ``decode`` does not notice."""
        for page in range(len(self.headers)):
            self.decode(page)

    def metadata(self, page: int = 0) -> Metadata:
        """Return the metadata of a picture."""
        return {}


def check_ratio(needed: float, available: int, most: float, what: str = 'bytes') -> None:
    """Refuse a header that states more data than a file can contain.

    Args:
        needed: size of the decoded data.
        available: size of the encoded data in bytes.
        most: largest amount of decoded data per encoded byte.
        what: unit of ``needed``.

    Raises:
        ValueError: ``needed`` is more than ``most`` times ``available``.

    Examples:
        >>> check_ratio(1000, 10, 100)
    """
    if needed > most * available:
        raise ValueError(
            f'its header states {needed:.0f} {what}, more than its {available} bytes can contain'
        )
