"""Crops of a picture that show what changed."""

from __future__ import annotations

import cv2
import numpy as np

from mmrestore.apis.denoising.results import View
from mmrestore.datasets.encoders.samples import to_dtype
from mmrestore.reports.images import data_uri

BLOCK = 16  # pixels; parts are chosen in steps of half a block
CLIPPED = 0.05  # share of black or white pixels above which a block is not shown as a flat part
RESIDUAL_RMS = 40.0  # gray levels that the enlarged residual has, root mean square
LARGEST_FACTOR = 32.0
OVERVIEW = 240  # longest side of the whole picture, in pixels


def choose_views(
    before: np.ndarray, after: np.ndarray | None, *, side: int, quality: int | None
) -> list[View]:
    """Return the views of a picture: the whole, detail, a flat part and the strongest change.

    Args:
        before: (H, W, C) uint8, uint16 or float32 in [0, 1].
        after: the restored picture; None of one that was left as it was, which then has no view of
            the change.
        side: of the parts in pixels, less where the picture is smaller.
        quality: of WebP; None for PNG.
    """
    views = [_overview(before, quality)]
    for kind, place in choose_places(before, after, side).items():
        part = to_dtype(np.ascontiguousarray(before[place]), np.dtype(np.uint8))
        uri, size = data_uri(part, quality=quality), (part.shape[0], part.shape[1])
        if after is None:
            views.append(View(kind, size, uri))
            continue
        restored = to_dtype(np.ascontiguousarray(after[place]), np.dtype(np.uint8))
        shown, factor = enlarged_residual(_levels(before[place]), _levels(after[place]))
        views.append(
            View(
                kind,
                size,
                uri,
                data_uri(restored, quality=quality),
                data_uri(shown, quality=quality),
                factor,
            )
        )
    return views


def choose_places(
    before: np.ndarray, after: np.ndarray | None, side: int
) -> dict[str, tuple[slice, slice]]:
    """Return rows and columns of the part with most detail, the flattest, and the most changed.

    Examples:
        >>> before = np.zeros((64, 96, 1), np.uint8) + 100
        >>> before[:32, :32] = np.arange(32)[:, None, None] * 8
        >>> after = before.copy()
        >>> after[40:, 70:] += 9
        >>> places = choose_places(before, after, 32)
        >>> [(rows.start, columns.start) for rows, columns in places.values()]
        [(0, 0), (0, 32), (32, 64)]
    """
    height, width = before.shape[:2]
    size = (min(side, height), min(side, width))
    if min(height, width) < BLOCK:
        return {'detail': (slice(0, size[0]), slice(0, size[1]))}
    shown = _gray(before if after is None else after)
    mean, square = _block_means(shown), _block_means(shown * shown)
    variance = np.maximum(square - mean * mean, 0)
    clipped = _block_means(((shown < 3) | (shown > 252)).astype(np.float32)) > CLIPPED
    flat = np.where(clipped, variance.max() + 1, variance)
    places = {'detail': _largest(variance, size), 'flat part': _largest(-flat, size)}
    if after is not None:
        change = shown - _gray(before)
        places['strongest change'] = _largest(_block_means(change * change), size)
    return {
        kind: (slice(top, top + size[0]), slice(left, left + size[1]))
        for kind, (top, left) in (
            (kind, _inside(place, (height, width), size)) for kind, place in places.items()
        )
    }


def enlarged_residual(before: np.ndarray, after: np.ndarray) -> tuple[np.ndarray, float]:
    """Return what was taken away, around gray and in more contrast, and by how much more.

    Args:
        before: (H, W, C) in 8-bit gray levels, floating point.
        after: of the same shape.

    Examples:
        >>> shown, factor = enlarged_residual(np.full((2, 2, 1), 9.0), np.full((2, 2, 1), 8.0))
        >>> shown.ravel().tolist(), factor
        ([160, 160, 160, 160], 32.0)
    """
    residual = before - after
    rms = float(np.sqrt(np.mean(residual**2)))
    factor = min(max(float(np.round(RESIDUAL_RMS / max(rms, 1e-6))), 1.0), LARGEST_FACTOR)
    return np.clip(np.round(128 + factor * residual), 0, 255).astype(np.uint8), factor


def _overview(pixels: np.ndarray, quality: int | None) -> View:
    height, width = pixels.shape[:2]
    share = min(OVERVIEW / max(height, width), 1.0)
    size = (max(round(height * share), 1), max(round(width * share), 1))
    small = cv2.resize(np.ascontiguousarray(pixels), size[::-1], interpolation=cv2.INTER_AREA)
    small = to_dtype(small.reshape(*size, -1), np.dtype(np.uint8))
    return View('overview', size, data_uri(small, quality=quality))


def _levels(pixels: np.ndarray) -> np.ndarray:
    full = np.iinfo(pixels.dtype).max if pixels.dtype.kind == 'u' else 1
    return pixels.astype(np.float32) * np.float32(255 / full)


def _gray(pixels: np.ndarray) -> np.ndarray:
    """Return (H, W) float32 in 8-bit gray levels."""
    if pixels.shape[-1] == 3:
        pixels = cv2.cvtColor(np.ascontiguousarray(pixels), cv2.COLOR_RGB2GRAY)
    return _levels(pixels.reshape(pixels.shape[:2]))


def _block_means(values: np.ndarray) -> np.ndarray:
    """Return the means of whole blocks (H // 16, W // 16)."""
    rows, columns = (side // BLOCK for side in values.shape)
    whole = np.ascontiguousarray(values[: rows * BLOCK, : columns * BLOCK])
    return cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA).reshape(rows, columns)


def _largest(blocks: np.ndarray, size: tuple[int, int]) -> tuple[int, int]:
    """Return top and left in pixels of the part of ``size`` with the largest mean of blocks."""
    window = tuple(
        min(max(side // BLOCK, 1), n) for side, n in zip(size, blocks.shape, strict=True)
    )
    means = _window_means(blocks, window)
    row, column = np.unravel_index(int(np.argmax(means)), means.shape)
    return int(row) * BLOCK, int(column) * BLOCK


def _window_means(blocks: np.ndarray, window: tuple[int, ...]) -> np.ndarray:
    sums = np.pad(blocks.astype(np.float64), ((1, 0), (1, 0))).cumsum(0).cumsum(1)
    rows, columns = window
    total = sums[rows:, columns:] - sums[:-rows, columns:] - sums[rows:, :-columns]
    return (total + sums[:-rows, :-columns]) / (rows * columns)


def _inside(
    place: tuple[int, int], whole: tuple[int, int], size: tuple[int, int]
) -> tuple[int, int]:
    top, left = (min(at, n - s) for at, n, s in zip(place, whole, size, strict=True))
    return top, left
