"""Size and modification time of files, to detect changes."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from mmrestore.datasets.threads import in_threads

CHUNK = 256  # files per work item of a thread
QUICK_S = 200e-6  # seconds per file; if stat is faster, threads do not help


class Stamp(NamedTuple):
    """Size of a file in bytes and its modification time in nanoseconds."""

    size: int
    time_ns: int


def file_stamp(path: str) -> Stamp | None:
    """Return the stamp of a file, or None if it is not accessible.

    Examples:
        >>> file_stamp(__file__).size == os.path.getsize(__file__), file_stamp('no such file')
        (True, None)
    """
    try:
        status = os.stat(path)
    except (OSError, ValueError):  # a name with a null character
        return None
    return Stamp(status.st_size, status.st_mtime_ns)


def file_stamps(paths: Sequence[str]) -> list[Stamp | None]:
    """Return the stamps of many files; slow file servers are queried in threads.

    Examples:
        >>> file_stamps([__file__, 'no such file'])[1] is None
        True
    """
    chunks = [paths[start : start + CHUNK] for start in range(0, len(paths), CHUNK)]
    start = time.monotonic()
    first = [_stamps(chunk) for chunk in chunks[:1]]
    is_quick = time.monotonic() - start < QUICK_S * CHUNK
    rest = map(_stamps, chunks[1:]) if is_quick else in_threads(_stamps, chunks[1:])
    return list(chain.from_iterable([*first, *rest]))


def _stamps(paths: Sequence[str]) -> list[Stamp | None]:
    return [file_stamp(path) for path in paths]
