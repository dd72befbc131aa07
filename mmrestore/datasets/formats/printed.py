"""Detection of damage that C decoders only print."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar('Result')
_redirected = threading.Lock()


def refuse_printed(function: Callable[[], Result], complaint: str) -> Result:
    """Call a decoder, and refuse its result if it prints lines that begin with ``complaint``.

    The standard error of the process is redirected during the call; calls run one at a time. Other
    lines are passed on.

    Raises:
        ValueError: such a line was printed; the message contains the first one.
    """
    result, printed = _listen(function)
    lines = printed.decode(errors='replace').splitlines()
    found = [line for line in lines if line.startswith(complaint)]
    others = [line for line in lines if not line.startswith(complaint)]
    if others:
        os.write(2, '\n'.join([*others, '']).encode())
    if found:
        raise ValueError(f'it is damaged within its pixels: {found[0].strip()}')
    return result


def _listen(function: Callable[[], Result]) -> tuple[Result, bytes]:
    """Call a function; return its result and its output to the standard error."""
    with _redirected, tempfile.TemporaryFile() as file:
        try:
            kept = os.dup(2)
        except OSError:  # a process without standard error
            kept = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(file.fileno(), 2)
            try:
                result = function()
            finally:
                os.dup2(kept, 2)
        finally:
            os.close(kept)
        file.seek(0)
        return result, file.read()
