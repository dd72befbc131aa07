"""Conversion of CMYK to RGB."""

from __future__ import annotations

import numpy as np


def cmyk_to_rgb(inks: np.ndarray) -> np.ndarray:
    """Convert cyan, magenta, yellow and black to RGB without a color profile.

    Each color is ``(full - ink) (full - black) / full``, rounded.

    Args:
        inks: (H, W, 4) uint8 or uint16; 0 is no ink.

    Examples:
        >>> cmyk_to_rgb(np.array([[[255, 0, 51, 51]]], np.uint8)).tolist()
        [[[0, 204, 163]]]
    """
    full = np.iinfo(inks.dtype).max
    paper = (full - inks).astype(np.uint32)
    return ((paper[..., :3] * paper[..., 3:] + full // 2) // full).astype(inks.dtype)
