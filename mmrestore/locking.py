"""File locks between processes."""

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
except ImportError:  # not available on Windows
    fcntl = None  # type: ignore[assignment]

ATTEMPTS = 100
WAIT_S = 0.2  # seconds between attempts


@contextmanager
def locked(path: str | Path, waiting: Callable[[str], None] | None = None) -> Iterator[None]:
    """Hold a file lock during a ``with`` block; wait until other processes have released it.

    The file and its folder are created, and the file is removed at the end. The operating system
    releases the lock of a killed process.

    Args:
        path: the lock file.
        waiting: called once with a description of the process that holds the lock, if it is held.

    Raises:
        OSError: the file cannot be created.
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
        path.unlink(missing_ok=True)  # still locked: no other process can hold it
        os.close(lock)


def take_lock(path: Path) -> int:
    """Create and lock a file, and write a description of this process into it.

    The lock belongs to this process, not to forked processes: data workers that survive a killed
    training do not hold it.

    Returns:
        The descriptor of the file; closing it releases the lock.

    Raises:
        BlockingIOError: another process holds the lock.
        OSError: the file cannot be created.
    """
    for _ in range(ATTEMPTS):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except FileNotFoundError:  # a run that has just ended removed the folder
            continue
        free = _lock(descriptor, path)
        # Otherwise a run that is just ending has removed the file.
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
    """Lock an open file; return False if another process holds the lock."""
    if fcntl is None:
        return True
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # the error depends on the system
        return False
    except OSError as error:
        warnings.warn(
            f'{path.parent} is on a file system without locks ({error.strerror}): other processes '
            'are not prevented from writing to it',
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
    """Return the description of the process that holds a lock, read from the file."""
    for _ in range(20):  # the process writes it after taking the lock
        time.sleep(0.05)
        with suppress(OSError):
            if text := path.read_text(encoding='utf-8', errors='replace').strip():
                return text
    return f'which has not written its name into {path}'
