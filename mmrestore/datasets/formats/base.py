"""What the reader asks of a file format."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TypedDict

import numpy as np

from mmrestore.datasets.picture import Header

CUT_OFF = 'its end is missing: it was not copied completely'


class Metadata(TypedDict, total=False):
    """What a file holds beside the pixels, as fields of ``Picture``; what is absent is left out."""

    icc_profile: bytes
    exif: bytes
    xmp: bytes
    resolution: tuple[float, float, str]


class ImageFormat(ABC):
    """A file of one format.

    Making one reads the headers and refuses what is cut off, what is not read, and a size that a
    file of this length cannot hold; nothing is decoded. All errors are ValueErrors without the name
    of the file, which ``image_file`` adds.

    Args:
        data: content of the file.
    """

    headers: Sequence[Header]  # of each picture in the file

    @abstractmethod
    def __init__(self, data: bytes) -> None: ...

    @staticmethod
    @abstractmethod
    def matches(data: bytes) -> bool:
        """Whether a file is of this format, by its first bytes."""

    @abstractmethod
    def verify(self) -> None:
        """Refuse what ``decode`` would refuse, as fast as possible."""

    @abstractmethod
    def decode(self, page: int = 0, *, alpha: bool = False) -> tuple[np.ndarray, np.ndarray | None]:
        """Return stored pixels (H, W, 3) or (H, W, 1) and, if wanted and there, alpha (H, W)."""

    def verify_pixels(self) -> None:
        """Decode all pictures and refuse damage that ``decode`` does not notice."""
        for page in range(len(self.headers)):
            self.decode(page)

    def metadata(self, page: int = 0) -> Metadata:
        """Return what else belongs to a picture."""
        return {}


def check_ratio(needed: float, available: int, most: float, what: str = 'bytes') -> None:
    """Refuse a header that states more than a file can hold.

    Args:
        needed: size of the decoded data.
        available: size of the encoded data in bytes.
        most: the most that one encoded byte can stand for.
        what: unit of ``needed``.

    Raises:
        ValueError: ``needed`` is more than ``most`` times ``available``.

    Examples:
        >>> check_ratio(1000, 10, 100)
    """
    if needed > most * available:
        raise ValueError(
            f'its header states {needed:.0f} {what}, more than its {available} bytes can hold'
        )
