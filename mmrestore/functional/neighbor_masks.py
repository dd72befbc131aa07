"""Blind-spot masks: single pixels that are replaced by nearby pixels."""

from __future__ import annotations

import torch
from torch import Tensor

from mmrestore.functional.neighbors import check_window


def one_pixel_of_each_cell(draws: Tensor, height: int, width: int, *, cell: int) -> Tensor:
    """Mark one pixel in each square cell of images, so that marked pixels are spread evenly.

    The first cell begins at the top left. If a cell reaches beyond the image, its chosen pixel may
    lie outside, and no pixel is marked. Every pixel is therefore marked with the same probability,
    1 / cell^2.

    Args:
        draws: int64 (N, rows, columns), the index of the chosen pixel of each cell in row-major
            order, below cell^2; the cells must cover the images.
        height: height of the images.
        width: width of the images.
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


def neighbor_places(draws: Tensor, *, window: int) -> Tensor:
    """Return the index of another pixel in the window around each pixel.

    At the border the window is clipped to the image. Its pixels except the center are numbered in
    row-major order, and the draw modulo their number chooses one.

    Args:
        draws: int64 (N, H, W), not negative. The choice is uniform if the draws are uniform over a
            range much larger than window^2.
        window: side of the window, odd.

    Returns:
        int64 (N, H, W): pixel indices for :func:`take_pixels`.

    Raises:
        ValueError: the window is even or below 3.

    Examples:
        >>> neighbor_places(torch.full((1, 1, 3), 5), window=3)
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
    number += number >= (rows - top) * num_columns + columns - left  # skip the pixel itself
    return (top + number // num_columns) * width + left + number % num_columns
