"""Files that are written whole or not at all, and paths as people type them."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tempfile
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

TEMPORARY = '.writing'
CACHE = 'MMRESTORE_CACHE'
LONGEST_NAME = 255  # bytes, on the usual file systems


def expand(path: str | Path) -> Path:
    """Return ``path`` with a home folder in place of a leading ``~`` or ``~user``.

    A name such as ``~x`` stays as it is if there is no such user. Where nothing has a name as it is
    spelled, but one thing has it in the other Unicode form of its accents, it is that one.

    Examples:
        >>> expand('~/images') == Path.home() / 'images'
        True
        >>> str(expand('~no such user/images')), str(expand('images/~'))
        ('~no such user/images', 'images/~')
    """
    path = Path(os.path.expanduser(path))
    if str(path).isascii() or os.path.lexists(path):
        return path
    found = Path(path.anchor)
    for part in path.relative_to(path.anchor).parts:
        found = found / (part if os.path.lexists(found / part) else _other_form(found, part))
    return found


def _other_form(folder: Path, name: str) -> str:
    wanted = unicodedata.normalize('NFC', name)
    try:
        names = [n for n in os.listdir(folder) if unicodedata.normalize('NFC', n) == wanted]
    except OSError:
        return name
    return names[0] if len(names) == 1 else name


def cache_folder() -> Path:
    """Return the folder of what is kept for later runs: downloads, checks, decoded images.

    It is ``MMRESTORE_CACHE``, else ``mmrestore`` in ``XDG_CACHE_HOME`` or in ``~/.cache``. A user
    without a home folder, as in some containers, has a folder among the temporary files.
    """
    own, cache = os.environ.get(CACHE), os.environ.get('XDG_CACHE_HOME', '')
    if own:
        return expand(own).absolute()
    if os.path.isabs(cache):
        return Path(cache) / 'mmrestore'
    try:
        return Path.home() / '.cache' / 'mmrestore'
    except RuntimeError:
        return Path(tempfile.gettempdir()) / f'mmrestore-{os.getuid()}'


def printable(text: str | Path) -> str:
    r"""Return a path, or a message with paths in it, as one line for any terminal and log.

    Bytes that are not UTF-8, line breaks and other control characters are escaped.

    Examples:
        >>> printable(Path('a/été 1.png')), printable(os.fsdecode(b't\xe9\n.png'))
        ('a/été 1.png', 't\\xe9\\n.png')
    """
    return ''.join(c if c.isprintable() else _escaped(c) for c in str(text))


def _escaped(character: str) -> str:
    if '\udc80' <= character <= '\udcff':  # how Python keeps a byte that is not UTF-8
        return f'\\x{ord(character) - 0xDC00:02x}'
    return character.encode('unicode_escape').decode()


def escape_unprintable(stream: Any) -> None:
    r"""Make a text stream write characters that its encoding lacks as ``\udce9``, not raise.

    Names of files may hold any bytes, and messages name files.
    """
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors='backslashreplace')


def shortened(stem: str, ending: str) -> str:
    """Return ``stem + ending`` as the name of a file, cut to 255 bytes.

    A stem that is cut ends in a checksum of all of it, so that different stems stay different.

    Examples:
        >>> shortened('kodim01', '_2.png')
        'kodim01_2.png'
        >>> name = shortened('x' * 251, '_2.png')
        >>> len(name), name[-16:]
        (255, 'x~90d738c3_2.png')
    """
    room = LONGEST_NAME - len(os.fsencode(ending))
    if len(os.fsencode(stem)) <= room:
        return stem + ending
    checksum = f'~{_digest(stem)[:8]}'
    while len(os.fsencode(stem)) > room - len(checksum):
        stem = stem[:-1]
    return f'{stem}{checksum}{ending}'


def _digest(name: str) -> str:
    return hashlib.sha256(os.fsencode(name)).hexdigest()


def write_atomically(path: str | Path, write: Callable[[Any], None]) -> None:
    """Call ``write`` with a binary file beside ``path``, then put that file in its place.

    Whatever happens, ``path`` is what it was or wholly new. Missing folders are made. The file
    beside it is called by a checksum of the name and ``.writing``: it fits where the name does, and
    the next writing of ``path`` replaces what a killed process left.

    Raises:
        OSError: the file cannot be written; the message gives the reason of the system, and nothing
            is left behind.
    """
    path = Path(path)
    beside = path.with_name(f'{_digest(path.name)[:16]}{TEMPORARY}')
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
            raise OSError(f'{printable(path)} could not be written: {_reason(error)}') from error
        raise


def write_text(path: str | Path, text: str) -> None:
    """Write a small text file atomically, in UTF-8; names of files keep their bytes."""
    write_atomically(path, lambda file: file.write(text.encode(errors='surrogateescape')))


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
            place = f' ({printable(cause.filename)})' if cause.filename else ''
            return f'{cause.strerror}{place}'
        cause = cause.__cause__ or cause.__context__
    return str(error)
