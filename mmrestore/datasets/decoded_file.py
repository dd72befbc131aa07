"""Decoded image in a memory-mapped file, of which only accessed rows are read."""

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

HEADER = 128  # bytes of the header of a three-dimensional array
MOST_MAPPED = 4096  # mapped files per process; Linux allows about 65,000
VERSION = (1, 0)  # version of NumPy's file format


def write_decoded(path: str | Path, image: np.ndarray) -> None:
    """Write an image (H, W, C) of any dtype atomically in NumPy's file format.

    Raises:
        OSError: the file cannot be written.
    """
    image = np.ascontiguousarray(image)

    def write(file: BinaryIO) -> None:
        file.write(_header(image.shape, image.dtype.str))
        file.write(image.data)

    write_atomically(path, write)


@lru_cache(maxsize=MOST_MAPPED)
def map_decoded(path: str | Path) -> np.ndarray:
    """Memory-map the image of a file as an array (H, W, C).

    A process keeps the last 4096 mappings. Accessed pages are in the page cache of the system,
    shared by all processes, and freed when memory is needed. As with all images passed to
    transforms, the array must not be modified; writing to it would not change the file.

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
    # Python's mmap would keep the file open, and a process may have only 1024 open files.
    content = torch.from_file(str(path), shared=False, size=size, dtype=torch.uint8).numpy()
    shape, dtype = _layout(content[:HEADER].tobytes())
    if size != decoded_size(shape, dtype):
        raise ValueError(f'{path} has {size} bytes, expected {decoded_size(shape, dtype)}')
    return content[HEADER:].view(dtype).reshape(shape)


def decoded_size(shape: tuple[int, ...], dtype: np.dtype | str) -> int:
    """Return the size in bytes of the file of an image.

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
