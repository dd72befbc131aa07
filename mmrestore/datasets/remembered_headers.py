"""Cache of headers of checked image files, keyed by file size and modification time."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import cv2
from mmengine.dist import is_main_process

from mmrestore.datasets.file_stamps import Stamp, file_stamps
from mmrestore.datasets.image_file import read_header
from mmrestore.datasets.picture import Header
from mmrestore.datasets.threads import in_threads
from mmrestore.files import cache_folder, write_text

FORM = 1  # version of the cache; increase it when the check of a file becomes stricter
MOST_FILES = 1_000_000  # cached files per folder
KINDS = [str, int, int, int, str, int, int]  # types of the fields of a header
NUM_VALUES = 3 + len(KINDS)  # also size, time and whether the file was decoded
TYPES = ('uint8', 'uint16', 'float32')


def checked_headers(paths: Sequence[str], *, decode: bool) -> list[Header | str]:
    """Return the headers of image files, or the reason why a file cannot be read.

    Headers of complete files are cached in ``checks`` of the cache folder. A file of the same name,
    size and modification time is not opened again. If the cache is missing, damaged, of another
    version or not writable, files are read.

    Args:
        paths: the files.
        decode: decode files of all formats, see ``read_header``. Files that were checked without
            decoding are read again.

    Examples:
        >>> checked_headers(['no such file.png'], decode=False)
        ['cannot read no such file.png: No such file or directory']
    """
    folder, names = _split(paths)
    place = _place(folder)
    memory = _load(place)
    stamps = file_stamps(paths)
    known = [
        _recall(memory.get(name), stamp, decode) for name, stamp in zip(names, stamps, strict=True)
    ]
    unknown = [path for path, header in zip(paths, known, strict=True) if header is None]
    if not unknown:
        return [header for header in known if header is not None]
    read = iter(in_threads(partial(_inspect, decode=decode), unknown))
    found = [next(read) if header is None else header for header in known]
    entries = {
        name: [*stamp, decode, *_fields(header)]
        for name, stamp, header, before in zip(names, stamps, found, known, strict=True)
        if before is None and stamp is not None and isinstance(header, Header)
    }
    if entries and is_main_process():
        rest = memory if len(memory) + len(entries) <= MOST_FILES else {}
        _save(place, folder, {**rest, **entries})
    return found


def _inspect(path: str, *, decode: bool) -> Header | str:
    try:
        return read_header(path, decode=decode)
    except ValueError as error:
        return str(error)


def _split(paths: Sequence[str]) -> tuple[str, list[str]]:
    """Return the common folder of all files, and their names in it."""
    ends = [min(paths), max(paths)] if paths else ['']
    folder = os.path.commonpath([os.path.dirname(path) for path in ends])
    return os.path.abspath(folder), [path[len(folder) :] for path in paths]


def _place(folder: str) -> Path:
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()
    return cache_folder() / 'checks' / f'{digest[:16]}.json'


def _version() -> list[Any]:
    return [FORM, cv2.__version__]


def _load(place: Path) -> Mapping[str, Any]:
    try:
        saved = json.loads(place.read_text(encoding='utf-8'))
        files = saved['files'] if saved['version'] == _version() else {}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}
    return files if isinstance(files, dict) else {}


def _save(place: Path, folder: str, files: Mapping[str, Any]) -> None:
    saved = {'version': _version(), 'folder': folder, 'files': files}
    with suppress(OSError):  # on a full or read-only disk, the next run reads the files again
        write_text(place, json.dumps(saved, separators=(',', ':')))


def _fields(header: Header) -> list[Any]:
    size = [header.format, header.height, header.width, header.channels]
    return [*size, header.dtype, header.bit_depth, header.orientation]


def _recall(entry: Any, stamp: Stamp | None, decode: bool) -> Header | None:
    """Return the header of a cache entry, or None if it is outdated or damaged."""
    if not isinstance(entry, list) or len(entry) != NUM_VALUES or stamp is None:
        return None
    size, time_ns, decoded, *fields = entry
    if (size, time_ns) != stamp or (decode and decoded is not True):
        return None
    try:
        return _header(*fields)
    except (TypeError, ValueError):
        return None


@lru_cache(maxsize=4096, typed=True)
def _header(*fields: Any) -> Header:
    """Return a header; equal headers share one object, because there may be 100,000."""
    if [type(value) for value in fields] != KINDS or fields[4] not in TYPES:
        raise ValueError('expected the fields of a header')
    return Header(*fields)
