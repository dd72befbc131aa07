"""Overlapping sub-images of large images, which decode faster."""

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
    """Return the start positions of sub-images of ``size`` along a side of ``length`` pixels.

    They are the multiples of ``step`` at which a sub-image fits, and the last possible position if
    more than ``threshold`` pixels remain.

    Raises:
        ValueError: the side is shorter than a sub-image.

    Examples:
        >>> starts(1404, 480, 240)
        [0, 240, 480, 720, 924]
    """
    if length < size:
        raise ValueError(f'a side of {length} pixels is shorter than a sub-image of {size}')
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
    """Cut each image of a folder into square sub-images ``NAME_s001.png``, row by row.

    The defaults are those of BasicSR for DIV2K. An existing ``target`` is only verified.

    Args:
        source: folder of the images.
        target: folder for the sub-images; it is created when all are written.
        size: side of a sub-image in pixels.
        step: stride between sub-images in pixels.
        threshold: largest number of pixels that may remain at the right and bottom.

    Returns:
        The number of sub-images.

    Raises:
        ValueError: an image is unreadable or smaller than a sub-image, or an existing ``target``
            has other contents.
    """
    source, target = Path(source), Path(target)
    names = find_images(source, recursive=False)
    sizes = in_threads(inspect_image, [source / name for name in names])
    small = [n for n, s in zip(names, sizes, strict=True) if min(s) < size]
    if small:
        raise ValueError(
            f'images in {source} are smaller than a sub-image of {size}: {", ".join(small)}'
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
                f'{target} exists, but {len(expected - found)} of {len(expected)} sub-images are '
                f'missing and {len(found - expected)} files are unexpected: move it away first'
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
