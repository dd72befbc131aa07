"""Transfer one URL into a file with retries and a size limit."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from mmrestore.apis.web_request import Reply, TransferError, send_request

MAX_BYTES = 2 * 2**30  # of a file whose size is not stated
ATTEMPTS = 20  # at one address
FRUITLESS = 3  # of them one after the other that bring no byte
DELAY = 1.0  # seconds before another attempt, twice as long after each that brought no byte


def receive(url: str, part: Path, size: int | None) -> None:
    """Complete a file from one address, in several attempts if the connection breaks off.

    Args:
        url: its address.
        part: the file; bytes that it holds are not asked for again.
        size: bytes of the whole, None if not known; then at most ``MAX_BYTES`` are received.

    Raises:
        TransferError: the whole cannot be had, or is of another size; what came stays in ``part``.
        OSError: the file cannot be written.
    """
    fruitless = 0
    for attempt in range(1, ATTEMPTS + 1):
        start = part.stat().st_size if part.is_file() else 0
        if start == size:
            return
        if start > (size or MAX_BYTES):
            part.unlink()
            start = 0
        try:
            _receive_rest(url, part, start, size)
            return
        except TransferError as error:
            if error.discard:
                part.unlink(missing_ok=True)
            grown = part.is_file() and part.stat().st_size > start
            fruitless = 0 if grown else fruitless + 1
            if not error.again or fruitless == FRUITLESS or attempt == ATTEMPTS:
                raise
            say(f'{urlsplit(url).hostname}: {error}; trying again')
        time.sleep(DELAY * 2**fruitless)


def _receive_rest(url: str, part: Path, start: int, size: int | None) -> None:
    """Send one request and append the response; a server may also start over."""
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
                    text = f'it goes on after {limit:,} bytes, where it must end'
                    raise TransferError(text, discard=True)
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
        raise OSError(
            f'{needed / 1e6:.1f} MB are needed and {free / 1e6:.1f} MB free in {part.parent}'
        )


def say(line: str) -> None:
    """Print a line on stderr."""
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
