"""Metric values of single images, and image names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple


class ImageValue(NamedTuple):
    """Metric value of one image.

    Attributes:
        dataset: name of the data set, or None.
        image: image name in the data set, without file extension; see :func:`image_title`.
        value: measured value.
    """

    dataset: str | None
    image: str
    value: float


def image_title(sample: Mapping[str, Any]) -> str:
    """Return the name of an image in its data set: its ``title``, else its file name.

    Args:
        sample: data sample of the image, or its dictionary.

    Examples:
        >>> image_title({'path': 'data/a/1.png', 'title': 'a/1'}), image_title({'path': 'a/1.png'})
        ('a/1', '1')
    """
    title = sample.get('title')
    return str(title) if title else Path(str(sample.get('path', 'image'))).stem


class DistinctNames:
    """Generator of distinct names: the second ``a`` becomes ``a_2``.

    Examples:
        >>> names = DistinctNames()
        >>> [names.take(name) for name in ('a', 'b', 'a', 'a_2')]
        ['a', 'b', 'a_2', 'a_2_2']
    """

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._counts: Counter[str] = Counter()

    def take(self, name: str) -> str:
        """Return ``name``, with a number appended if it is already taken."""
        chosen = name
        while chosen in self._taken:
            self._counts[name] += 1
            chosen = f'{name}_{self._counts[name] + 1}'
        self._taken.add(chosen)
        return chosen


def with_distinct_names(values: Iterable[ImageValue]) -> list[ImageValue]:
    """Return the values of one metric with distinct image names within each data set."""
    names: dict[str | None, DistinctNames] = {}
    return [
        value._replace(image=names.setdefault(value.dataset, DistinctNames()).take(value.image))
        for value in values
    ]
