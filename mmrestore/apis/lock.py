"""One training at a time in a work directory."""

from __future__ import annotations

import os
import socket
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mmengine.dist import broadcast_object_list, is_main_process

try:
    import fcntl
except ImportError:  # Windows has no locks of this kind
    fcntl = None  # type: ignore[assignment]

LOCK = 'run.lock'
ATTEMPTS = 100


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
                f'{folder} is in use by another training, {_holder(path)}. Wait until that has '
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


def take_lock(path: Path) -> int:
    """Lock a file, which is made with its folder, and write into it which process holds it.

    The lock is of the process, not of those that it forks: data workers that outlive a killed
    training hold nothing.

    Returns:
        The descriptor of the file; closing it frees the lock.

    Raises:
        BlockingIOError: another process holds the lock.
        OSError: the file cannot be made.
    """
    for _ in range(ATTEMPTS):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except FileNotFoundError:  # a run that ended has just removed the folder
            continue
        free = _lock(descriptor, path)
        # Otherwise the file is of a run that is just ending and has removed it.
        if _is_at(descriptor, path):
            if not free:
                os.close(descriptor)
                raise BlockingIOError(f'{path} is locked')
            os.ftruncate(descriptor, 0)
            os.write(descriptor, _this_process().encode())
            return descriptor
        os.close(descriptor)
    raise OSError(f'{path} could not be locked: it was removed {ATTEMPTS} times')


def _lock(descriptor: int, path: Path) -> bool:
    """Lock an open file and return whether no other process holds it."""
    if fcntl is None:
        return True
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # systems differ in the error
        return False
    except OSError as error:
        warnings.warn(
            f'{path.parent} is on a file system without locks ({error.strerror}): nothing keeps a '
            'second training out of it',
            stacklevel=2,
        )
    return True


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _this_process() -> str:
    since = time.strftime('%Y-%m-%d %H:%M:%S')
    return f'process {os.getpid()} on {socket.gethostname()} since {since}\n'


def _holder(path: Path) -> str:
    for _ in range(20):  # it writes its name when it has the lock
        time.sleep(0.05)
        with suppress(OSError):
            if text := path.read_text(encoding='utf-8', errors='replace').strip():
                return text
    return f'which has not written its name into {path}'
