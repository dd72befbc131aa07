"""Finding the images of a folder, and leaving out what is not meant."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable, Collection
from pathlib import Path
from typing import NamedTuple

from mmrestore.datasets.image_file import EXTENSIONS
from mmrestore.files import printable

# Thumbnails, bins and snapshots of Windows, macOS, Synology and QNAP, in lower case.
SYSTEM_FOLDERS = frozenset(
    (
        *('@eadir', '#recycle', '@recycle', '#snapshot', '@recently-snapshot', '$recycle.bin'),
        *('recycler', 'system volume information', '__macosx', 'lost+found'),
    )
)


def natural_key(name: str) -> tuple:
    """Return a sorting key that orders numbers in names by value, and is the same everywhere.

    Examples:
        >>> sorted(['b1.png', 'a10.png', 'a9.png'], key=natural_key)
        ['a9.png', 'a10.png', 'b1.png']
    """
    parts = re.split(r'([0-9]+)', name.casefold())
    return tuple(int(part) if i % 2 else part for i, part in enumerate(parts)), name


class Listing(NamedTuple):
    """What a folder holds, as names relative to it with ``/``, in natural order."""

    images: list[str]  # by their endings
    other_files: list[str]
    dangling: list[str]  # links without an ending, to a folder perhaps, that lead nowhere


def list_folder(
    root: str | Path, *, recursive: bool = True, extensions: Collection[str] = EXTENSIONS
) -> Listing:
    """Return the images and the other files below a folder.

    Links to folders are followed, but not back into a folder that the link is in. A link to an
    image that does not exist is listed, so that reading it fails. Hidden files and folders
    (``.name``), folders of file servers and operating systems (``SYSTEM_FOLDERS``), and pipes and
    devices are left out.

    Args:
        root: the folder.
        recursive: whether folders below it are searched.
        extensions: endings of images, in lower case.

    Raises:
        OSError: a folder cannot be read.
    """
    found = Listing([], [], [])
    todo: list[tuple[Path, str, frozenset]] = [(Path(root), '', frozenset())]
    while todo:
        folder, place, around = todo.pop()
        status = folder.stat()
        around |= {(status.st_dev, status.st_ino)}
        with os.scandir(folder) as entries:
            visible = [entry for entry in entries if not entry.name.startswith('.')]
        for entry in visible:
            name = place + entry.name
            suffix = os.path.splitext(entry.name)[1].lower()
            if _holds(entry.is_dir):
                status = entry.stat()
                is_back = (status.st_dev, status.st_ino) in around
                if recursive and not is_back and entry.name.lower() not in SYSTEM_FOLDERS:
                    todo.append((folder / entry.name, f'{name}/', around))
            elif _holds(entry.is_file) or (entry.is_symlink() and suffix in extensions):
                (found.images if suffix in extensions else found.other_files).append(name)
            elif entry.is_symlink() and suffix in ('', '.'):
                found.dangling.append(name)
    return Listing(*(sorted(names, key=natural_key) for names in found))


def _holds(test: Callable[[], bool]) -> bool:
    try:
        return test()
    except OSError:  # a link to itself
        return False


def find_images(root: str | Path, *, recursive: bool = True) -> list[str]:
    """Return the images below ``root``, as names relative to it with ``/``, in natural order.

    See :func:`list_folder` for what is passed over.

    Raises:
        ValueError: the folder is missing or holds no image.
    """
    root = Path(root)
    if not root.is_dir():
        raise ValueError(
            f'expected a folder of images, but there is no folder {printable(root)}: name yours in '
            'the config or leave this data set out (docs/data.md)'
        )
    images, _, dangling = list_folder(root, recursive=recursive)
    if dangling:
        warnings.warn(
            f'in {printable(root)}, {len(dangling)} links lead nowhere, such as '
            f'{printable(dangling[0])}: what they stood for is left out',
            stacklevel=2,
        )
    if not images:
        where = 'in or below' if recursive else 'directly in'
        raise ValueError(
            f'found no image {where} {printable(root)}: expected files that end in one of '
            f'{" ".join(sorted(EXTENSIONS))}'
        )
    return images
