"""Image files: what is read from them and what is checked without decoding them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from PIL import Image

from mmrestore.datasets.picture import Picture

EXTENSIONS = frozenset(('.png', '.jpg', '.jpeg', '.tif', '.tiff', '.bmp', '.ppm', '.pgm', '.webp'))
COLOURS = ('rgb', 'gray')


class ImageSize(NamedTuple):
    """Height and width of an image in pixels, as they are stored."""

    height: int
    width: int


def read_image(path: str | Path, *, color: str = 'rgb') -> np.ndarray:
    """Decode an image file to (H, W, 3) RGB or to (H, W, 1) gray, uint8 or uint16 as in the file.

    Gray of a colour file is the luma of ITU-R BT.601, 0.299 R + 0.587 G + 0.114 B, rounded
    (OpenCV's ``cvtColor``); colour of a gray file is the same value three times. Transparency is
    dropped, an orientation in the EXIF data is ignored: pixels are returned as they are stored.

    Args:
        path: the file.
        color: ``'rgb'`` or ``'gray'``.

    Raises:
        ValueError: the file is missing, cannot be decoded, or is neither of 8 nor of 16 bit.

    Examples:
        >>> import skimage
        >>> image = read_image(Path(skimage.__file__).parent / 'data/chelsea.png')
        >>> image.shape, image[0, 0].tolist()
        ((300, 451, 3), [143, 120, 104])
    """
    if color not in COLOURS:
        raise ValueError(f'color must be one of {COLOURS}, got {color!r}')
    try:
        encoded = np.fromfile(path, np.uint8)
    except OSError as error:
        raise ValueError(f'cannot read the image {path}: {error.strerror or error}') from error
    flags = cv2.IMREAD_ANYDEPTH | cv2.IMREAD_ANYCOLOR | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        pixels = cv2.imdecode(encoded, flags) if encoded.size else None
    except cv2.error:
        pixels = None
    if pixels is None:
        raise ValueError(f'cannot decode the image {path}: it is damaged or no image')
    if pixels.dtype not in (np.uint8, np.uint16):
        raise ValueError(f'expected an image of 8 or 16 bit, got {pixels.dtype} in {path}')
    is_gray = pixels.ndim == 2
    if color == 'gray':
        return (pixels if is_gray else cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY))[..., None]
    return cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB if is_gray else cv2.COLOR_BGR2RGB)


def inspect_image(path: str | Path, *, decode: bool = False) -> ImageSize:
    """Return the size of an image after checking that the whole file is there.

    The header is read, and of PNG, JPEG and TIFF files it is checked that they were not cut off:
    this takes 0.1 ms a file. Other formats are decoded.

    Args:
        path: the file.
        decode: whether files of all formats are decoded, which also finds damage in the middle.

    Raises:
        ValueError: the file is missing, cut off, damaged or no image.

    Examples:
        >>> import skimage
        >>> inspect_image(Path(skimage.__file__).parent / 'data/chelsea.png')
        ImageSize(height=300, width=451)
    """
    try:
        with Image.open(path) as image:
            size = ImageSize(image.height, image.width)
            complete = _is_complete(Path(path), image)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError(f'cannot read the header of {path}: {error}') from error
    if complete is False:
        raise ValueError(f'the end of {path} is missing: it was not copied completely')
    if decode or complete is None:
        decoded = read_image(path).shape[:2]
        if decoded != size:
            raise ValueError(f'the header of {path} states {size}, decoded are {decoded}')
    return size


def count_pages(path: str | Path) -> int:
    """Return how many pictures a file holds: the pages of a TIFF stack, otherwise 1.

    Raises:
        ValueError: the file is missing, cut off, damaged or no image.
    """
    try:
        with Image.open(path) as image:
            return getattr(image, 'n_frames', 1) if image.format == 'TIFF' else 1
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError(f'cannot read the header of {path}: {error}') from error


def read_pictures(path: str | Path) -> Iterator[Picture]:
    """Decode the pictures of a file one by one: all pages of a TIFF stack, otherwise one.

    Pixels are as stored: the orientation is not applied, see ``orient``.

    Raises:
        ValueError: the file is missing, cannot be decoded, or holds values of a kind that is not
            read; the message names it.
    """
    for page in range(count_pages(path)):
        with Image.open(path) as image:
            image.seek(page)
            mode = {'P': 'RGB', '1': 'L', 'LA': 'LA', 'L': 'L', 'RGBA': 'RGBA'}.get(image.mode)
            if image.mode in ('I;16', 'I;16B'):
                pixels = np.array(image, np.uint16)
            else:
                pixels = np.array(image.convert(mode or 'RGB'))
            pixels = pixels[..., None] if pixels.ndim == 2 else pixels
            alpha = pixels[..., -1] if pixels.shape[-1] in (2, 4) else None
            exif = image.info.get('exif')
            yield Picture(
                pixels if alpha is None else pixels[..., :-1],
                alpha,
                orientation=image.getexif().get(274, 1),
                icc_profile=image.info.get('icc_profile'),
                exif=exif.removeprefix(b'Exif\0\0') if exif else None,
                xmp=image.info.get('xmp'),
                resolution=(*image.info['dpi'], 'inch') if 'dpi' in image.info else None,
                format=image.format or '',
            )


def _is_complete(path: Path, image: Image.Image) -> bool | None:
    """Whether the end of the file is there; None where only decoding can tell."""
    if image.format == 'PNG':
        with open(path, 'rb') as file:
            file.seek(-min(65536, path.stat().st_size), os.SEEK_END)
            return b'\0\0\0\0IEND' in file.read()
    if image.format in ('JPEG', 'MPO'):
        # Entropy-coded data hold no markers: the end of the image follows the last start of scan.
        encoded = path.read_bytes()
        return encoded.rfind(b'\xff\xd9') > encoded.rfind(b'\xff\xda')
    if image.format == 'TIFF':
        offsets, counts = (image.tag_v2.get(tag, ()) for tag in (273, 279))  # type: ignore[attr-defined]
        ends = [offset + count for offset, count in zip(offsets, counts, strict=False)]
        return max(ends) <= path.stat().st_size if ends else None
    return None
