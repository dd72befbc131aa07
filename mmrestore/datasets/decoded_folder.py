"""Folder of decoded images on disk, shared by all trainings with the same image folder."""

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

FORM = 1  # version of the images; increase it when results of ``read_image`` change
ENDING = '.npy'
LOCK = 'writing.lock'
ABOUT = 'about.txt'


class DecodedImage(NamedTuple):
    """Decoded image on disk.

    Attributes:
        source: image file.
        path: file with the decoded pixels.
        size: size in bytes of the complete file.
    """

    source: str
    path: str
    size: int


def decoded_folder(root: str | Path, cache_dir: str | Path | None = None) -> Path:
    """Return the folder for the decoded images of an image folder.

    Its name consists of the folder name and a checksum of the resolved path and the OpenCV version,
    because OpenCV decodes some formats. The folder can be removed safely.

    Args:
        root: folder of the images.
        cache_dir: parent folder; ``decoded`` in the cache folder if None.
    """
    place = os.path.realpath(root)
    name = re.sub(r'[^A-Za-z0-9_.]', '_', os.path.basename(place))[:60]
    within = cache_folder() / 'decoded' if cache_dir is None else expand(cache_dir).absolute()
    return within / f'{name}-{_digest((place, FORM, cv2.__version__), 8)}'


def entry_name(name: str, stamp: Stamp, color: str) -> str:
    """Return the file name of a decoded image; it changes when the image file changes.

    Args:
        name: name of the image in its folder.
        stamp: size and modification time of the image file.
        color: color mode of decoding, ``'rgb'`` or ``'gray'``.
    """
    return f'{_digest((name, color), 20)}-{_digest(tuple(stamp), 12)}{ENDING}'


def entry_sizes(folder: Path) -> dict[str, int]:
    """Return the sizes in bytes of the decoded images in a folder by name."""
    try:
        with os.scandir(folder) as entries:
            return {e.name: e.stat().st_size for e in entries if e.name.endswith(ENDING)}
    except OSError:
        return {}


def prepare_folder(folder: Path, root: str | Path, replaced: Iterable[str]) -> None:
    """Create the folder for decoded images with a description, and remove obsolete files.

    Obsolete are temporary files of killed processes, and decoded images of files that have changed.

    Args:
        folder: folder for decoded images, locked by the caller.
        root: folder of the images.
        replaced: names of the entries that will be written.

    Raises:
        OSError: a file cannot be written.
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
    """Return the decoded images that are missing or incomplete on disk.

    Args:
        wanted: decoded images by (image folder, folder of decoded images). The result omits folders
            without missing images.
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
