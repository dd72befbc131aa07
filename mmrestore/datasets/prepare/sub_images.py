"""Cutting large images into overlapping parts, so that a patch costs less to decode."""

from __future__ import annotations

from functools import partial
from itertools import product
from pathlib import Path

from mmrestore.datasets.folder_search import find_images
from mmrestore.datasets.image_file import inspect_image, read_image
from mmrestore.datasets.image_writer import write_image
from mmrestore.datasets.listing import without_suffix
from mmrestore.datasets.prepare.folders import appearing
from mmrestore.datasets.threads import in_threads


def starts(length: int, size: int, step: int, threshold: int = 0) -> list[int]:
    """Return where parts of ``size`` begin along a side of ``length`` pixels.

    They begin at every multiple of ``step`` at which a part fits; one more ends with the side if
    more than ``threshold`` pixels would be left over.

    Raises:
        ValueError: the side is shorter than a part.

    Examples:
        >>> starts(1404, 480, 240)
        [0, 240, 480, 720, 924]
    """
    if length < size:
        raise ValueError(f'a side of {length} pixels is shorter than a part of {size}')
    places = list(range(0, length - size + 1, step))
    if length - (places[-1] + size) > threshold:
        places.append(length - size)
    return places


def cut_sub_images(
    source: str | Path,
    target: str | Path,
    *,
    size: int = 480,
    step: int = 240,
    threshold: int = 0,
) -> int:
    """Cut every image of a folder into square parts ``NAME_s001.png``, row by row.

    The defaults are what BasicSR makes of DIV2K. If ``target`` is there already, it is verified
    that it holds these parts.

    Args:
        source: folder of the images.
        target: folder of the parts; it appears when all are written.
        size: side of a part in pixels.
        step: distance of neighboring parts in pixels.
        threshold: pixels that may be left over at the right and at the bottom.

    Returns:
        The number of parts.

    Raises:
        ValueError: an image is unreadable or smaller than a part, or an existing ``target`` does
            not hold these parts.
    """
    source, target = Path(source), Path(target)
    names = find_images(source, recursive=False)
    sizes = in_threads(inspect_image, [source / name for name in names])
    small = [n for n, s in zip(names, sizes, strict=True) if min(s) < size]
    if small:
        raise ValueError(
            f'images in {source} are smaller than a part of {size}: {", ".join(small)}'
        )
    grids = [
        list(product(*(starts(side, size, step, threshold) for side in image_size)))
        for image_size in sizes
    ]
    expected = {
        f'{without_suffix(name)}_s{i:03d}.png'
        for name, grid in zip(names, grids, strict=True)
        for i in range(1, len(grid) + 1)
    }
    if target.exists():
        found = {path.name for path in target.iterdir()}
        if found != expected:
            raise ValueError(
                f'{target} exists, but {len(expected - found)} of {len(expected)} parts are '
                f'missing and {len(found - expected)} are of something else: move it away first'
            )
        return len(expected)
    with appearing(target) as folder:
        cut = partial(_cut, source=source, folder=folder, size=size)
        in_threads(cut, list(zip(names, grids, strict=True)))
    return len(expected)


def _cut(item: tuple[str, list[tuple[int, int]]], *, source: Path, folder: Path, size: int) -> None:
    name, grid = item
    image = read_image(source / name)
    for i, (top, left) in enumerate(grid, start=1):
        path = folder / f'{without_suffix(name)}_s{i:03d}.png'
        write_image(path, image[top : top + size, left : left + size])
