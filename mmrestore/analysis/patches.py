"""Photograph patches, identical for all compared networks and noises."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mmrestore.datasets.folder_search import find_images
from mmrestore.datasets.image_file import inspect_image, read_image
from mmrestore.datasets.listing import problem_list
from mmrestore.functional.unit_range import to_unit_range


def read_patches(
    folder: str | Path,
    *,
    num: int,
    size: int,
    seed: int = 0,
    color: str = 'rgb',
    transform: Callable[[dict], dict] | None = None,
) -> Tensor:
    """Cut square patches out of the images of a folder, at random places.

    The images take turns, in natural order of their names, until there are enough patches. The
    whole image is made noisy before it is cut, as the images of test sets are.

    Args:
        folder: folder of images, searched with those below it.
        num: number of patches.
        size: their side in pixels.
        seed: of the places, and of what ``transform`` draws for every image. The first patches are
            the same whatever their number.
        color: ``'rgb'`` or ``'gray'``.
        transform: changes ``img`` (H, W, C) of the results of an image, such as ``AddNoise`` with
            ``seed=None``, which draws from ``rng`` of the results.

    Returns:
        (num, C, size, size) float32 in [0, 1].

    Raises:
        ValueError: the folder holds no image, an image cannot be read or is smaller than a patch,
            or a number is below 1.

    Examples:
        >>> from tempfile import TemporaryDirectory
        >>> from mmrestore.datasets.image_writer import write_image
        >>> with TemporaryDirectory() as folder:
        ...     write_image(f'{folder}/a.png', np.full((20, 30, 3), 51, np.uint8))
        ...     patches = read_patches(folder, num=2, size=16)
        >>> patches.shape, round(patches.mean().item(), 4)
        (torch.Size([2, 3, 16, 16]), 0.2)
    """
    if num < 1 or size < 1:
        raise ValueError(f'expected at least 1 patch of at least 1 pixel, got {num} of {size}')
    files = [Path(folder) / name for name in find_images(folder)][:num]
    sizes = [inspect_image(file) for file in files]
    small = [
        f'{file} is {height}x{width} (height x width), smaller than a patch of {size}x{size}'
        for file, (height, width) in zip(files, sizes, strict=True)
        if min(height, width) < size
    ]
    if small:
        raise ValueError(problem_list(str(folder), small))
    free = np.array([sizes[number % len(files)] for number in range(num)]) - size
    corners = np.random.default_rng(seed).integers(0, free, endpoint=True)  # (num, 2)
    patches = torch.empty(num, 3 if color == 'rgb' else 1, size, size)
    for index, file in enumerate(files):
        results: dict[str, Any] = {'img': read_image(file, color=color), 'img_path': str(file)}
        if transform is not None:
            results = transform({**results, 'rng': np.random.default_rng((seed, index))})
        for number in range(index, num, len(files)):
            top, left = corners[number]
            patch = results['img'][top : top + size, left : left + size].transpose(2, 0, 1)
            patches[number] = to_unit_range(torch.from_numpy(np.ascontiguousarray(patch)))
    return patches
