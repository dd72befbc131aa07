"""Reading of image files in all supported formats."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from mmrestore.datasets.formats import FORMATS, ImageFormat, unread_format
from mmrestore.datasets.picture import Header, ImageSize, Picture, orient

EXTENSIONS = frozenset(('.png', '.jpg', '.jpeg', '.tif', '.tiff', '.bmp', '.ppm', '.pgm', '.webp'))
COLORS = ('rgb', 'gray')


def read_image(path: str | Path, *, color: str = 'rgb') -> np.ndarray:
    """Decode an image file to (H, W, 3) RGB or (H, W, 1) gray, with its orientation applied.

    Values are uint8 or uint16, or float32 in [0, 1] for floating-point files. A color file is
    converted to gray by the luma of ITU-R BT.601, 0.299 R + 0.587 G + 0.114 B, rounded (OpenCV's
    ``cvtColor``). A gray file is converted to color by repeating the value three times.
    Transparency is dropped. docs/data.md describes the rules of all formats.

    Args:
        path: the file.
        color: ``'rgb'`` or ``'gray'``.

    Raises:
        ValueError: the file is missing, truncated or cannot be decoded, or contains several
            pictures or unsupported values; the message names it.

    Examples:
        >>> import skimage
        >>> image = read_image(Path(skimage.__file__).parent / 'data/chelsea.png')
        >>> image.shape, image[0, 0].tolist()
        ((300, 451, 3), [143, 120, 104])
    """
    _check_color(color)
    return decode_image(_read_bytes(path), path, color=color)


def decode_image(data: bytes, name: str | Path, *, color: str = 'rgb') -> np.ndarray:
    """Decode the bytes of an image file, such as one in an archive; see ``read_image``.

    Args:
        data: content of the file.
        name: file name with extension, also used in messages.
        color: ``'rgb'`` or ``'gray'``.

    Raises:
        ValueError: see ``read_image``.
    """
    _check_color(color)
    file = _open(data, name)
    header = _only(file.headers, name)
    try:
        pixels, _ = file.decode()
    except ValueError as error:
        raise _named(error, name) from error
    pixels = orient(pixels, header.orientation)
    if color == 'gray':
        return np.ascontiguousarray(pixels) if header.channels == 1 else _to_gray(pixels)[..., None]
    if header.channels == 1:
        return cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_GRAY2RGB)
    return np.ascontiguousarray(pixels)


def inspect_image(path: str | Path, *, decode: bool = False) -> ImageSize:
    """Check that ``read_image`` can read a file, and return the size of the oriented image.

    Headers and file structure are checked, and checksums in PNG. WebP, compressed TIFF and
    floating-point files are decoded, because they cannot be checked otherwise.

    Args:
        path: the file.
        decode: decode files of all formats, which also finds damage within a JPEG: such a file can
            be read, but part of the picture is wrong.

    Raises:
        ValueError: the file is missing, truncated, damaged or not an image, or contains several
            pictures.

    Examples:
        >>> import skimage
        >>> inspect_image(Path(skimage.__file__).parent / 'data/chelsea.png')
        ImageSize(height=300, width=451)
    """
    return read_header(path, decode=decode).size


def read_header(path: str | Path, *, decode: bool = False) -> Header:
    """Return the header of the single picture in a file after the checks of ``inspect_image``.

    Raises:
        ValueError: see ``inspect_image``.
    """
    return _only(read_headers(path, decode=decode), path)


def read_headers(path: str | Path, *, decode: bool = False) -> list[Header]:
    """Return the header of each picture in a file after the checks of ``inspect_image``.

    Each page of a TIFF stack is a picture.

    Raises:
        ValueError: the file is missing, truncated, damaged or not an image, or has unsupported
            contents.
    """
    file = _open(_read_bytes(path), path)
    _verify(file, path, decode=decode)
    return list(file.headers)


def count_pages(path: str | Path) -> int:
    """Return the number of pictures in a file: the pages of a TIFF stack, otherwise 1.

    Raises:
        ValueError: see ``read_headers``.
    """
    return len(_open(_read_bytes(path), path).headers)


def read_pictures(path: str | Path) -> Iterator[Picture]:
    """Decode the pictures of a file in sequence: all pages of a TIFF stack, otherwise one.

    Pixels are returned as stored; the orientation is not applied, see ``orient``.

    Raises:
        ValueError: see ``read_image``; several pictures are allowed.
    """
    yield from decode_pictures(_read_bytes(path), path)


def decode_pictures(data: bytes, name: str | Path, *, verify: bool = False) -> Iterator[Picture]:
    """Decode the pictures in the bytes of an image file; see ``read_pictures``.

    Args:
        data: content of the file.
        name: file name with extension, also used in messages.
        verify: check for damage first, also within a JPEG.

    Raises:
        ValueError: see ``read_pictures``.
    """
    file = _open(data, name)
    if verify:
        _verify(file, name, decode=True)
    for page, header in enumerate(file.headers):
        try:
            pixels, alpha = file.decode(page, alpha=True)
            metadata = file.metadata(page)
        except ValueError as error:
            raise _named(error, name) from error
        yield Picture(
            pixels,
            alpha,
            orientation=header.orientation,
            bit_depth=header.bit_depth,
            format=header.format,
            **metadata,
        )


def _check_color(color: str) -> None:
    if color not in COLORS:
        raise ValueError(f'color must be one of {COLORS}, got {color!r}')


def _read_bytes(path: str | Path) -> bytes:
    unread = unread_format(path)  # before reading, which may take long
    if unread is not None:
        raise _named(unread, path)
    try:
        with open(path, 'rb', buffering=0) as file:
            return file.read()
    except OSError as error:
        raise _named(error.strerror or error, path) from error


def _open(data: bytes, name: str | Path) -> ImageFormat:
    """Read the headers of a file; the format is detected from its content."""
    for form in FORMATS:
        if form.matches(data):
            try:
                return form(data)
            except ValueError as error:
                raise _named(error, name) from error
    problem = 'it is not an image of a known format' if data else 'it is empty (0 bytes)'
    raise _named(unread_format(name, data) or problem, name)


def _verify(file: ImageFormat, name: str | Path, *, decode: bool) -> None:
    """Raise a ``ValueError`` if a file is damaged."""
    try:
        file.verify()
        if decode:
            file.verify_pixels()
    except ValueError as error:
        raise _named(error, name) from error


def _only(headers: Sequence[Header], name: str | Path) -> Header:
    """Return the header of the single picture in a file."""
    if len(headers) != 1:
        raise ValueError(
            f'{name} contains {len(headers)} pages, expected one: save them as single files'
        )
    return headers[0]


def _to_gray(pixels: np.ndarray) -> np.ndarray:
    # cvtColor does not accept transposed views.
    return cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY)


def _named(problem: object, name: str | Path) -> ValueError:
    """Return a one-line error that names the file."""
    return ValueError(f'cannot read {name}: {" ".join(str(problem).split())}')
