"""Samples of a TIFF page."""

from __future__ import annotations

import numpy as np
import tifffile

from mmrestore.datasets.formats.tiff_codecs import expand
from mmrestore.datasets.formats.tiff_segments import CODED_PIXELS, Segment, find_segments

FLOAT = 3  # sample format
DIFFERENCE, FLOAT_DIFFERENCE = 2, 3  # predictors


def read_samples(page: tifffile.TiffPage, data: bytes) -> np.ndarray:
    """Decode the samples of a page, (H, W, samples), in the dtype of its tags.

    Raises:
        ValueError: a strip or tile cannot be decoded.
    """
    shape = (page.imagelength, page.imagewidth, page.samplesperpixel)
    samples: np.ndarray | None = None
    for segment in find_segments(page):
        values = _unpack(expand(page, segment, data), page, segment)
        if samples is None:
            samples = np.empty(shape, values.dtype)
        place = samples[segment.top :, segment.left :, segment.plane :][
            : segment.rows, : segment.columns, : segment.samples
        ]
        place[:] = values[: place.shape[0], : place.shape[1]]  # tiles may extend beyond the border
    assert samples is not None
    return samples


def _unpack(expanded: bytes, page: tifffile.TiffPage, segment: Segment) -> np.ndarray:
    """Return the samples of a strip or tile, (rows, columns, samples)."""
    bits, shape = page.bitspersample, (segment.rows, segment.columns, segment.samples)
    if bits not in (8, 16, 32, 64):
        return _split(expanded, bits, shape)
    kind, order, size = 'f' if page.sampleformat == FLOAT else 'u', page.parent.byteorder, bits // 8
    predictor = 1 if page.compression in CODED_PIXELS else int(page.predictor)
    if (
        predictor == FLOAT_DIFFERENCE
    ):  # of bytes; those of equal weight side by side, heaviest first
        parts: np.ndarray = np.frombuffer(expanded, np.uint8).reshape(
            segment.rows, -1, segment.samples
        )
        parts = np.cumsum(parts, axis=1, dtype=np.uint8).reshape(segment.rows, size, -1)
        values = np.ascontiguousarray(parts.swapaxes(1, 2)).view(f'>{kind}{size}').reshape(shape)
    elif predictor == DIFFERENCE:  # of integers, whatever they stand for
        steps = np.frombuffer(expanded, f'{order}u{size}').reshape(shape)
        values = np.cumsum(steps, axis=1, dtype=f'u{size}').view(f'{kind}{size}')
    elif predictor == 1:
        values = np.frombuffer(expanded, f'{order}{kind}{size}').reshape(shape)
    else:
        raise ValueError(f'its predictor {predictor} is not supported: save it without predictor')
    return values.astype(f'{kind}{size}', copy=False)


def _split(packed: bytes, bits: int, shape: tuple[int, int, int]) -> np.ndarray:
    """Unpack integers of less than 16 bit that are packed into bytes row by row.

    Examples:
        >>> _split(bytes([0xAB, 0xCD, 0xE0]), 12, (1, 1, 1)).tolist() == [[[0xABC]]]
        True
    """
    height, width, samples = shape
    rows = np.frombuffer(packed, np.uint8).reshape(height, -1)
    digits = np.unpackbits(rows, axis=1, count=width * samples * bits).reshape(-1, bits)
    values = digits @ (1 << np.arange(bits - 1, -1, -1, dtype=np.uint16))
    return values.astype(np.uint8 if bits < 8 else np.uint16).reshape(shape)
