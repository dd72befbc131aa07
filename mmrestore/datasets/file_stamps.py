"""Size and time of files, by which a file is known to be the one that was read before."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from mmrestore.datasets.threads import in_threads

CHUNK = 256  # files that a thread looks at before it asks for more
QUICK_S = 200e-6  # for a file: threads would take longer


class Stamp(NamedTuple):
    """Bytes of a file, and when it was last written, in nanoseconds."""

    size: int
    time_ns: int


def file_stamp(path: str) -> Stamp | None:
    """Return the stamp of a file, None if it cannot be looked at.

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
    """Return the stamps of many files; of a slow file server, they are asked for in threads.

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
