"""JPEG quality, from the quantization tables."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from PIL import Image, JpegImagePlugin

# The luminance table of annex K of the standard (ITU-T T.81), row by row.
STANDARD = (
    *(16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55),
    *(14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62),
    *(18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92),
    *(49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99),
)
SAMPLINGS = {0: '4:4:4', 1: '4:2:2', 2: '4:2:0'}


class JpegQuality(NamedTuple):
    """Quality as libjpeg counts it, 1 to 100, and the sampling of the colors, '' if unknown."""

    quality: int
    sampling: str


def jpeg_quality(path: str | Path) -> JpegQuality | None:
    """Return the quality of a JPEG file, None of one that does not tell.

    Other programs than libjpeg have tables of their own; theirs is the quality whose table has the
    same sum.
    """
    try:
        with Image.open(path) as picture:
            if not isinstance(picture, JpegImagePlugin.JpegImageFile) or not picture.quantization:
                return None
            sampling = JpegImagePlugin.get_sampling(picture)
            table = next(iter(picture.quantization.values()))
    except (OSError, ValueError, SyntaxError):
        return None
    return JpegQuality(quality_of_table(table), SAMPLINGS.get(sampling, ''))


def quality_of_table(table: list[int] | tuple[int, ...]) -> int:
    """Return the quality that libjpeg calls a luminance table of 64 steps.

    Examples:
        >>> quality_of_table(STANDARD), quality_of_table([1] * 64)
        (50, 99)
    """
    scale = 100 * sum(table) / sum(STANDARD)
    quality = (200 - scale) / 2 if scale <= 100 else 5000 / scale
    return min(max(round(quality), 1), 100)
