"""Downloads: resumed, bounded in size, verified, and written atomically."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from mmrestore.apis.transfer import receive, say
from mmrestore.apis.web_request import TransferError, check_url


class DownloadError(OSError):
    """A file could not be downloaded, from any address."""


@dataclass(frozen=True)
class RemoteFile:
    """A file to download: URLs, size and hash as far as known.

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

    def identity(self, url: str | None = None) -> str:
        """Return 8 digits that differ for other files: of the hash, or of that of an address.

        Args:
            url: the address; the first one by default.
        """
        named = (url or self.urls[0]).encode()
        return (self.sha256 or hashlib.sha256(named).hexdigest())[:8]

    def problem(self, path: Path) -> str:
        """Describe how a file differs from its entry, or return the empty string."""
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
        say(f'another process downloads {target.name}: waiting for it')
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
    part = target.with_name(_part_name(target, file.identity(url)))
    while True:
        resumed = part.is_file()
        receive(url, part, file.size)
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


def _sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while block := file.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()
