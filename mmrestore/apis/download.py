"""Files from the network: resumed, bounded in size, verified, and put in place whole."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from mmrestore.apis.transfer import Reply, TransferError, check_url, send_request

MAX_BYTES = 2 * 2**30  # of a file whose size is not stated
ATTEMPTS = 5  # at one address, before the next is tried
DELAY = 1.0  # seconds before the second attempt, then twice as long each time


class DownloadError(OSError):
    """A file could not be downloaded, from any address."""


@dataclass(frozen=True)
class RemoteFile:
    """A file in the network, and what is known of it.

    Args:
        urls: addresses, tried in their order.
        size: bytes; None if it is not known.
        sha256: its hash or the first digits of it, in small letters; None if it is not known.

    Raises:
        ValueError: an address is neither https nor on this machine.
    """

    urls: tuple[str, ...]
    size: int | None = None
    sha256: str | None = None

    def __post_init__(self) -> None:
        for url in self.urls:
            check_url(url)

    def problem(self, path: Path) -> str:
        """Say how a file differs from what is known, or return the empty string."""
        size = path.stat().st_size
        if self.size not in (None, size):
            return f'it has {size:,} bytes instead of {self.size:,}'
        if self.sha256 is not None:
            with open(path, 'rb') as file:
                found = _sha256(file)
            if not found.startswith(self.sha256):
                return f'its sha256 is {found} instead of {self.sha256}'
        return ''


def download(file: RemoteFile, target: Path, check: Callable[[Path], None]) -> None:
    """Download a file, unless it is there already; ``target`` is whole or not there.

    What was received before a failure stays beside ``target``, as ``*.part.*``. The next call
    completes it, and so does the next address if the hash is known, which tells mixtures. Processes
    that want the same file wait for each other.

    Args:
        file: what is wanted.
        target: where it is put; missing folders are made.
        check: called with the path of the complete file before it is put in place; a
            ``ValueError`` rejects the file.

    Raises:
        DownloadError: no address gives the file; the message says what is wrong with each.
        OSError: it cannot be written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with _alone(target):
        if target.is_file() and not file.problem(target):
            return
        errors = []
        for url in file.urls:
            try:
                part = _receive_verified(url, file, target, check)
            except TransferError as error:
                errors.append((url, error))
                continue
            os.replace(part, target)
            for left in target.parent.glob(_part_name(target, '*')):
                left.unlink(missing_ok=True)
            return
    raise DownloadError(_describe(errors, target))


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Hold a lock that only one process has."""
    lock = FileLock(f'{target}.lock')
    try:
        lock.acquire(timeout=0)
    except Timeout:
        _say(f'another process downloads {target.name}: waiting for it')
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _part_name(target: Path, identity: str) -> str:
    return f'{target.stem}.{identity}.part{target.suffix}'


def _receive_verified(
    url: str, file: RemoteFile, target: Path, check: Callable[[Path], None]
) -> Path:
    """Return the complete file beside ``target``, as it was received from one address."""
    identity = file.sha256 or hashlib.sha256(url.encode()).hexdigest()
    part = target.with_name(_part_name(target, identity[:8]))
    while True:
        resumed = part.is_file()
        _receive(url, part, file)
        problem = file.problem(part)
        try:
            if not problem:
                check(part)
                return part
        except ValueError as error:
            problem = str(error)
        part.unlink()
        if not resumed:
            raise TransferError(f'another file than expected: {problem}')


def _receive(url: str, part: Path, file: RemoteFile) -> None:
    """Complete ``part``, in several attempts if the connection breaks off."""
    for attempt in range(1, ATTEMPTS + 1):
        start = part.stat().st_size if part.is_file() else 0
        if start == file.size:
            return
        if start > (file.size or MAX_BYTES):
            part.unlink()
            start = 0
        try:
            _receive_rest(url, part, start, file.size)
            return
        except TransferError as error:
            if error.discard:
                part.unlink(missing_ok=True)
            if not error.again or attempt == ATTEMPTS:
                raise
            _say(f'{urlsplit(url).hostname}: {error}; trying again')
        time.sleep(DELAY * 2 ** (attempt - 1))


def _receive_rest(url: str, part: Path, start: int, size: int | None) -> None:
    """Send one request and append what comes; a server may also begin anew."""
    with send_request(url, start) as reply:
        if reply.start not in (0, start):
            text = 'the server sent another part than asked for'
            raise TransferError(text, again=True, discard=True)
        _check_announced(reply, size)
        limit = size or MAX_BYTES
        expected = size or reply.total
        received = reply.start
        _check_space(part, (expected or 0) - received)
        with open(part, 'r+b' if received else 'wb') as out:
            out.seek(received)
            out.truncate()
            progress = _Progress(urlsplit(url).hostname or '', expected)
            while block := reply.read():
                received += len(block)
                if received > limit:
                    raise TransferError(f'it goes on after {limit:,} bytes, where it must end')
                out.write(block)
                progress.show(received)
            progress.end()
            out.flush()
            os.fsync(out.fileno())
    if expected is not None and received < expected:
        text = f'the connection broke off after {received:,} of {expected:,} bytes'
        raise TransferError(text, again=True)


def _check_announced(reply: Reply, size: int | None) -> None:
    if reply.total is None:
        return
    if size is not None and reply.total != size:
        raise TransferError(f'the server has {reply.total:,} bytes instead of {size:,}')
    if reply.total > MAX_BYTES:
        raise TransferError(f'{reply.total:,} bytes are more than the {MAX_BYTES:,} allowed')


def _check_space(part: Path, needed: int) -> None:
    free = shutil.disk_usage(part.parent).free
    if free < needed:
        raise DownloadError(
            f'{needed / 1e6:.1f} MB are needed and {free / 1e6:.1f} MB free in {part.parent}'
        )


def _describe(errors: list[tuple[str, TransferError]], target: Path) -> str:
    if all(error.unreachable for _, error in errors):
        hosts = ', '.join(dict.fromkeys(urlsplit(url).hostname or url for url, _ in errors))
        return (
            f'{target.name} cannot be downloaded: no connection to {hosts} ({errors[-1][1]}). '
            'Check the network, set HTTPS_PROXY if there is a proxy, or download '
            f'{errors[0][0]} elsewhere and save it as {target}'
        )
    reasons = '; '.join(f'{url}: {error}' for url, error in errors)
    return f'{target.name} cannot be downloaded. {reasons}'


def _sha256(file) -> str:
    digest = hashlib.sha256()
    while block := file.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


class _Progress:
    """A line that counts, on a terminal."""

    def __init__(self, host: str, expected: int | None) -> None:
        self.host, self.expected = host, expected
        self.shown = 0.0 if sys.stderr.isatty() else float('inf')

    def show(self, received: int) -> None:
        now = time.monotonic()
        if now - self.shown > 0.2:
            self.shown = now
            of = f' of {self.expected / 1e6:.1f}' if self.expected else ''
            print(f'\r{self.host}: {received / 1e6:.1f}{of} MB', end='', file=sys.stderr)

    def end(self) -> None:
        if self.shown not in (0.0, float('inf')):
            print(file=sys.stderr)
