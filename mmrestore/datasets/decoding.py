"""Writing of decoded images to disk, by one process at a time."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock

from mmrestore.datasets.decoded_file import write_decoded
from mmrestore.datasets.decoded_folder import LOCK, DecodedImage, missing_images, prepare_folder
from mmrestore.datasets.image_file import read_image
from mmrestore.datasets.threads import in_threads
from mmrestore.locking import locked

PROGRESS_S = 60.0  # seconds between progress lines

Folders = tuple[Path, Path]  # image folder, folder of decoded images


def write_missing(
    wanted: Mapping[Folders, list[DecodedImage]],
    *,
    color: str,
    skips: bool,
    say: Callable[[str], None],
) -> None:
    """Decode images in threads, and write those that are missing or incomplete on disk.

    One process at a time writes into a folder. Other processes wait, and then write the remaining
    images.

    Args:
        wanted: decoded images by (image folder, folder of decoded images).
        color: color mode of decoding, ``'rgb'`` or ``'gray'``.
        skips: skip files that cannot be decoded.
        say: called with a line when waiting, and with a progress line each minute.

    Raises:
        OSError: a file cannot be written. The images of this call in that folder are removed,
            because a full disk would also prevent checkpoints.
        ValueError: a file cannot be decoded.
    """
    for folders in missing_images(wanted):
        root, folder = folders
        with locked(folder / LOCK, lambda holder: say(f'waiting for images of {holder}')):
            images = missing_images({folders: wanted[folders]}).get(folders, [])
            prepare_folder(folder, root, [os.path.basename(each.path) for each in images])
            progress = _Progress(len(images), say)

            def write(image: DecodedImage, progress: _Progress = progress) -> None:
                _write_one(image, color=color, skips=skips)
                progress.count()

            try:
                in_threads(write, images)
            except OSError:
                for each in images:
                    with suppress(OSError):
                        os.unlink(each.path)
                raise


def _write_one(image: DecodedImage, *, color: str, skips: bool) -> None:
    try:
        pixels = read_image(image.source, color=color)
    except ValueError:
        if skips:
            return
        raise
    write_decoded(image.path, pixels)


class _Progress:
    """Periodic progress lines."""

    def __init__(self, total: int, say: Callable[[str], None]) -> None:
        self.total, self.say = total, say
        self.done, self.said = 0, time.monotonic()
        self.lock = Lock()

    def count(self) -> None:
        """Count a finished image."""
        with self.lock:
            self.done += 1
            if time.monotonic() - self.said >= PROGRESS_S:
                self.said = time.monotonic()
                self.say(f'{self.done} of {self.total} images are decoded')
