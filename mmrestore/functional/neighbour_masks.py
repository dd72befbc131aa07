"""Masks of single pixels that are replaced by pixels near them."""

from __future__ import annotations

import torch
from torch import Tensor

from mmrestore.functional.neighbours import check_window


def one_pixel_of_each_cell(draws: Tensor, height: int, width: int, *, cell: int) -> Tensor:
    """Mark one pixel of every square cell of images, so that marked pixels are spread evenly.

    Cells begin at the top left. Of those that reach beyond the image the pixel may be outside, and
    then none is marked: every pixel is marked with the same probability, 1 / cell^2.

    Args:
        draws: int64 (N, rows, columns) of numbers below cell^2: the pixel of every cell, counted
            row by row; as many rows and columns as cells cover the images.
        height: height of the images.
        width: their width.
        cell: side of a cell.

    Returns:
        Boolean (N, height, width), True where a pixel is marked.

    Examples:
        >>> one_pixel_of_each_cell(torch.tensor([[[0, 3]]]), 2, 4, cell=2).int()
        tensor([[[1, 0, 0, 0],
                 [0, 0, 0, 1]]], dtype=torch.int32)
    """
    chosen = draws.repeat_interleave(cell, -2).repeat_interleave(cell, -1)[:, :height, :width]
    rows = torch.arange(height, device=draws.device).remainder_(cell).view(-1, 1)
    columns = torch.arange(width, device=draws.device).remainder_(cell)
    return chosen == rows * cell + columns


def neighbour_places(draws: Tensor, *, window: int) -> Tensor:
    """Return the place of another pixel of the window around every pixel.

    At the border the window is what of it lies in the image. Its pixels are counted row by row
    without the pixel itself, and the draw modulo their number is taken.

    Args:
        draws: int64 (N, H, W), not negative; they are uniform if these are, over a range that is
            large against window^2.
        window: side of the window, odd.

    Returns:
        int64 (N, H, W): places of the pixels, as :func:`take_pixels` understands them.

    Raises:
        ValueError: the window is even or below 3.

    Examples:
        >>> neighbour_places(torch.full((1, 1, 3), 5), window=3)
        tensor([[[1, 2, 1]]])
    """
    check_window(window)
    height, width = draws.shape[-2:]
    rows = torch.arange(height, device=draws.device).view(-1, 1)
    columns = torch.arange(width, device=draws.device)
    top, left = (side.sub(window // 2).clamp_(min=0) for side in (rows, columns))
    num_rows = (rows + window // 2).clamp_(max=height - 1) - top + 1
    num_columns = (columns + window // 2).clamp_(max=width - 1) - left + 1
    number = draws % (num_rows * num_columns - 1)
    number += number >= (rows - top) * num_columns + columns - left  # pass over the pixel itself
    return (top + number // num_columns) * width + left + number % num_columns
