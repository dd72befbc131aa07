"""Resizing as MATLAB's ``imresize`` does it, on tensors of any device.

Each direction is a sum of taps: for every new row the rows that it is made of are taken, weighted
and added. Matrix products and convolutions are avoided because autocast and TF32 would shorten
them.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

from mmrestore.functional.borders import mirrored_places
from mmrestore.functional.unit_range import FULL_SCALE


def resize(
    x: Tensor,
    *,
    scale: float | None = None,
    size: tuple[int, int] | None = None,
    kernel: str = 'bicubic',
    antialias: bool = True,
) -> Tensor:
    """Resize images (..., H, W) with the numbers of MATLAB's ``imresize``.

    Pixel i of n stands at i + 0.5 of a side of n. A new pixel is the mean of those around its
    place, weighted by the kernel of their distance; the weights of every pixel are divided by their
    sum. Where a direction shrinks, the kernel is as much wider, so that all pixels count
    (antialiasing). Beyond the border the image is mirrored with the edge repeated. The direction
    that shrinks more comes first, of two equal ones the vertical one.

    Floating-point images are neither clipped nor rounded, so that edges may overshoot [0, 1]; half
    precision is computed in float32. Integers are computed in float64 and, after each of the two
    directions, clipped to their range and rounded, halves up, as files of 8 bit come out of MATLAB.

    Source: the function ``contributions`` in MATLAB's ``imresize.m``; Keys, "Cubic convolution
    interpolation for digital image processing", IEEE TASSP 29(6), 1981, with a = -0.5.

    Args:
        x: uint8, uint16 or floating-point images; both of the leading axes are optional.
        scale: factor of both sides; a new side has ceil(scale * side) pixels.
        size: new height and width in place of ``scale``; the factors are then their quotients.
        kernel: ``'bicubic'``, ``'bilinear'`` or ``'lanczos3'``.
        antialias: whether kernels become wider when a direction shrinks.

    Raises:
        ValueError: not one of ``scale`` and ``size`` is given, one is not positive, there is no
            such kernel, or ``x`` has no pixels.
        TypeError: the images are of another type.

    Examples:
        >>> impulse = torch.tensor([[0.0, 0.0, 1.0, 0.0, 0.0]])
        >>> (resize(impulse, size=(1, 15)) * 27)[0, 2:8]
        tensor([-1., -2.,  0.,  9., 21., 27.])
        >>> resize(torch.tensor([[0, 10, 20, 255]], dtype=torch.uint8), size=(1, 2))
        tensor([[  0, 148]], dtype=torch.uint8)
    """
    if kernel not in KERNELS:
        raise ValueError(f'expected a kernel of {", ".join(map(repr, KERNELS))}, got {kernel!r}')
    if x.ndim < 2 or x.numel() == 0:
        raise ValueError(f'expected images (..., H, W) with pixels, got {tuple(x.shape)}')
    if not x.is_floating_point() and x.dtype not in FULL_SCALE:
        raise TypeError(f'an image must be uint8, uint16 or floating point, got {x.dtype}')
    sides = x.shape[-2:]
    if scale is not None and size is None and scale > 0:
        if isinstance(scale, int):  # nothing to round, and a side may be one traced for export
            new_sides = tuple(scale * side for side in sides)
        else:
            new_sides = tuple(math.ceil(scale * side) for side in sides)
        scales = (scale, scale)
    elif size is not None and scale is None and min(size) > 0:
        new_sides = size
        scales = (size[0] / sides[0], size[1] / sides[1])
    else:
        raise ValueError(
            f'expected either a positive scale or a positive size, got scale={scale}, size={size}'
        )
    wide = torch.promote_types(x.dtype, torch.float32) if x.is_floating_point() else torch.float64
    y = x.to(wide)
    for dim in sorted((-2, -1), key=lambda d: scales[d]):
        if (new_sides[dim], scales[dim]) != (sides[dim], 1):
            taps = contributions(sides[dim], new_sides[dim], scales[dim], kernel, antialias)
            y = _combine(y, dim, *taps)
            if x.dtype in FULL_SCALE:
                y = y.add_(0.5).floor_().clamp_(0, FULL_SCALE[x.dtype])
    return y.to(x.dtype)


def check_factor(scale: int) -> None:
    """Accept a whole number of at least 2, by which sides are divided.

    Raises:
        ValueError: it is none.

    Examples:
        >>> check_factor(0.25)
        Traceback (most recent call last):
        ValueError: scale is a whole number of at least 2 by which sides are divided, got 0.25
    """
    if not isinstance(scale, int) or scale < 2:
        raise ValueError(
            f'scale is a whole number of at least 2 by which sides are divided, got {scale}'
        )


def contributions(
    length: int, new_length: int, scale: float, kernel: str, antialias: bool
) -> tuple[Tensor, Tensor]:
    """Return which old pixels each new one is made of, and their weights, (new_length, taps) each.

    Args:
        length: pixels along a side.
        new_length: pixels along the new side.
        scale: factor of the side, the distance of old pixels in new ones.
        kernel: a name of ``KERNELS``.
        antialias: whether the kernel becomes wider when the side shrinks.

    Examples:
        >>> places, weights = contributions(4, 2, 0.5, 'bilinear', True)
        >>> places.tolist()
        [[0, 0, 1, 2], [1, 2, 3, 3]]
        >>> weights[0].tolist()
        [0.125, 0.375, 0.375, 0.125]
    """
    function, width = KERNELS[kernel]
    stretch = min(scale, 1.0) if antialias else 1.0
    width /= stretch
    centre = (torch.arange(new_length, dtype=torch.float64) + 0.5) / scale - 0.5
    # Whatever is less than half a width away: so many places at most, from this one on.
    first = torch.floor(centre - width / 2).long() + 1
    places = first[:, None] + torch.arange(math.ceil(width))
    weights = function((centre[:, None] - places) * stretch)
    return mirrored_places(places, length), weights / weights.sum(dim=1, keepdim=True)


def _combine(x: Tensor, dim: int, places: Tensor, weights: Tensor) -> Tensor:
    """Add up taps along a dimension, -2 or -1."""
    shape = (-1, 1) if dim == -2 else (-1,)
    rows = places.t().contiguous().to(x.device)  # (taps, new_length)
    factors = weights.t().contiguous().to(x.device, x.dtype)
    y = x.index_select(dim, rows[0]) * factors[0].view(shape)
    for row, factor in zip(rows[1:], factors[1:], strict=True):
        y = torch.addcmul(y, x.index_select(dim, row), factor.view(shape))
    return y


def _cubic(t: Tensor) -> Tensor:
    t = t.abs()
    near = (1.5 * t - 2.5) * t * t + 1
    far = ((-0.5 * t + 2.5) * t - 4) * t + 2
    return torch.where(t <= 1, near, torch.where(t <= 2, far, 0))


def _triangle(t: Tensor) -> Tensor:
    return (1 - t.abs()).clamp(min=0)


def _lanczos3(t: Tensor) -> Tensor:
    return torch.where(t.abs() < 3, torch.sinc(t) * torch.sinc(t / 3), 0)


# The function of the distance and the width of the interval where it is not 0.
KERNELS: dict[str, tuple[Callable[[Tensor], Tensor], float]] = {
    'bicubic': (_cubic, 4.0),
    'bilinear': (_triangle, 2.0),
    'lanczos3': (_lanczos3, 6.0),
}
