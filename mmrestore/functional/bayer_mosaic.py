"""Bayer mosaic and bilinear demosaicing."""

from __future__ import annotations

import torch
from torch import Tensor


def mosaic(x: Tensor) -> Tensor:
    """Keep one color per pixel, as a Bayer filter does: (N, 3, H, W) to (N, 4, H/2, W/2).

    The planes are R at even rows and columns, G at even rows and odd columns, G at odd rows and
    even columns, B at odd rows and columns.

    Raises:
        ValueError: the height or the width is odd.

    Examples:
        >>> mosaic(torch.arange(12.0).view(1, 3, 2, 2)).flatten()
        tensor([ 0.,  5.,  6., 11.])
    """
    if x.shape[-2] % 2 or x.shape[-1] % 2:
        raise ValueError(
            'a Bayer mosaic needs even height and width, got '
            f'{tuple(x.shape[-2:])}: add a row or a column and crop the result'
        )
    red, green, blue = x.unbind(dim=1)
    planes = (red[:, ::2, ::2], green[:, ::2, 1::2], green[:, 1::2, ::2], blue[:, 1::2, 1::2])
    return torch.stack(planes, dim=1)


def demosaic(raw: Tensor) -> Tensor:
    """Interpolate the missing colors of a Bayer mosaic bilinearly: (N, 4, H, W) to (N, 3, 2H, 2W).

    A missing red or blue value is the mean of its two or four neighbors of that color. A missing
    green value is the mean of its four green neighbors. Edge values are repeated beyond the border.

    Args:
        raw: color planes in the order of :func:`mosaic`.

    Raises:
        ValueError: ``raw`` does not have four planes.

    Examples:
        >>> demosaic(torch.tensor([1.0, 2.0, 4.0, 8.0]).view(1, 4, 1, 1))[0, 1]
        tensor([[3., 2.],
                [4., 3.]])
    """
    if raw.ndim != 4 or raw.shape[1] != 4:
        raise ValueError(f'expected a Bayer mosaic (N, 4, H, W), got {tuple(raw.shape)}')
    red, green_of_red, green_of_blue, blue = raw.split(1, dim=1)
    red = _double(_double(red, 2, first=0), 3, first=0)
    blue = _double(_double(blue, 2, first=1), 3, first=1)
    green = _double(_double(green_of_red, 2, first=0), 3, first=1)
    green = (green + _double(_double(green_of_blue, 2, first=1), 3, first=0)) / 2
    green[..., ::2, 1::2] = green_of_red
    green[..., 1::2, ::2] = green_of_blue
    return torch.cat((red, green, blue), dim=1)


def _double(x: Tensor, dim: int, *, first: int) -> Tensor:
    """Double a side: ``x`` at positions first, first + 2, ... and means of neighbors between.

    The position with only one neighbor, at the end or at the beginning, repeats that neighbor.
    """
    size = x.shape[dim]
    if first == 0:
        following = torch.cat((x.narrow(dim, 1, size - 1), x.narrow(dim, size - 1, 1)), dim)
        pair = (x, (x + following) / 2)
    else:
        preceding = torch.cat((x.narrow(dim, 0, 1), x.narrow(dim, 0, size - 1)), dim)
        pair = ((preceding + x) / 2, x)
    return torch.stack(pair, dim + 1).flatten(dim, dim + 1)
