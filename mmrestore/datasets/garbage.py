"""Python's search for garbage, paused while many objects are made."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Let Python not look for garbage in a ``with`` block that makes many objects and no cycles.

    With 100,000 files the search takes a quarter of the time of their check, and finds nothing.

    Examples:
        >>> with no_garbage_collection():
        ...     gc.isenabled()
        False
        >>> gc.isenabled()
        True
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
