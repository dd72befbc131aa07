"""Tiles of the noisy photographs of SIDD Medium."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import product
from pathlib import Path

from mmrestore.datasets.image_file import decode_image
from mmrestore.datasets.image_writer import write_image
from mmrestore.datasets.prepare.archives import opened
from mmrestore.datasets.prepare.folders import appearing
from mmrestore.datasets.prepare.sub_images import starts

NUM_IMAGES = 320  # 160 scene instances with two noisy photographs each
SOURCE = 'https://abdokamel.github.io/sidd/ (SIDD-Medium Dataset, sRGB images only)'
PLACE = 'SIDD_Medium/noisy_tiles'


def noisy_images(files: Iterable[str]) -> dict[str, str]:
    """Return the files of the noisy sRGB photographs by tile name.

    Examples:
        >>> scene = 'SIDD_Medium_Srgb/Data/0001_001_S6_00100_00060_3200_L'
        >>> noisy_images([f'{scene}/0001_GT_SRGB_010.PNG', f'{scene}/0001_NOISY_SRGB_010.PNG'])
        {'0001_001_S6_00100_00060_3200_L_010': 'SIDD_Medium_Srgb/Data/0001_001_S6_00100_00060_3200_L/0001_NOISY_SRGB_010.PNG'}
    """  # noqa: E501
    rule = re.compile(r'(?:.*/)?([\w-]+)/\d+_NOISY_SRGB_(\d+)\.png', re.IGNORECASE)
    matches = {file: rule.fullmatch(file) for file in files}
    return {f'{match[1]}_{match[2]}': file for file, match in sorted(matches.items()) if match}


def cut_sidd_medium(
    source: str | Path,
    root: str | Path,
    *,
    size: int = 512,
    overlap: int = 128,
    num_images: int | None = NUM_IMAGES,
    report: Callable[[str], None] = print,
) -> int:
    """Cut the noisy photographs of SIDD Medium into square tiles ``SCENE_PHOTOGRAPH_s001.png``.

    Only files with ``NOISY_SRGB`` in their names are opened. Tiles are numbered row by row, with a
    stride of ``size - overlap`` pixels and a last tile flush with the border: about 33,000 in
    total. The folder is created when all tiles are written, and is never overwritten.

    Source: the tiles on which AP-BSN trains (Lee, Son and Lee, CVPR 2022), 512 x 512 with an
    overlap of 128.

    Args:
        source: folder ``SIDD_Medium_Srgb``, or its archive.
        root: data root; tiles are written to ``SIDD_Medium/noisy_tiles`` below it.
        size: side of a tile in pixels.
        overlap: overlap of neighboring tiles in pixels.
        num_images: expected number of photographs; any number if None.
        report: called with a line of text at the end.

    Returns:
        The number of tiles.

    Raises:
        ValueError: the source is missing or damaged, the number of photographs differs, one is
            smaller than a tile, or ``overlap`` is not below ``size``.
    """
    if not 0 <= overlap < size:
        raise ValueError(f'overlap must be at least 0 and below size={size}, got {overlap}')
    target = Path(root, PLACE)
    if target.exists():
        num = sum(1 for _ in target.glob('*.png'))
        report(f'{target}: {num} tiles already exist, nothing is changed')
        return num
    num_tiles = 0
    with opened(Path(source), SOURCE) as (files, read):
        images = noisy_images(files)
        if not images or (num_images is not None and len(images) != num_images):
            wanted = 'noisy photographs' if num_images is None else f'{num_images} of them'
            raise ValueError(
                f'{source} contains {len(images)} photographs SCENE/NNNN_NOISY_SRGB_NNN.PNG, '
                f'expected {wanted}: get them from {SOURCE}'
            )
        with appearing(target) as folder:
            for name, file in images.items():
                num_tiles += _cut(read(file), file, folder / name, size, size - overlap)
    report(f'{target}: {num_tiles} tiles of {len(images)} photographs')
    return num_tiles


def _cut(encoded: bytes, file: str, stem: Path, size: int, step: int) -> int:
    """Write the tiles of a photograph and return their number."""
    rgb = decode_image(encoded, file)
    if min(rgb.shape[:2]) < size:
        height, width = rgb.shape[:2]
        raise ValueError(f'{file} is {width}x{height}, smaller than a tile of {size}')
    places = list(product(*(starts(side, size, step) for side in rgb.shape[:2])))
    for i, (top, left) in enumerate(places, start=1):
        path = stem.with_name(f'{stem.name}_s{i:03d}.png')
        write_image(path, rgb[top : top + size, left : left + size])
    return len(places)
