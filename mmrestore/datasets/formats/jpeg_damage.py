"""Damage within the scans of a JPEG, of which the decoder only prints."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable

from mmrestore.datasets.formats.opencv import decode_with_opencv
from mmrestore.datasets.picture import Header

MARK = b'Corrupt JPEG data'
_redirected = threading.Lock()


def check_scans(data: bytes, header: Header) -> None:
    """Decode a JPEG and refuse it if libjpeg prints that its data are corrupt.

    OpenCV has no other way to tell. Files are decoded one at a time; what other threads print
    meanwhile is passed on.

    Raises:
        ValueError: the data are corrupt, or cannot be decoded.
    """
    printed = _printed_by(lambda: decode_with_opencv(data, header))
    lines = printed.splitlines(keepends=True)
    own = [line for line in lines if line.startswith(MARK)]
    others = b''.join(line for line in lines if not line.startswith(MARK))
    if others:
        os.write(2, others)
    if own:
        text = own[0].decode(errors='replace').strip().removeprefix(f'{MARK.decode()}: ')
        raise ValueError(f'it is damaged within: {text}')


def _printed_by(function: Callable[[], object]) -> bytes:
    """Call a function and return what is printed to the standard error of the process meanwhile."""
    with _redirected, tempfile.TemporaryFile() as file:
        try:
            kept = os.dup(2)
        except OSError:  # a process without standard error gets one that leads nowhere
            kept = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(file.fileno(), 2)
            try:
                function()
            finally:
                os.dup2(kept, 2)
        finally:
            os.close(kept)
        file.seek(0)
        return file.read()
