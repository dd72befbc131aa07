"""Which images and which parts of them a report shows."""

from __future__ import annotations

import cv2
import numpy as np

SIDE = 160  # of a crop, pixels
STEP = 8  # of the places that are tried


def choose_images(score: np.ndarray) -> dict[str, int]:
    """Return which images are worst, median and best.

    Args:
        score: (images,), such as the difference of a metric, higher where an image is better.

    Examples:
        >>> choose_images(np.array([0.3, -0.1, 0.1, 0.0, 0.2]))
        {'worst': 1, 'median': 2, 'best': 0}
    """
    order = np.argsort(score, kind='stable')
    places = {'worst': order[0], 'median': order[len(order) // 2], 'best': order[-1]}
    return {name: int(place) for name, place in places.items()}


def most_different(first: np.ndarray, second: np.ndarray, side: int = SIDE) -> tuple[slice, slice]:
    """Return rows and columns of the square in which two images differ most.

    Args:
        first: (H, W, C).
        second: of the same shape.
        side: of the square; less where the image is smaller.

    Examples:
        >>> a, b = np.zeros((40, 50, 1)), np.zeros((40, 50, 1))
        >>> b[20:24, 30:34] = 1
        >>> rows, columns = most_different(a, b, 16)
        >>> rows.start <= 20 < 24 <= rows.stop, columns.start <= 30 < 34 <= columns.stop
        (True, True)
    """
    change = np.square(first.astype(np.float64) - second).sum(-1)
    height, width = (min(side, length) for length in change.shape)
    sums = cv2.integral(change)
    total = sums[height:, width:] - sums[:-height, width:] - sums[height:, :-width]
    total = (total + sums[:-height, :-width])[::STEP, ::STEP]
    top, left = (STEP * int(i) for i in np.unravel_index(np.argmax(total), total.shape))
    return slice(top, top + height), slice(left, left + width)


def with_size_of(image: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return an image with the height and width of another, pixels repeated.

    Examples:
        >>> with_size_of(np.ones((2, 3, 1), np.uint8), np.ones((4, 6, 1), np.uint8)).shape
        (4, 6, 1)
    """
    height, width = target.shape[:2]
    resized = cv2.resize(image, (width, height), interpolation=cv2.INTER_NEAREST)
    return resized.reshape(height, width, image.shape[2])
