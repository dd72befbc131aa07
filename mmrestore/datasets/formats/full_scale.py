"""Conversion of integers of any bit depth to 8 or 16 bit."""

from __future__ import annotations

import numpy as np


def to_full_scale(values: np.ndarray, top: int) -> np.ndarray:
    """Scale integers so that ``top`` becomes 255, or 65535 if it is above 255.

    Values are rounded; values above ``top`` are clipped.

    Args:
        values: non-negative integers.
        top: value of white, at least 1.

    Returns:
        uint8 or, for ``top`` above 255, uint16.

    Examples:
        >>> to_full_scale(np.array([0, 1, 3]), 3), to_full_scale(np.array([2048]), 4095)
        (array([  0,  85, 255], dtype=uint8), array([32776], dtype=uint16))
    """
    dtype = np.uint8 if top < 256 else np.uint16
    full = int(np.iinfo(dtype).max)
    if top == full:
        return values.astype(dtype)
    if top > full:  # more than 16 bit
        return np.rint(np.minimum(values, top) * (full / top)).astype(dtype)
    table = (np.arange(top + 1, dtype=np.int64) * full + top // 2) // top
    return np.take(table.astype(dtype), values, mode='clip')
