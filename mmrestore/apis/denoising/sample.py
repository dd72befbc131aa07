"""Sample of crops from which a folder is judged, without decoding every picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from mmrestore.apis.restore_plan import Job
from mmrestore.datasets.image_file import read_pictures
from mmrestore.datasets.upright import upright
from mmrestore.functional.unit_range import to_unit_range

MOST_PICTURES = 32  # that are looked at
MOST_CROPS = 64
SIDE = 256  # of a crop, in pixels
WHOLE = 2**20  # pixels up to which a picture may be taken whole


class Sampled(NamedTuple):
    """Crops of a picture.

    - ``name``: of its file;
    - ``gray``: whether it has one channel, which is repeated in the crops;
    - ``crops``: (3, h, w) each, in [0, 1].
    """

    name: str
    gray: bool
    crops: list[Tensor]


def read_sample(jobs: Sequence[Job], names: Sequence[str]) -> list[Sampled]:
    """Return crops of up to 32 pictures, spread evenly over the files; damaged ones are left out.

    Of a stack the first page is taken.
    """
    sampled = []
    places = spread(len(jobs), MOST_PICTURES)
    crops = max(MOST_CROPS // len(places), 1) if places else 0
    for place in places:
        try:
            picture = upright(next(read_pictures(jobs[place].source)))
        except ValueError:
            continue  # it is named when its turn comes
        gray = picture.pixels.shape[-1] == 1
        found = crops_of(picture.pixels, num=crops, side=SIDE)
        sampled.append(Sampled(names[place], gray, found))
    return sampled


def spread(number: int, most: int) -> list[int]:
    """Return up to ``most`` of the places 0 to ``number - 1``, spread evenly.

    Examples:
        >>> spread(3, 5), spread(10, 4)
        ([0, 1, 2], [0, 3, 6, 9])
    """
    if number <= most:
        return list(range(number))
    if most == 1:
        return [number // 2]
    return [round(i * (number - 1) / (most - 1)) for i in range(most)]


def crops_of(pixels: np.ndarray, *, num: int, side: int) -> list[Tensor]:
    """Return crops of a picture on a regular grid, the whole picture where it is not larger.

    Args:
        pixels: (H, W, 3) or (H, W, 1); uint8, uint16 or float32 in [0, 1].
        num: crops at most; of rows and columns there are as many as their square root says.
        side: of a crop in pixels.

    Returns:
        Crops (3, h, w) in [0, 1], float32, that do not overlap; gray is repeated.

    Examples:
        >>> [crop.shape[1:] for crop in crops_of(np.zeros((40, 90, 1), np.uint8), num=2, side=32)]
        [torch.Size([32, 32])]
    """
    grid = max(int(math.sqrt(num)), 1)
    height, width = pixels.shape[:2]
    if height * width <= min(num * side * side, WHOLE):
        return [_tensor(pixels)]
    tops = _starts(height, min(side, height), grid)
    lefts = _starts(width, min(side, width), grid)
    return [_tensor(pixels[top : top + side, left : left + side]) for top in tops for left in lefts]


def middle_of(crop: Tensor, side: int) -> Tensor:
    """Return the middle of a crop (3, h, w), at most ``side`` pixels high and wide.

    Examples:
        >>> middle_of(torch.zeros(3, 300, 100), 256).shape
        torch.Size([3, 256, 100])
    """
    top, left = (max(length - side, 0) // 2 for length in crop.shape[1:])
    return crop[:, top : top + side, left : left + side]


def _starts(length: int, side: int, num: int) -> list[int]:
    num = min(num, length // side)
    step = length / num
    return [int((i + 0.5) * step - side / 2) for i in range(num)]


def _tensor(pixels: np.ndarray) -> Tensor:
    image = torch.from_numpy(np.array(pixels)).permute(2, 0, 1)  # (C, h, w)
    return to_unit_range(image).float().expand(3, -1, -1).contiguous()
