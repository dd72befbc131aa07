"""One HTTPS request for a file or the rest of it, with proxy, timeouts and safe redirects."""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from ipaddress import ip_address
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from mmrestore.version import __version__

TIMEOUT = 30.0  # seconds to connect and for every wait
MIN_RATE = 1024  # bytes a second, on average over TIMEOUT
BLOCK = 1 << 18


class TransferError(Exception):
    """Error of a transfer from one address.

    Args:
        text: said to the user.
        again: whether another attempt at the same address may do better.
        discard: whether the next attempt must begin at the first byte.
        unreachable: whether no connection could be made at all.
    """

    def __init__(
        self, text: str, *, again: bool = False, discard: bool = False, unreachable: bool = False
    ) -> None:
        super().__init__(' '.join(text.split()))
        self.again = again
        self.discard = discard
        self.unreachable = unreachable


@dataclass
class Reply:
    """Response of a server.

    Args:
        start: position of its first byte in the file.
        total: bytes of the whole file, None if the server does not say.
        read: returns the next bytes, none at the end.
    """

    start: int
    total: int | None
    read: Callable[[], bytes]


def check_url(url: str) -> None:
    """Check that an address is https, or http on this machine itself.

    Raises:
        ValueError: it is not.

    Examples:
        >>> check_url('https://example.org/a.pth')
        >>> check_url('http://127.0.0.1:8000/a.pth')
        >>> check_url('http://example.org/a.pth')
        Traceback (most recent call last):
        ValueError: expected an address that begins with https://, got http://example.org/a.pth
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError as error:
        raise ValueError(f'{url} is no address: {error}') from error
    safe = parts.scheme == 'https' or (parts.scheme == 'http' and _is_loopback(host or ''))
    if not (host and safe and url.isascii() and url.isprintable() and ' ' not in url):
        raise ValueError(f'expected an address that begins with https://, got {url}')


@contextmanager
def send_request(url: str, start: int = 0) -> Iterator[Reply]:
    """Ask for a file from the byte ``start`` on, and yield the reply.

    Proxies are those of the environment, except for addresses on this machine.

    Raises:
        TransferError: there is no connection, the server refuses, redirects to an address that is
            not safe, or is too slow; also while the reply is read.
    """
    headers = {'User-Agent': f'mmrestore/{__version__}', 'Accept-Encoding': 'identity'}
    if start:
        headers['Range'] = f'bytes={start}-'
    proxies: dict[str, str] | None = {} if _is_loopback(urlsplit(url).hostname or '') else None
    opener = build_opener(ProxyHandler(proxies), _SafeRedirects)
    response = _attempt(lambda: opener.open(Request(url, headers=headers), timeout=TIMEOUT))
    with response:
        begin, total = _extent(response)
        yield Reply(begin, total, _timed_reader(response))


def _is_loopback(host: str) -> bool:
    try:
        return host == 'localhost' or ip_address(host).is_loopback
    except ValueError:  # a name
        return False


class _SafeRedirects(HTTPRedirectHandler):
    """Follows redirects to https only, and from this machine to itself."""

    def redirect_request(
        self, req: Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> Request | None:
        """Return the next request.

        Raises:
            TransferError: its address is not safe.
        """
        try:
            check_url(newurl)
            safe = newurl.startswith('https:') or req.full_url.startswith('http:')
        except ValueError:
            safe = False
        if not safe:
            raise TransferError(f'it redirects to {newurl}, which is not https')
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _extent(response: HTTPResponse) -> tuple[int, int | None]:
    """Return the position of the first byte that is sent, and the bytes of the whole file."""
    if response.status == 206:
        found = re.fullmatch(
            r'bytes (\d+)-\d+/(\d+|\*)', response.headers.get('Content-Range', '').strip()
        )
        if not found:
            text = 'the server sends a part of the file and does not say which'
            raise TransferError(text, again=True, discard=True)
        return int(found[1]), None if found[2] == '*' else int(found[2])
    return 0, response.length


def _timed_reader(response: HTTPResponse) -> Callable[[], bytes]:
    """Return a function that reads on, and gives up when little comes for long."""
    begun, received = time.monotonic(), 0

    def read() -> bytes:
        nonlocal begun, received
        block = _attempt(lambda: response.read1(BLOCK))
        received += len(block)
        passed = time.monotonic() - begun
        if block and passed > TIMEOUT:
            if received < MIN_RATE * passed:
                raise TransferError('the server is too slow', again=True)
            begun, received = time.monotonic(), 0
        return block

    return read


def _attempt(call: Callable[[], Any]) -> Any:
    """Return what a network call returns.

    Raises:
        TransferError: it fails.
    """
    try:
        return call()
    except HTTPError as error:
        error.close()
        again, discard = error.code in (408, 429) or error.code >= 500, error.code == 416
        raise TransferError(
            f'{error.code} {error.reason}', again=again or discard, discard=discard
        ) from error
    except URLError as error:
        slow = isinstance(error.reason, TimeoutError)
        broken = isinstance(error.reason, ConnectionResetError)
        known = not isinstance(error.reason, (str, ssl.SSLError))
        raise TransferError(
            'no answer in time' if slow else _reason(error.reason),
            again=slow or broken,
            unreachable=known and not broken,
        ) from error
    except TimeoutError as error:
        raise TransferError('no answer in time', again=True) from error
    except (OSError, HTTPException, ValueError) as error:
        raise TransferError(f'the connection failed: {_reason(error)}', again=True) from error


def _reason(error: BaseException | str) -> str:
    # Errors of the system have the reason by itself, those of urllib only as their text.
    text = getattr(error, 'strerror', None) or str(error)
    return text if text.strip() else type(error).__name__
