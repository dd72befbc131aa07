"""One decoded image in a file, of which only the rows that are used are read."""

from __future__ import annotations

import io
import math
import mmap
from functools import lru_cache
from pathlib import Path

import numpy as np

from mmrestore.files import write_atomically

HEADER = 128  # bytes, of an array of three axes
VERSION = (1, 0)  # of NumPy's format


def write_decoded(path: str | Path, image: np.ndarray) -> None:
    """Write an image (H, W, C) of any type as a file of NumPy's format, whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    image = np.ascontiguousarray(image)

    def write(file) -> None:
        file.write(_header(image.shape, image.dtype.str))
        file.write(image.data)

    write_atomically(path, write)


def map_decoded(path: str | Path) -> np.ndarray:
    """Return the image of a file as an array (H, W, C) that is read where it is looked at.

    The array is writable, the file is not: changed are pages of this process only.

    Raises:
        OSError, ValueError: the file is missing or damaged.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     write_decoded(f'{folder}/a.npy', np.full((2, 3, 1), 7, np.uint16))
        ...     map_decoded(f'{folder}/a.npy').tolist()
        [[[7], [7], [7]], [[7], [7], [7]]]
    """
    with open(path, 'rb', buffering=0) as file:
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    shape, dtype = _layout(content[:HEADER])
    if len(content) != decoded_size(shape, dtype):
        raise ValueError(f'{path} has {len(content)} bytes, expected {decoded_size(shape, dtype)}')
    return np.frombuffer(content, dtype, offset=HEADER).reshape(shape)


def decoded_size(shape: tuple[int, ...], dtype: np.dtype | str) -> int:
    """Return the bytes of the file of an image.

    Examples:
        >>> decoded_size((10, 20, 3), 'uint16')
        1328
    """
    return HEADER + math.prod(shape) * np.dtype(dtype).itemsize


@lru_cache(maxsize=1024)
def _layout(header: bytes) -> tuple[tuple[int, ...], np.dtype]:
    file = io.BytesIO(header)
    if np.lib.format.read_magic(file) != VERSION:
        raise ValueError(f'expected version {VERSION} of the format of NumPy')
    shape, is_fortran, dtype = np.lib.format.read_array_header_1_0(file)
    if is_fortran or len(shape) != 3 or dtype.hasobject or file.tell() != HEADER:
        raise ValueError(f'expected rows of pixels, got {shape} of {dtype}')
    return shape, dtype


def _header(shape: tuple[int, ...], dtype: str) -> bytes:
    file = io.BytesIO()
    fields = {'descr': dtype, 'fortran_order': False, 'shape': shape}
    np.lib.format.write_array_header_1_0(file, fields)
    return file.getvalue()
