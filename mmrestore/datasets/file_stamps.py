"""Size and time of files, by which a file is known to be the one that was read before."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from mmrestore.datasets.threads import in_threads

CHUNK = 256  # files that a thread looks at before it asks for more


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
    """Return the stamps of many files, asked for in threads: file servers take their time.

    Examples:
        >>> file_stamps([__file__, 'no such file'])[1] is None
        True
    """
    chunks = [paths[start : start + CHUNK] for start in range(0, len(paths), CHUNK)]
    answers = in_threads(lambda chunk: [file_stamp(path) for path in chunk], chunks)
    return list(chain.from_iterable(answers))
