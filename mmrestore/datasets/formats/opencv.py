"""Decoding with OpenCV, the fastest decoder."""

from __future__ import annotations

import cv2
import numpy as np

from mmrestore.datasets.picture import Header

DAMAGED = 'it is damaged: it cannot be decoded'


def decode_with_opencv(
    data: bytes, header: Header, *, alpha: bool = False
) -> tuple[np.ndarray, np.ndarray | None]:
    """Decode a file of 8 or 16 bit.

    Args:
        data: content of the file.
        header: header of the file.
        alpha: also return alpha.

    Returns:
        Stored pixels (H, W, 3) RGB or (H, W, 1), and alpha (H, W) or None.

    Raises:
        ValueError: the file cannot be decoded, or its pixels contradict the header.
    """
    flags = cv2.IMREAD_IGNORE_ORIENTATION | cv2.IMREAD_ANYDEPTH
    flags |= cv2.IMREAD_GRAYSCALE if header.channels == 1 else cv2.IMREAD_COLOR_RGB
    pixels = _decode(data, cv2.IMREAD_UNCHANGED if alpha else flags)
    transparency = None
    if alpha:
        if pixels.ndim == 3 and pixels.shape[-1] == 4:
            transparency = np.ascontiguousarray(pixels[..., 3])
        if header.channels == 1:
            pixels = pixels if pixels.ndim == 2 else pixels[..., 0]
        elif pixels.shape[-1] == 4:
            pixels = cv2.cvtColor(pixels, cv2.COLOR_BGRA2RGB)
        else:
            pixels = cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    expected = (header.height, header.width, header.channels)
    if pixels.shape != expected or pixels.dtype != header.dtype:
        raise ValueError(
            f'it is damaged: expected {expected} {header.dtype} by its header, decoded '
            f'{pixels.shape} {pixels.dtype}'
        )
    return np.ascontiguousarray(pixels), transparency


def _decode(data: bytes, flags: int) -> np.ndarray:
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error:
        pixels = None
    if pixels is None:
        raise ValueError(DAMAGED)
    return pixels
