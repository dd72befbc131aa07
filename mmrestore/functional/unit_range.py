"""Conversion between integer image values and the unit range of networks."""

from __future__ import annotations

import torch
from torch import Tensor

FULL_SCALE = {torch.uint8: 255.0, torch.uint16: 65535.0}


def to_unit_range(image: Tensor, *, dtype: torch.dtype = torch.float32) -> Tensor:
    """Return ``image`` as floats in [0, 1]; floating-point images only change their dtype.

    Raises:
        TypeError: the image is not uint8, uint16 or floating point.

    Examples:
        >>> to_unit_range(torch.tensor([0, 51, 255], dtype=torch.uint8))
        tensor([0.0000, 0.2000, 1.0000])
    """
    if image.dtype.is_floating_point:
        return image.to(dtype)
    if image.dtype not in FULL_SCALE:
        raise TypeError(f'an image must be uint8, uint16 or floating point, got {image.dtype}')
    return image.to(dtype).div_(FULL_SCALE[image.dtype])


def from_unit_range(x: Tensor, dtype: torch.dtype) -> Tensor:
    """Clip floats to [0, 1] and convert them to an image of another dtype.

    Integers are rounded to the nearest, halves to even.

    Raises:
        TypeError: ``dtype`` is not uint8, uint16 or floating point.

    Examples:
        >>> from_unit_range(torch.tensor([-0.2, 0.1, 0.75, 1.5]), torch.uint8)
        tensor([  0,  26, 191, 255], dtype=torch.uint8)
    """
    if dtype.is_floating_point:
        return x.clamp(0, 1).to(dtype)
    if dtype not in FULL_SCALE:
        raise TypeError(f'an image must be uint8, uint16 or floating point, got {dtype}')
    wide = x.to(torch.promote_types(x.dtype, torch.float32))
    return wide.clamp(0, 1).mul_(FULL_SCALE[dtype]).round_().to(dtype)


def to_8_bit(image: Tensor) -> Tensor:
    """Clamp to [0, 1], multiply by 255 and round to uint8, halves up.

    Images are stored in this way. Metrics round halves to even; see ``round_to_8_bit``.

    Examples:
        >>> to_8_bit(torch.tensor([-0.2, 0.1, 0.75, 1.5]))
        tensor([  0,  26, 191, 255], dtype=torch.uint8)
    """
    wide = image.to(torch.promote_types(image.dtype, torch.float32))
    return wide.clamp(0, 1).mul_(255).add_(0.5).to(torch.uint8)
