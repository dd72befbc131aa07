"""Parallel work on many files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar('Item')
Answer = TypeVar('Answer')


def in_threads(function: Callable[[Item], Answer], items: Iterable[Item]) -> list[Answer]:
    """Apply a function to all items in threads; results keep the order of the items.

    Examples:
        >>> in_threads(abs, [-2, 1])
        [2, 1]
    """
    with ThreadPoolExecutor() as pool:
        return list(pool.map(function, items))
