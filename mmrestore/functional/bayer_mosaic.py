"""One colour for each pixel, as under a Bayer filter, and back to three."""

from __future__ import annotations

import torch
from torch import Tensor


def mosaic(x: Tensor) -> Tensor:
    """Keep one colour of every pixel, as under a Bayer filter: (N, 3, H, W) to (N, 4, H/2, W/2).

    The planes are R of even rows and columns, G of even rows and odd columns, G of odd rows and
    even columns, B of odd rows and columns.

    Raises:
        ValueError: a side is odd.

    Examples:
        >>> mosaic(torch.arange(12.0).view(1, 3, 2, 2)).flatten()
        tensor([ 0.,  5.,  6., 11.])
    """
    if x.shape[-2] % 2 or x.shape[-1] % 2:
        raise ValueError(
            f'a mosaic of 2 x 2 pixels needs even sides, got {tuple(x.shape[-2:])}: add a row or a '
            'column and crop the result'
        )
    red, green, blue = x.unbind(dim=1)
    planes = (red[:, ::2, ::2], green[:, ::2, 1::2], green[:, 1::2, ::2], blue[:, 1::2, 1::2])
    return torch.stack(planes, dim=1)


def demosaic(raw: Tensor) -> Tensor:
    """Fill the colours that a mosaic lacks bilinearly: (N, 4, H, W) to (N, 3, 2H, 2W).

    A missing red or blue value is the mean of its two or four neighbours of that colour, a missing
    green one of its four; where a neighbour would lie outside, the last value is repeated.

    Args:
        raw: planes of the colours as :func:`mosaic` orders them.

    Raises:
        ValueError: there are not four planes.

    Examples:
        >>> demosaic(torch.tensor([1.0, 2.0, 4.0, 8.0]).view(1, 4, 1, 1))[0, 1]
        tensor([[3., 2.],
                [4., 3.]])
    """
    if raw.ndim != 4 or raw.shape[1] != 4:
        raise ValueError(f'expected the planes of a mosaic (N, 4, H, W), got {tuple(raw.shape)}')
    red, green_of_red, green_of_blue, blue = raw.split(1, dim=1)
    red = _double(_double(red, 2, first=0), 3, first=0)
    blue = _double(_double(blue, 2, first=1), 3, first=1)
    green = _double(_double(green_of_red, 2, first=0), 3, first=1)
    green = (green + _double(_double(green_of_blue, 2, first=1), 3, first=0)) / 2
    green[..., ::2, 1::2] = green_of_red
    green[..., 1::2, ::2] = green_of_blue
    return torch.cat((red, green, blue), dim=1)


def _double(x: Tensor, dim: int, *, first: int) -> Tensor:
    """Put ``x`` at the positions first, first + 2, ... of a side, and means of neighbours between.

    The one position without a second neighbour, at the end or at the beginning, repeats the first.
    """
    size = x.shape[dim]
    if first == 0:
        following = torch.cat((x.narrow(dim, 1, size - 1), x.narrow(dim, size - 1, 1)), dim)
        pair = (x, (x + following) / 2)
    else:
        preceding = torch.cat((x.narrow(dim, 0, 1), x.narrow(dim, 0, size - 1)), dim)
        pair = ((preceding + x) / 2, x)
    return torch.stack(pair, dim + 1).flatten(dim, dim + 1)
