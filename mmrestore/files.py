"""Files that are written whole or not at all, and paths as people type them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

TEMPORARY = '.writing'


def expand(path: str | Path) -> Path:
    """Return ``path`` with a home folder in place of a leading ``~`` or ``~user``.

    A name such as ``~x`` stays as it is if there is no such user.

    Examples:
        >>> expand('~/images') == Path.home() / 'images'
        True
        >>> str(expand('~no such user/images')), str(expand('images/~'))
        ('~no such user/images', 'images/~')
    """
    return Path(os.path.expanduser(path))


def write_atomically(path: str | Path, write: Callable[[Any], None]) -> None:
    """Call ``write`` with a binary file beside ``path``, then put that file in its place.

    Whatever happens, ``path`` is what it was or wholly new. Missing folders are made.

    Raises:
        OSError: the file cannot be written; the message gives the reason of the system, and nothing
            is left behind.
    """
    path = Path(path)
    beside = path.with_name(f'{path.name}{TEMPORARY}')
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(beside, 'wb') as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException as error:
        with suppress(OSError):
            beside.unlink()
        # torch.save wraps what the operating system says in a RuntimeError.
        if isinstance(error, (OSError, RuntimeError)):
            raise OSError(f'{path} could not be written: {_reason(error)}') from error
        raise


def write_text(path: str | Path, text: str) -> None:
    """Write a small text file atomically, in UTF-8."""
    write_atomically(path, lambda file: file.write(text.encode()))


def read_json(path: str | Path) -> dict:
    """Return what a JSON file holds, an empty dict where there is none or it is damaged."""
    try:
        return json.loads(Path(path).read_text(encoding='utf-8'))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def _reason(error: BaseException) -> str:
    """Return what the operating system said, or the error itself where it said nothing."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            place = f' ({cause.filename})' if cause.filename else ''
            return f'{cause.strerror}{place}'
        cause = cause.__cause__ or cause.__context__
    return str(error)
