"""Disk cache of decoded images: selection, location and writing."""

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

SHARE_OF_FREE = 0.5  # largest share of the free disk space that cache='auto' uses
REMEDY = (
    f'free disk space, choose a larger disk by cache_dir or {CACHE}, or set cache=False '
    '(docs/data.md)'
)


class Decoding(NamedTuple):
    """Files of a data set to decode.

    Attributes:
        dataset: name of the data set, for messages.
        files: image files by folder: paths mapped to names in the folder.
        headers: headers of the files by path.
        cache_dir: folder for decoded images; None for the cache folder.
        skips: skip files that cannot be decoded.
    """

    dataset: str
    files: Mapping[Path, Mapping[str, str]]
    headers: Mapping[str, Header]
    cache_dir: str | Path | None = None
    skips: bool = False


def load_from_disk(decoding: Decoding, load: Any) -> LoadDecoded:
    """Write missing decoded images to disk, and return the transform that loads them.

    Images are decoded in threads of one process, while other processes wait. If the process is
    killed, the next run continues.

    Args:
        decoding: files to decode.
        load: first transform of the pipeline.

    Raises:
        OSError: the disk has too little space or cannot be written. Images of this call are
            removed.
        ValueError: the first transform is not ``LoadImage``, or a file cannot be decoded.
    """
    if type(load) is not LoadImage:
        raise ValueError(
            "cache='disk' needs LoadImage as first transform of the pipeline, got "
            f'{type(load).__name__}'
        )
    images = _images(decoding, load.color)
    need, free = _bytes(missing_images(images)), _free(images)
    if need > free:
        raise OSError(
            f"cache='disk' of data set {decoding.dataset!r} needs {_text(need)} for decoded images "
            f'in {_place(images)}, where {_text(free)} are free: {REMEDY}'
        )
    _log(decoding, f"cache='disk': {_chosen(images, need, free)}")
    _write(decoding, images, load.color)
    return _loading(images, load.color)


def load_from_disk_if_room(decoding: Decoding, load: Any) -> Any:
    """Return ``load_from_disk`` if the disk has enough space, otherwise ``load``.

    Decoded images may use half of the free space. One log line states the choice and its reason.

    Args:
        decoding: files to decode.
        load: first transform of the pipeline.

    Raises:
        ValueError: a file cannot be decoded.
    """
    files = "cache='auto': files are decoded for each patch, because"
    if type(load) is not LoadImage:
        _log(decoding, f'{files} the pipeline does not begin with LoadImage')
        return load
    try:
        images = _images(decoding, load.color)
        need, free = _bytes(missing_images(images)), _free(images)
        if need > SHARE_OF_FREE * free:
            _log(
                decoding,
                f'{files} decoded images need {_text(need)}, more than half of the '
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
    """Return the required decoded images by (image folder, folder of decoded images)."""
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
    """Return the free bytes on the disk for decoded images."""
    place = _place(images)
    existing = next(folder for folder in (place, *place.parents) if folder.exists())
    return shutil.disk_usage(existing).free


def _chosen(images: Mapping[Any, list[DecodedImage]], need: int, free: int) -> str:
    total, place = _bytes(images), printable(_place(images))
    if not need:
        return f'decoded images are read from {place}; all {_text(total)} are present'
    return (
        f'decoded images are read from {place}; {_text(need)} of {_text(total)} are written '
        f'now, {_text(free)} are free'
    )


def _log(decoding: Decoding, text: str) -> None:
    print_log(f'data set {decoding.dataset!r}, {text}', logger='current')


def _text(size: float) -> str:
    return f'{size / 1e9:.1f} GB' if size >= 1e9 else f'{size / 1e6:.1f} MB'
