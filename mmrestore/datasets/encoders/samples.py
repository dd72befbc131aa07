"""Conversion of pixels to the channel order and dtype of a file format."""

from __future__ import annotations

import cv2
import numpy as np

from mmrestore.datasets.picture import Picture


def samples(picture: Picture) -> np.ndarray:
    """Return the pixels (H, W, C) of a picture with alpha as the last channel."""
    if picture.alpha is None:
        return picture.pixels
    return np.dstack([picture.pixels, picture.alpha])


def to_dtype(values: np.ndarray, dtype: type | np.dtype) -> np.ndarray:
    """Convert the values of an image to another dtype, mapping full scale to full scale.

    Args:
        values: uint8, uint16, or floating point in [0, 1], which is clipped.
        dtype: uint8, uint16 or a floating-point type.

    Examples:
        >>> to_dtype(np.array([0, 51, 255], np.uint8), np.uint16).tolist()
        [0, 13107, 65535]
        >>> to_dtype(np.array([-0.2, 0.2, 1.5]), np.uint8).tolist()
        [0, 51, 255]
    """
    dtype = np.dtype(dtype)
    if values.dtype == dtype:
        return values
    full = 1.0 if values.dtype.kind == 'f' else float(np.iinfo(values.dtype).max)
    if dtype.kind == 'f':
        return np.divide(values, full, dtype=dtype, casting='same_kind')
    top = np.iinfo(dtype).max
    return (values.clip(0, full) * (top / full)).round().astype(dtype)


def to_bgr(values: np.ndarray) -> np.ndarray:
    """Convert RGB or RGBA (H, W, 3 or 4) to OpenCV's BGR or BGRA; gray is unchanged.

    Examples:
        >>> to_bgr(np.array([[[1, 2, 3, 4]]], np.uint8)).tolist()
        [[[3, 2, 1, 4]]]
    """
    code = {3: cv2.COLOR_RGB2BGR, 4: cv2.COLOR_RGBA2BGRA}.get(values.shape[-1])
    return values if code is None else cv2.cvtColor(np.ascontiguousarray(values), code)
