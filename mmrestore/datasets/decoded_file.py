"""One decoded image in a file, of which only the rows that are used are read."""

from __future__ import annotations

import io
import math
import os
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch

from mmrestore.files import write_atomically

HEADER = 128  # bytes, of an array of three axes
MOST_MAPPED = 4096  # of some 65,000 that Linux lets a process have
VERSION = (1, 0)  # of NumPy's format


def write_decoded(path: str | Path, image: np.ndarray) -> None:
    """Write an image (H, W, C) of any type as a file of NumPy's format, whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    image = np.ascontiguousarray(image)

    def write(file: BinaryIO) -> None:
        file.write(_header(image.shape, image.dtype.str))
        file.write(image.data)

    write_atomically(path, write)


@lru_cache(maxsize=MOST_MAPPED)
def map_decoded(path: str | Path) -> np.ndarray:
    """Return the image of a file as an array (H, W, C) that is read where it is looked at.

    A process keeps the last 4096 of them: what was looked at is in the page cache of the system,
    once for all processes, and is freed when memory is needed. Like all images that transforms get,
    the array must stay as it is; the file would, whatever is written into the array.

    Raises:
        OSError, RuntimeError, ValueError: the file is missing or damaged.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     write_decoded(f'{folder}/a.npy', np.full((2, 3, 1), 7, np.uint16))
        ...     map_decoded(f'{folder}/a.npy').tolist()
        [[[7], [7], [7]], [[7], [7], [7]]]
    """
    size = os.path.getsize(path)
    if size <= HEADER:
        raise ValueError(f'{path} is cut off')
    # Not Python's mmap, which keeps the file open: a process may have 1024 open files.
    content = torch.from_file(str(path), shared=False, size=size, dtype=torch.uint8).numpy()
    shape, dtype = _layout(content[:HEADER].tobytes())
    if size != decoded_size(shape, dtype):
        raise ValueError(f'{path} has {size} bytes, expected {decoded_size(shape, dtype)}')
    return content[HEADER:].view(dtype).reshape(shape)


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
