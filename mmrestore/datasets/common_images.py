"""Detection of images contained in two data sets, by content."""

from __future__ import annotations

import hashlib
import os
from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from itertools import chain

from mmrestore.datasets.file_stamps import CHUNK, file_stamps
from mmrestore.datasets.image_file import ImageSize, read_image
from mmrestore.datasets.threads import in_threads

SAMPLE = 4096  # bytes in the middle of a file that are compared first
MOST_PIXELS = 50_000_000  # limit of decoded pixels, about a second

Group = tuple[list[str], list[str]]  # candidate duplicates in both data sets


def common_images(
    known: Mapping[str, ImageSize], others: Mapping[str, ImageSize]
) -> dict[str, str]:
    """Map the files of ``others`` that duplicate an image of ``known`` to the file in ``known``.

    Files of equal length are compared by a part, then as a whole. Of the remaining files, those of
    equal height and width are compared by pixels, which finds copies in another lossless format; at
    most 50 megapixels are decoded. Resized, cropped or recompressed copies are not found.
    Unreadable files are ignored.

    Args:
        known: files of a data set with their image sizes.
        others: files of another data set with their image sizes.

    Examples:
        >>> import skimage
        >>> folder = f'{skimage.__path__[0]}/data'
        >>> cat, cup = {f'{folder}/chelsea.png': (300, 451)}, {f'{folder}/coffee.png': (400, 600)}
        >>> common_images({**cup, **cat}, cat) == {file: file for file in cat}
        True
    """
    files = list({**known, **others})
    stamps = dict(zip(files, file_stamps(files), strict=True))
    lengths = {file: stamp.size for file, stamp in stamps.items() if stamp is not None}
    groups: list[Group] = [(list(known), list(others))]
    for describe in (lengths.get, _middle, _whole):
        groups = _split(groups, describe)
    found = {other: same[0] for same, equal in groups for other in equal}
    sizes = {**known, **others}
    rest = [file for file in others if file not in found]
    groups = _affordable(_split([(list(known), rest)], sizes.get), sizes)
    for same, equal in _split(groups, _pixels):
        found.update(dict.fromkeys(equal, same[0]))
    return {file: found[file] for file in others if file in found}


def _split(groups: list[Group], describe: Callable[[str], Hashable]) -> list[Group]:
    """Split groups by a description of their files; drop groups without files of both data sets."""
    files = list(dict.fromkeys(file for group in groups for files in group for file in files))
    chunks = [files[start : start + CHUNK] for start in range(0, len(files), CHUNK)]
    answers = in_threads(lambda chunk: list(map(describe, chunk)), chunks)
    described = dict(zip(files, chain.from_iterable(answers), strict=True))
    result: list[Group] = []
    for group in groups:
        parts: dict[Hashable, Group] = defaultdict(lambda: ([], []))
        for side, files in enumerate(group):
            for file in files:
                if described[file] is not None:
                    parts[described[file]][side].append(file)
        result += [part for part in parts.values() if all(part)]
    return result


def _affordable(groups: list[Group], sizes: Mapping[str, ImageSize]) -> list[Group]:
    """Return the smallest groups whose total number of pixels is within the limit."""

    def pixels(group: Group) -> int:
        height, width = sizes[group[0][0]]
        return height * width * len({*group[0], *group[1]})

    left, result = MOST_PIXELS, []
    for group in sorted(groups, key=pixels):
        left -= pixels(group)
        if left >= 0:
            result.append(group)
    return result


def _middle(file: str) -> bytes | None:
    try:
        with open(file, 'rb', buffering=0) as opened:
            length = os.fstat(opened.fileno()).st_size
            opened.seek(max((length - SAMPLE) // 2, 0))
            return hashlib.sha256(opened.read(SAMPLE)).digest()
    except OSError:
        return None


def _whole(file: str) -> bytes | None:
    try:
        digest = hashlib.sha256()
        with open(file, 'rb') as opened:
            while block := opened.read(2**20):
                digest.update(block)
        return digest.digest()
    except OSError:
        return None


def _pixels(file: str) -> bytes | None:
    try:
        image = read_image(file)
    except (OSError, ValueError):
        return None
    return hashlib.sha256(f'{image.shape} {image.dtype}'.encode() + image.tobytes()).digest()
