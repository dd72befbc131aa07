"""Search for the images in a folder, without hidden and system files."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Callable, Collection
from pathlib import Path
from typing import NamedTuple

from mmrestore.datasets.image_file import EXTENSIONS
from mmrestore.files import printable

# Folders for thumbnails, trash and snapshots of Windows, macOS, Synology and QNAP, in lower case.
SYSTEM_FOLDERS = frozenset(
    (
        *('@eadir', '#recycle', '@recycle', '#snapshot', '@recently-snapshot', '$recycle.bin'),
        *('recycler', 'system volume information', '__macosx', 'lost+found'),
    )
)


def natural_key(name: str) -> tuple:
    """Return a sorting key that orders numbers in names by value, independent of the system.

    Examples:
        >>> sorted(['b1.png', 'a10.png', 'a9.png'], key=natural_key)
        ['a9.png', 'a10.png', 'b1.png']
    """
    parts = re.split(r'([0-9]+)', name.casefold())
    return tuple(int(part) if i % 2 else part for i, part in enumerate(parts)), name


class Listing(NamedTuple):
    """Files in a folder, as relative names with ``/``, in natural order."""

    images: list[str]  # recognized by file extension
    other_files: list[str]
    dangling: list[str]  # broken links without extension, which may have pointed to folders


def list_folder(
    root: str | Path, *, recursive: bool = True, extensions: Collection[str] = EXTENSIONS
) -> Listing:
    """List the images and other files below a folder.

    Links to folders are followed, except links to a parent folder. A broken link with the extension
    of an image is listed, so that reading it fails. Hidden files and folders (``.name``), folders
    of file servers and operating systems (``SYSTEM_FOLDERS``), pipes and devices are skipped.

    Args:
        root: the folder.
        recursive: also search subfolders.
        extensions: file extensions of images, in lower case.

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
    """Return the images below ``root``, as relative names with ``/``, in natural order.

    See :func:`list_folder` for skipped files.

    Raises:
        ValueError: the folder is missing or contains no image.
    """
    root = Path(root)
    if not root.is_dir():
        raise ValueError(
            f'expected a folder of images, but there is no folder {printable(root)}: check '
            'the path, or remove the data set from the config (docs/data.md)'
        )
    images, _, dangling = list_folder(root, recursive=recursive)
    if dangling:
        warnings.warn(
            f'in {printable(root)}, {len(dangling)} links are broken, such as '
            f'{printable(dangling[0])}: their files are missing in the data set',
            stacklevel=2,
        )
    if not images:
        where = 'in or below' if recursive else 'directly in'
        raise ValueError(
            f'found no image {where} {printable(root)}: expected files with one of the extensions '
            f'{" ".join(sorted(EXTENSIONS))}'
        )
    return images
