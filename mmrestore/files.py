"""Atomic file writing, and paths as typed by users."""

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
LONGEST_NAME = 255  # bytes, on common file systems


def expand(path: str | Path) -> Path:
    """Expand a leading ``~`` or ``~user`` to the home folder, and match Unicode forms of names.

    ``~x`` is unchanged if no user x exists. If a name does not exist as spelled, but exactly one
    file has it in the other Unicode normalization form (NFC or NFD), that file is returned.

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
    """Return the cache folder for downloads, check results and decoded images.

    It is ``MMRESTORE_CACHE``, else ``mmrestore`` in ``XDG_CACHE_HOME`` or in ``~/.cache``. For a
    user without a home folder, as in some containers, it is a folder for temporary files.
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
    r"""Return a path, or a message with paths, as one printable line.

    Bytes that are not UTF-8, line breaks and other control characters are escaped.

    Examples:
        >>> printable(Path('a/été 1.png')), printable(os.fsdecode(b't\xe9\n.png'))
        ('a/été 1.png', 't\\xe9\\n.png')
    """
    return ''.join(c if c.isprintable() else _escaped(c) for c in str(text))


def _escaped(character: str) -> str:
    if '\udc80' <= character <= '\udcff':  # Python's representation of a byte that is not UTF-8
        return f'\\x{ord(character) - 0xDC00:02x}'
    return character.encode('unicode_escape').decode()


def escape_unprintable(stream: Any) -> None:
    r"""Make a text stream escape characters outside its encoding, such as ``\udce9``.

    File names may contain any bytes, and messages contain file names.
    """
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors='backslashreplace')


def shortened(stem: str, ending: str) -> str:
    """Return ``stem + ending`` as a file name of at most 255 bytes.

    A truncated stem ends in a checksum of the whole stem, so that different stems stay different.

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
    """Call ``write`` with a temporary binary file, and rename that file to ``path``.

    After an interruption, ``path`` has either its old or its complete new content. Missing folders
    are created. The temporary file lies in the same folder; its name is a checksum of the file name
    plus ``.writing``. If a process is killed, the next write of ``path`` replaces the remainder.

    Raises:
        OSError: the file cannot be written; the message has the reason of the operating system. The
            temporary file is removed.
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
        # torch.save wraps errors of the operating system in a RuntimeError.
        if isinstance(error, (OSError, RuntimeError)):
            raise OSError(f'{printable(path)} could not be written: {_reason(error)}') from error
        raise


def write_text(path: str | Path, text: str) -> None:
    """Write a text file atomically in UTF-8; undecodable bytes of file names are preserved."""
    write_atomically(path, lambda file: file.write(text.encode(errors='surrogateescape')))


def read_json(path: str | Path) -> dict:
    """Return the content of a JSON file; an empty dict if it is missing or damaged."""
    try:
        return json.loads(Path(path).read_text(encoding='utf-8'))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def _reason(error: BaseException) -> str:
    """Return the operating system's message, else the text of the error."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            place = f' ({printable(cause.filename)})' if cause.filename else ''
            return f'{cause.strerror}{place}'
        cause = cause.__cause__ or cause.__context__
    return str(error)
