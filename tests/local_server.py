"""A web server on this machine whose files behave as badly as a test wants."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Behavior = Callable[['Handler', int], None]  # gets the position from which on bytes are asked for


class Handler(BaseHTTPRequestHandler):
    """Answers by the behaviors of the server; requests are recorded as ``/path`` or ``/path@N``."""

    server: LocalServer

    def do_GET(self) -> None:
        """Answer with the next behavior of the path; its last one stays."""
        found = re.fullmatch(r'bytes=(\d+)-', self.headers.get('Range', ''))
        start = int(found[1]) if found else 0
        self.server.requests.append(f'{self.path}@{start}' if found else self.path)
        behaviors = self.server.behaviors.get(self.path, [status(404)])
        behavior = behaviors.pop(0) if len(behaviors) > 1 else behaviors[0]
        with suppress(ConnectionError):  # clients hang up
            behavior(self, start)

    def do_CONNECT(self) -> None:
        """Refuse to be a proxy, but record what it was asked for."""
        self.server.requests.append(f'CONNECT {self.path}')
        self.send_error(403)

    def begin(self, code: int, headers: Mapping[str, object]) -> None:
        """Send a status and headers."""
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, str(value))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class LocalServer(ThreadingHTTPServer):
    """Serves behaviors by path, one after the other; what was asked for is in ``requests``."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(('127.0.0.1', 0), Handler)
        self.behaviors: dict[str, list[Behavior]] = {}
        self.requests: list[str] = []
        self.url = f'http://127.0.0.1:{self.server_port}'

    def add(self, path: str, *behaviors: Behavior) -> str:
        """Serve a file, and return its address."""
        self.behaviors[path] = list(behaviors)
        return self.url + path


@contextmanager
def running_server() -> Iterator[LocalServer]:
    """Yield a server that runs."""
    with LocalServer() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


def whole(content: bytes, *, stop: int | None = None, delay: float = 0) -> Behavior:
    """Send a file, from the byte that is asked for; break off before the byte ``stop``."""

    def answer(handler: Handler, start: int) -> None:
        time.sleep(delay)
        headers = {'Content-Length': len(content) - start}
        if start:
            headers['Content-Range'] = f'bytes {start}-{len(content) - 1}/{len(content)}'
        handler.begin(206 if start else 200, headers)
        handler.wfile.write(content[start:stop])

    return answer


def without_ranges(content: bytes, *, announced: int | None = None) -> Behavior:
    """Send a whole file whatever is asked for; -1 as ``announced`` length announces none."""

    def answer(handler: Handler, start: int) -> None:
        length = len(content) if announced is None else announced
        handler.begin(200, {'Content-Length': length} if length >= 0 else {})
        handler.wfile.write(content)

    return answer


def other_part(content: bytes, offset: int) -> Behavior:
    """Send another part than is asked for."""

    def answer(handler: Handler, start: int) -> None:
        begin = start + offset
        place = f'bytes {begin}-{len(content) - 1}/{len(content)}'
        handler.begin(206, {'Content-Length': len(content) - begin, 'Content-Range': place})
        handler.wfile.write(content[begin:])

    return answer


def status(code: int, **headers: str) -> Behavior:
    """Send a status; ``Location`` redirects."""
    return lambda handler, start: handler.begin(code, {'Content-Length': 0, **headers})


def silent(seconds: float) -> Behavior:
    """Send nothing."""
    return lambda handler, start: time.sleep(seconds)


def dripping(size: int, interval: float) -> Behavior:
    """Send a byte now and then."""

    def answer(handler: Handler, start: int) -> None:
        handler.begin(200, {'Content-Length': size})
        for _ in range(size):
            handler.wfile.write(b'x')
            handler.wfile.flush()
            time.sleep(interval)

    return answer
