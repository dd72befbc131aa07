"""Lock that allows one training per work directory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mmengine.dist import broadcast_object_list, is_main_process

from mmrestore.locking import lock_holder, take_lock

LOCK = 'run.lock'


@contextmanager
def own_folder(folder: str | Path) -> Iterator[None]:
    """Keep other trainings out of a work directory for a ``with`` block.

    The main process of a training locks the file ``run.lock`` in the folder; the other processes
    are told the outcome. The operating system frees the lock of a process that was killed. A folder
    that was made for the lock and is still empty at the end is removed.

    Raises:
        ValueError: another training holds the folder; the message names its process. Nothing was
            written.
    """
    path = Path(folder) / LOCK
    made = [place for place in (path.parent, *path.parent.parents) if not place.exists()]
    lock: int | None = None
    refusal: list[str | None] = [None]
    if is_main_process():
        try:
            lock = take_lock(path)
        except BlockingIOError:
            refusal = [
                f'{folder} is in use by another training, {lock_holder(path)}. Wait until that has '
                'ended, stop it, or choose another --work-dir'
            ]
    broadcast_object_list(refusal)
    if refusal[0] is not None:
        raise ValueError(refusal[0])
    try:
        yield
    finally:
        if lock is not None:
            path.unlink(missing_ok=True)  # while it is locked: nobody else can hold it
            os.close(lock)
            with suppress(OSError):  # something was written
                for place in made:
                    place.rmdir()
