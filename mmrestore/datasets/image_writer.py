"""Image files: the one way in which pictures are written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from mmrestore.datasets.encoders.jpeg import encode_jpeg, encode_webp, too_long
from mmrestore.datasets.encoders.png import encode_png
from mmrestore.datasets.encoders.pnm import encode_bmp, encode_pnm
from mmrestore.datasets.encoders.samples import to_dtype
from mmrestore.datasets.encoders.tiff import encode_tiff
from mmrestore.datasets.picture import Picture
from mmrestore.files import printable, write_atomically

METADATA = {
    'icc_profile': 'color profile',
    'exif': 'EXIF',
    'xmp': 'XMP',
    'resolution': 'resolution',
}
DEPTHS = {'u1': '8 bit', 'u2': '16 bit', 'f4': 'floating point'}
QUALITY = 95


class Format(NamedTuple):
    """What the files of a format hold."""

    encode: Callable[[Sequence[Picture], int], bytes]
    depths: tuple[str, ...] = ('u1', 'u2')  # the last one stands for deeper ones
    alpha: bool = True
    metadata: tuple[str, ...] = tuple(METADATA)
    pages: bool = False


PNG = Format(lambda pictures, quality: encode_png(pictures[0]))
TIFF = Format(lambda pictures, quality: encode_tiff(pictures), tuple(DEPTHS), pages=True)
JPEG = Format(
    lambda pictures, quality: encode_jpeg(pictures[0], quality=quality), ('u1',), alpha=False
)
WEBP = Format(
    lambda pictures, quality: encode_webp(pictures[0], quality=quality),
    ('u1',),
    metadata=('icc_profile', 'exif', 'xmp'),
)
BMP = Format(lambda pictures, quality: encode_bmp(pictures[0]), ('u1',), alpha=False, metadata=())
PNM = Format(lambda pictures, quality: encode_pnm(pictures[0]), alpha=False, metadata=())
FORMATS = {
    '.png': PNG,
    '.jpg': JPEG,
    '.jpeg': JPEG,
    '.tif': TIFF,
    '.tiff': TIFF,
    '.webp': WEBP,
    '.bmp': BMP,
    '.ppm': PNM,
    '.pgm': PNM,
}


def write_image(path: str | Path, image: np.ndarray, *, quality: int = QUALITY) -> None:
    """Write an image without metadata atomically.

    Args:
        path: the file; its ending states the format, see ``FORMATS``. Folders are made.
        image: H x W x 1 or 3, RGB or gray; uint8, uint16 or, for TIFF, float32 in [0, 1].
        quality: of JPEG and WebP.

    Raises:
        ValueError: the ending is unknown, or the format does not hold such an image.
        OSError: the file cannot be written.
    """
    if lost := losses([picture := Picture(image)], path):
        raise ValueError(f'{printable(path)} cannot hold the image: {", ".join(lost)}')
    write_pictures(path, [picture], quality=quality)


def write_pictures(
    path: str | Path, pictures: Sequence[Picture], *, quality: int = QUALITY
) -> None:
    """Write a picture, or the pages of a stack, with their metadata into one file, atomically.

    What the format does not hold is left out, see ``losses``; values that are deeper than it are
    rounded.

    Args:
        path: the file; its ending states the format. Folders are made.
        pictures: upright (``orientation`` 1); several for TIFF.
        quality: of JPEG and WebP, 1 to 100.

    Raises:
        ValueError: the ending is unknown, or the format does not hold the picture, for its size,
            or holds one and several are given.
        OSError: the file cannot be written.
    """
    encoded = encode_pictures(path, pictures, quality=quality)
    write_atomically(path, lambda file: file.write(encoded))


def encode_pictures(
    path: str | Path, pictures: Sequence[Picture], *, quality: int = QUALITY
) -> bytes:
    """Return the content of the file that ``write_pictures`` would write; see there."""
    form = format_of(path)
    if len(pictures) != 1 and not form.pages:
        raise ValueError(f'{printable(path)} can hold one picture, got {len(pictures)}')
    fitting = [_fitting(picture, form) for picture in pictures]
    try:
        return form.encode(fitting, quality)
    except (ValueError, OSError, cv2.error) as error:
        size = ' x '.join(map(str, pictures[0].pixels.shape))
        raise ValueError(
            f'{printable(path)} cannot hold the picture of {size} values: {error}'
        ) from error


def format_of(path: str | Path) -> Format:
    """Return the format that the ending of a file states.

    Raises:
        ValueError: it states none; the message lists the endings.
    """
    form = FORMATS.get(Path(path).suffix.lower())
    if form is None:
        raise ValueError(f'expected a file that ends in {" ".join(FORMATS)}, got {printable(path)}')
    return form


def losses(pictures: Sequence[Picture], path: str | Path) -> list[str]:
    """Return what the format of a file does not keep of pictures, in words.

    Examples:
        >>> picture = Picture(np.zeros((2, 2, 3), np.uint16), np.zeros((2, 2), np.uint16))
        >>> losses([picture], 'a.jpg'), losses([picture], 'a.png')
        (['16 bit (written in 8 bit)', 'transparency'], [])
    """
    form = format_of(path)
    lost: dict[str, None] = {}
    for picture in pictures:
        depth = picture.pixels.dtype.str[1:]
        if depth not in form.depths:
            lost[f'{DEPTHS.get(depth, depth)} (written in {DEPTHS[form.depths[-1]]})'] = None
        if picture.alpha is not None and not form.alpha:
            lost['transparency'] = None
        left_out = too_long(picture) if form is JPEG else set()
        for name, words in METADATA.items():
            if getattr(picture, name) and (name not in form.metadata or name in left_out):
                lost[words] = None
    return list(lost)


def _fitting(picture: Picture, form: Format) -> Picture:
    depth = picture.pixels.dtype.str[1:]
    dtype = np.dtype(depth if depth in form.depths else form.depths[-1])
    alpha = picture.alpha if form.alpha else None
    return replace(
        picture,
        pixels=to_dtype(picture.pixels, dtype),
        alpha=None if alpha is None else to_dtype(alpha, dtype),
    )
