"""Encoders of formats without metadata: BMP, PPM and PGM."""

from __future__ import annotations

import cv2
import numpy as np

from mmrestore.datasets.encoders.samples import to_bgr
from mmrestore.datasets.picture import Picture


def encode_pnm(picture: Picture) -> bytes:
    r"""Encode a picture of 8 or 16 bit as a PPM file, or as PGM if it is gray.

    Examples:
        >>> encode_pnm(Picture(np.array([[[1], [515]]], np.uint16)))
        b'P5\n2 1\n65535\n\x00\x01\x02\x03'
    """
    values = picture.pixels
    height, width, channels = values.shape
    header = f'P{6 if channels == 3 else 5}\n{width} {height}\n{np.iinfo(values.dtype).max}\n'
    return header.encode() + values.astype(values.dtype.newbyteorder('>')).tobytes()


def encode_bmp(picture: Picture) -> bytes:
    """Encode an 8-bit picture as a BMP file.

    Raises:
        ValueError: OpenCV cannot encode the picture.
    """
    done, encoded = cv2.imencode('.bmp', to_bgr(picture.pixels))
    if not done:
        raise ValueError(f'OpenCV cannot encode an image of {picture.pixels.shape} as BMP')
    return encoded.tobytes()
