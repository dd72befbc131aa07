"""Writing of image files in all supported formats."""

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
    """Encoder and capabilities of a file format."""

    encode: Callable[[Sequence[Picture], int], bytes]
    depths: tuple[str, ...] = ('u1', 'u2')  # other depths are converted to the last one
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
        path: the file; its extension determines the format, see ``FORMATS``. Missing folders are
            created.
        image: H x W x 1 or 3, RGB or gray; uint8, uint16 or, for TIFF, float32 in [0, 1].
        quality: quality of JPEG and WebP.

    Raises:
        ValueError: the extension is unknown, or the format does not support such an image.
        OSError: the file cannot be written.
    """
    if lost := losses([picture := Picture(image)], path):
        raise ValueError(
            f'the format of {printable(path)} does not support the image: {", ".join(lost)}'
        )
    write_pictures(path, [picture], quality=quality)


def write_pictures(
    path: str | Path, pictures: Sequence[Picture], *, quality: int = QUALITY
) -> None:
    """Write a picture, or the pages of a stack, with metadata into one file, atomically.

    Properties that the format does not support are dropped, see ``losses``; values of larger bit
    depth are rounded.

    Args:
        path: the file; its extension determines the format. Missing folders are created.
        pictures: pictures with ``orientation`` 1; several for TIFF.
        quality: quality of JPEG and WebP, 1 to 100.

    Raises:
        ValueError: the extension is unknown, or the format does not support the size or the number
            of the pictures.
        OSError: the file cannot be written.
    """
    encoded = encode_pictures(path, pictures, quality=quality)
    write_atomically(path, lambda file: file.write(encoded))


def encode_pictures(
    path: str | Path, pictures: Sequence[Picture], *, quality: int = QUALITY
) -> bytes:
    """Return the content of the file that ``write_pictures`` writes."""
    form = format_of(path)
    if len(pictures) != 1 and not form.pages:
        raise ValueError(
            f'the format of {printable(path)} supports a single picture, got {len(pictures)}: use '
            'TIFF'
        )
    fitting = [_fitting(picture, form) for picture in pictures]
    try:
        return form.encode(fitting, quality)
    except (ValueError, OSError, cv2.error) as error:
        size = ' x '.join(map(str, pictures[0].pixels.shape))
        raise ValueError(
            f'the format of {printable(path)} does not support a picture of {size} values: {error}'
        ) from error


def format_of(path: str | Path) -> Format:
    """Return the format for the extension of a file.

    Raises:
        ValueError: the extension is unknown; the message lists all extensions.
    """
    form = FORMATS.get(Path(path).suffix.lower())
    if form is None:
        raise ValueError(
            f'expected one of the file extensions {" ".join(FORMATS)}, got {printable(path)}'
        )
    return form


def losses(pictures: Sequence[Picture], path: str | Path) -> list[str]:
    """Return descriptions of the properties of pictures that the format of a file drops.

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
