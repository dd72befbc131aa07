"""Reading of data-set archives without unpacking."""

from __future__ import annotations

import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

Read = Callable[[str], bytes]
Plan = dict[str, dict[str, str]]  # data set: {path below its folder: file in the archive}
TARS = ('.tar', '.tgz', '.gz', '.bz2', '.xz')


@dataclass(frozen=True)
class Archive:
    """Archive with the plan to extract its data sets.

    Args:
        plan: function of all file names and of a reading function that returns the plan.
        benchmarks: names of the data sets in the archive.
        subsets: sizes of random subsets, written as list files next to a data set.
    """

    plan: Callable[[Iterable[str], Read], Plan]
    benchmarks: tuple[str, ...]
    subsets: Mapping[str, int] = field(default_factory=dict)


@contextmanager
def opened(source: Path, advice: str) -> Iterator[tuple[list[str], Read]]:
    """Open an archive or folder; yield its file names and a function that reads a file.

    Nothing is unpacked, so that unsafe paths in an archive are harmless. Names are in the order of
    the files in the archive, which is the fastest order for reading.

    Args:
        source: folder, zip file, or compressed or uncompressed tar file.
        advice: source of the archive, for errors.

    Raises:
        ValueError: the source is missing, damaged, or of an unsupported format.
    """
    if source.is_dir():
        files = sorted(p.relative_to(source).as_posix() for p in source.rglob('*') if p.is_file())
        yield files, lambda file: (source / file).read_bytes()
        return
    if not source.is_file():
        raise ValueError(f'there is neither a file nor a folder {source}: get it from {advice}')
    suffix = source.suffix.lower()
    if suffix != '.zip' and suffix not in TARS:
        raise ValueError(
            f'expected a folder, or a file with one of the extensions .zip {" ".join(TARS)}, got '
            f'{source}: unpack it and give the folder'
        )
    try:
        if suffix == '.zip':
            with zipfile.ZipFile(source) as archive:
                yield archive.namelist(), archive.read
        else:
            with tarfile.open(source) as tar:
                members = {member.name: member for member in tar if member.isfile()}
                yield list(members), lambda name: _content(tar.extractfile(members[name]))
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError) as error:
        why = (str(error) or type(error).__name__).splitlines()[0].rstrip(':')
        raise ValueError(f'{source} is damaged ({why}): get it again from {advice}') from error


def named(files: Iterable[str], pattern: str) -> dict[str, str]:
    """Return the files that match a pattern, keyed by its first group.

    Examples:
        >>> named(['a/1.png', 'b/2.png'], r'a/(.+)')
        {'1.png': 'a/1.png'}
    """
    matches = {file: re.fullmatch(pattern, file) for file in files}
    return {match[1]: file for file, match in matches.items() if match}


def _content(file: IO[bytes] | None) -> bytes:
    with cast(
        'IO[bytes]', file
    ) as opened_file:  # None is only returned for folders, which are excluded
        return opened_file.read()
