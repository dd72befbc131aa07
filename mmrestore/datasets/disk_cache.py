"""Decoded images on disk in place of image files: whether, where, and writing them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from mmengine.logging import print_log

from mmrestore.datasets.decoded_file import decoded_size
from mmrestore.datasets.decoded_folder import (
    DecodedImage,
    decoded_folder,
    entry_name,
    missing_images,
)
from mmrestore.datasets.decoding import Folders, write_missing
from mmrestore.datasets.file_stamps import file_stamps
from mmrestore.datasets.load_decoded import LoadDecoded
from mmrestore.datasets.picture import Header
from mmrestore.datasets.transforms import LoadImage
from mmrestore.files import CACHE, printable

SHARE_OF_FREE = 0.5  # of a disk, that cache='auto' may take
REMEDY = f'free some, name a larger disk by cache_dir or {CACHE}, or set cache=False (docs/data.md)'


class Decoding(NamedTuple):
    """What of a data set is decoded.

    Attributes:
        dataset: name of the data set, for messages.
        files: the image files by their folder: their paths, and their names in it.
        headers: what is known of the files by their paths.
        cache_dir: where decoded images are kept; None for the cache folder.
        skips: whether files that cannot be decoded are left out.
    """

    dataset: str
    files: Mapping[Path, Mapping[str, str]]
    headers: Mapping[str, Header]
    cache_dir: str | Path | None = None
    skips: bool = False


def load_from_disk(decoding: Decoding, load: Any) -> LoadDecoded:
    """Return what loads decoded images from disk; those that are missing are written first.

    They are decoded in threads of one process, for which other processes wait. A run that was
    killed meanwhile is continued by the next.

    Args:
        decoding: what is decoded.
        load: the first transform of the pipeline.

    Raises:
        OSError: the disk has too little room or cannot be written. What was written now is removed.
        ValueError: the first transform is not ``LoadImage``, or a file cannot be decoded.
    """
    if type(load) is not LoadImage:
        raise ValueError("cache='disk' keeps what LoadImage loads: it must come first")
    images = _images(decoding, load.color)
    need, free = _bytes(missing_images(images)), _free(images)
    if need > free:
        raise OSError(
            f"cache='disk' of data set {decoding.dataset!r} writes {_text(need)} of decoded images "
            f'to {_place(images)}, where {_text(free)} are free: {REMEDY}'
        )
    _log(decoding, f"cache='disk': {_chosen(images, need, free)}")
    _write(decoding, images, load.color)
    return _loading(images, load.color)


def load_from_disk_if_room(decoding: Decoding, load: Any) -> Any:
    """Return ``load_from_disk`` where the disk has room enough, otherwise ``load``.

    Decoded images may take half of what is free. The log says in one line what was chosen and why.

    Args:
        decoding: what is decoded.
        load: the first transform of the pipeline.

    Raises:
        ValueError: a file cannot be decoded.
    """
    files = "cache='auto': files are decoded for every patch, because"
    if type(load) is not LoadImage:
        _log(decoding, f'{files} the pipeline does not begin with LoadImage')
        return load
    try:
        images = _images(decoding, load.color)
        need, free = _bytes(missing_images(images)), _free(images)
        if need > SHARE_OF_FREE * free:
            _log(
                decoding,
                f'{files} decoded images would take {_text(need)}, more than half of the '
                f'{_text(free)} free in {_place(images)}: {REMEDY}',
            )
            return load
        _log(decoding, f"cache='auto': {_chosen(images, need, free)}")
        _write(decoding, images, load.color)
    except OSError as error:
        _log(decoding, f'{files} {error}')
        return load
    return _loading(images, load.color)


def _images(decoding: Decoding, color: str) -> dict[Folders, list[DecodedImage]]:
    """Return the decoded images that are wanted, by the folder of the files and their own."""
    found = {}
    for root, names in decoding.files.items():
        folder = decoded_folder(root, decoding.cache_dir)
        found[root, folder] = [
            DecodedImage(
                path,
                f'{folder}/{entry_name(name, stamp, color)}',
                _decoded_size(decoding.headers[path], color),
            )
            for (path, name), stamp in zip(names.items(), file_stamps(list(names)), strict=True)
            if stamp is not None and path in decoding.headers
        ]
    return found


def _decoded_size(header: Header, color: str) -> int:
    return decoded_size((*header.size, 1 if color == 'gray' else 3), header.dtype)


def _write(decoding: Decoding, images: Mapping[Folders, list[DecodedImage]], color: str) -> None:
    say = partial(_log, decoding)
    write_missing(images, color=color, skips=decoding.skips, say=say)


def _loading(images: Mapping[Any, list[DecodedImage]], color: str) -> LoadDecoded:
    paths = {each.source: each.path for of_folder in images.values() for each in of_folder}
    return LoadDecoded(paths, color=color)


def _bytes(images: Mapping[Any, list[DecodedImage]]) -> int:
    return sum(each.size for of_folder in images.values() for each in of_folder)


def _place(images: Mapping[Folders, Any]) -> Path:
    return next(iter(images))[1].parent


def _free(images: Mapping[Folders, Any]) -> int:
    """Return the bytes that are free where decoded images lie or will lie."""
    place = _place(images)
    existing = next(folder for folder in (place, *place.parents) if folder.exists())
    return shutil.disk_usage(existing).free


def _chosen(images: Mapping[Any, list[DecodedImage]], need: int, free: int) -> str:
    total, place = _bytes(images), printable(_place(images))
    if not need:
        return f'decoded images are read from {place}, {_text(total)}, all there already'
    return (
        f'decoded images are read from {place}; {_text(need)} of {_text(total)} are written there '
        f'now, {_text(free)} are free'
    )


def _log(decoding: Decoding, text: str) -> None:
    print_log(f'data set {decoding.dataset!r}, {text}', logger='current')


def _text(size: float) -> str:
    return f'{size / 1e9:.1f} GB' if size >= 1e9 else f'{size / 1e6:.1f} MB'
