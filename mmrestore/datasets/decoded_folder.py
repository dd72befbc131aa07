"""The decoded images of a folder on disk, shared by all trainings that read it."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import cv2

from mmrestore.datasets.file_stamps import Stamp
from mmrestore.files import TEMPORARY, cache_folder, expand, printable, write_text

FORM = 1  # of the images; raise it when ``read_image`` gives other values than before
ENDING = '.npy'
LOCK = 'writing.lock'
ABOUT = 'about.txt'


class DecodedImage(NamedTuple):
    """A decoded image on disk.

    Attributes:
        source: the image file.
        path: the file with its pixels.
        size: bytes that it has when it is whole.
    """

    source: str
    path: str
    size: int


def decoded_folder(root: str | Path, cache_dir: str | Path | None = None) -> Path:
    """Return the folder of the decoded images of a folder.

    It is called by the name of the folder and a checksum of its real place and of the version of
    OpenCV, which decodes some formats. Removing it is safe.

    Args:
        root: folder of the images.
        cache_dir: what it lies in, by default ``decoded`` in the cache folder.
    """
    place = os.path.realpath(root)
    name = re.sub(r'[^A-Za-z0-9_.]', '_', os.path.basename(place))[:60]
    within = cache_folder() / 'decoded' if cache_dir is None else expand(cache_dir).absolute()
    return within / f'{name}-{_digest((place, FORM, cv2.__version__), 8)}'


def entry_name(name: str, stamp: Stamp, color: str) -> str:
    """Return the name of a decoded image: another one after the file has changed.

    Args:
        name: name of the image in its folder.
        stamp: size and time of the image file.
        color: in which it is decoded, ``'rgb'`` or ``'gray'``.
    """
    return f'{_digest((name, color), 20)}-{_digest(tuple(stamp), 12)}{ENDING}'


def entry_sizes(folder: Path) -> dict[str, int]:
    """Return the names of the decoded images in a folder, and their sizes in bytes."""
    try:
        with os.scandir(folder) as entries:
            return {e.name: e.stat().st_size for e in entries if e.name.endswith(ENDING)}
    except OSError:
        return {}


def prepare_folder(folder: Path, root: str | Path, replaced: Iterable[str]) -> None:
    """Make the folder of decoded images, say what it is, and remove what is of no use.

    That is what a killed process was just writing, and the images of files that have changed since.

    Args:
        folder: the folder; its lock is held.
        root: folder of the images.
        replaced: names of the entries that are going to be written.

    Raises:
        OSError: something cannot be written.
    """
    about = f'Decoded images of {printable(os.path.realpath(root))}. This folder can be removed.\n'
    write_text(folder / ABOUT, about)
    written = {name.split('-')[0]: name for name in replaced}
    for name in os.listdir(folder):
        is_old = name.endswith(ENDING) and written.get(name.split('-')[0], name) != name
        if is_old or name.endswith(TEMPORARY):
            with suppress(OSError):
                os.unlink(folder / name)


def missing_images(
    wanted: Mapping[tuple[Path, Path], list[DecodedImage]],
) -> dict[tuple[Path, Path], list[DecodedImage]]:
    """Return the decoded images that are not whole on disk.

    Args:
        wanted: images by the folder of their files and their own; folders where nothing is missing
            are not in the result.
    """
    missing = {}
    for folders, images in wanted.items():
        found = entry_sizes(folders[1])
        absent = [each for each in images if found.get(os.path.basename(each.path)) != each.size]
        if absent:
            missing[folders] = absent
    return missing


def _digest(value: object, digits: int) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()[:digits]
