"""Locks on files, which keep other processes out of a place."""

from __future__ import annotations

import os
import socket
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has no locks of this kind
    fcntl = None  # type: ignore[assignment]

ATTEMPTS = 100
WAIT_S = 0.2  # from one attempt to the next


@contextmanager
def locked(path: str | Path, waiting: Callable[[str], None] | None = None) -> Iterator[None]:
    """Hold the lock of a file for a ``with`` block; wait until other processes have freed it.

    The file and its folder are made, and the file is removed at the end. The operating system frees
    the lock of a process that was killed.

    Args:
        path: the file.
        waiting: is called once, with the process that holds the lock, if another one does.

    Raises:
        OSError: the file cannot be made.
    """
    path = Path(path)
    lock: int | None = None
    while lock is None:
        try:
            lock = take_lock(path)
        except BlockingIOError:
            if waiting is not None:
                waiting(lock_holder(path))
                waiting = None
            time.sleep(WAIT_S)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)  # while it is locked: nobody else can hold it
        os.close(lock)


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
            f'{path.parent} is on a file system without locks ({error.strerror}): nothing keeps '
            'other processes out of it',
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


def lock_holder(path: Path) -> str:
    """Return which process holds a lock, as it wrote into the file."""
    for _ in range(20):  # it writes its name when it has the lock
        time.sleep(0.05)
        with suppress(OSError):
            if text := path.read_text(encoding='utf-8', errors='replace').strip():
                return text
    return f'which has not written its name into {path}'
