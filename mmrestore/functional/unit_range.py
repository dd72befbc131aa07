"""From the integers of image files to the unit range of networks."""

from __future__ import annotations

import torch
from torch import Tensor

FULL_SCALE = {torch.uint8: 255.0, torch.uint16: 65535.0}


def to_unit_range(image: Tensor) -> Tensor:
    """Return ``image`` as float32 in [0, 1]; floating-point images are taken to be so already.

    Raises:
        TypeError: the image is of another type than uint8, uint16 and floating point.

    Examples:
        >>> to_unit_range(torch.tensor([0, 51, 255], dtype=torch.uint8))
        tensor([0.0000, 0.2000, 1.0000])
    """
    if image.dtype.is_floating_point:
        return image.float()
    if image.dtype not in FULL_SCALE:
        raise TypeError(f'an image must be uint8, uint16 or floating point, got {image.dtype}')
    return image.float().div_(FULL_SCALE[image.dtype])
