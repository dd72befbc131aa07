"""Resizing identical to MATLAB's ``imresize``, for tensors on any device.

Each direction is filtered as a weighted sum of selected rows or columns. Matrix products and
convolutions would lose precision under autocast and TF32.
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
    """Resize images (..., H, W) with the results of MATLAB's ``imresize``.

    The center of pixel i lies at i + 0.5. A new pixel is a weighted mean of the pixels around its
    center; the weights are kernel values of the distance, divided by their sum. For downscaling,
    the kernel is widened by the inverse scale (antialiasing). Beyond the border the image is
    mirrored with the edge repeated. The direction with the smaller scale is filtered first; with
    equal scales, the vertical direction.

    Floating-point images are neither clipped nor rounded: edges may overshoot [0, 1]. Half
    precision is computed in float32. Integers are computed in float64, and clipped to their range
    and rounded, halves up, after each direction, as MATLAB does for 8-bit images.

    Source: the function ``contributions`` in MATLAB's ``imresize.m``; Keys, "Cubic convolution
    interpolation for digital image processing", IEEE TASSP 29(6), 1981, with a = -0.5.

    Args:
        x: uint8, uint16 or floating-point images; leading axes are optional.
        scale: scale factor of both sides; a new side has ceil(scale * side) pixels.
        size: new height and width instead of ``scale``; the scales are new side / old side.
        kernel: ``'bicubic'``, ``'bilinear'`` or ``'lanczos3'``.
        antialias: widen the kernel for downscaling.

    Raises:
        ValueError: both or neither of ``scale`` and ``size`` are given, a value is not positive,
            the kernel is unknown, or ``x`` has no pixels.
        TypeError: the images have another dtype.

    Examples:
        >>> impulse = torch.tensor([[0.0, 0.0, 1.0, 0.0, 0.0]])
        >>> (resize(impulse, size=(1, 15)) * 27)[0, 2:8]
        tensor([-1., -2.,  0.,  9., 21., 27.])
        >>> resize(torch.tensor([[0, 10, 20, 255]], dtype=torch.uint8), size=(1, 2))
        tensor([[  0, 148]], dtype=torch.uint8)
    """
    if kernel not in KERNELS:
        raise ValueError(f'expected a kernel among {", ".join(map(repr, KERNELS))}, got {kernel!r}')
    if x.ndim < 2 or x.numel() == 0:
        raise ValueError(f'expected images (..., H, W) with pixels, got {tuple(x.shape)}')
    if not x.is_floating_point() and x.dtype not in FULL_SCALE:
        raise TypeError(f'an image must be uint8, uint16 or floating point, got {x.dtype}')
    sides = x.shape[-2:]
    if scale is not None and size is None and scale > 0:
        if isinstance(scale, int):  # no rounding: a side may be traced for export
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
    """Check a downscaling factor.

    Raises:
        ValueError: ``scale`` is not a whole number of at least 2.

    Examples:
        >>> check_factor(0.25)
        Traceback (most recent call last):
        ValueError: scale, the downscaling factor, must be a whole number of at least 2, got 0.25
    """
    if not isinstance(scale, int) or scale < 2:
        raise ValueError(
            f'scale, the downscaling factor, must be a whole number of at least 2, got {scale}'
        )


def contributions(
    length: int, new_length: int, scale: float, kernel: str, antialias: bool
) -> tuple[Tensor, Tensor]:
    """Return the source positions and weights of each new pixel, (new_length, taps) each.

    Args:
        length: number of pixels along the side.
        new_length: number of pixels along the new side.
        scale: scale factor, the distance of old pixels in new pixels.
        kernel: a name in ``KERNELS``.
        antialias: widen the kernel for downscaling.

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
    center = (torch.arange(new_length, dtype=torch.float64) + 0.5) / scale - 0.5
    # The first of the at most ceil(width) pixels closer than half a kernel width.
    first = torch.floor(center - width / 2).long() + 1
    places = first[:, None] + torch.arange(math.ceil(width))
    weights = function((center[:, None] - places) * stretch)
    return mirrored_places(places, length), weights / weights.sum(dim=1, keepdim=True)


def _combine(x: Tensor, dim: int, places: Tensor, weights: Tensor) -> Tensor:
    """Sum the taps along a dimension, -2 or -1."""
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


# Kernel function of the distance, and the width of its support.
KERNELS: dict[str, tuple[Callable[[Tensor], Tensor], float]] = {
    'bicubic': (_cubic, 4.0),
    'bilinear': (_triangle, 2.0),
    'lanczos3': (_lanczos3, 6.0),
}
