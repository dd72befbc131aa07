"""Archives of data sets, read like the folders that they unpack to."""

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
Plan = dict[str, dict[str, str]]  # data set: {place below its folder: file of the archive}
TARS = ('.tar', '.tgz', '.gz', '.bz2', '.xz')


@dataclass(frozen=True)
class Archive:
    """How an archive becomes data sets.

    Args:
        plan: from the names of all files and a function that reads one, what goes where.
        benchmarks: names of the data sets that it holds.
        subsets: sizes of random subsets that are written as list files beside a data set.
    """

    plan: Callable[[Iterable[str], Read], Plan]
    benchmarks: tuple[str, ...]
    subsets: Mapping[str, int] = field(default_factory=dict)


@contextmanager
def opened(source: Path, advice: str) -> Iterator[tuple[list[str], Read]]:
    """Give the names of all files of an archive or folder, and a function that reads one.

    Nothing is unpacked, so that names which point out of the archive do no harm. The names of an
    archive are in the order in which the files lie in it, the order in which they are read fastest.

    Args:
        source: a folder, a zip file, or a tar file, compressed or not.
        advice: where the archive is to be had, for errors.

    Raises:
        ValueError: the source is missing, damaged, or of a form that cannot be read.
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
            f'expected a folder, or a file that ends in .zip or one of {" ".join(TARS)}, got '
            f'{source}: unpack it and name the folder'
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
    """Return the files that fit a pattern, by what its first group stands for.

    Examples:
        >>> named(['a/1.png', 'b/2.png'], r'a/(.+)')
        {'1.png': 'a/1.png'}
    """
    matches = {file: re.fullmatch(pattern, file) for file in files}
    return {match[1]: file for file, match in matches.items() if match}


def _content(file: IO[bytes] | None) -> bytes:
    with cast('IO[bytes]', file) as opened_file:  # None stands for folders, which are left out
        return opened_file.read()
