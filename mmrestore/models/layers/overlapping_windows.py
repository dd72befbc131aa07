"""Overlapping windows of keys and values (HAT, section 3.2)."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable


def overlapping_windows(image: Tensor, *, window: int, key_window: int) -> Tensor:
    """Return the larger window around every window of an image, zeros where it reaches outside.

    Args:
        image: (B, H, W, C), H and W multiples of ``window``.
        window: side of the windows, the distance of the larger ones.
        key_window: side of the larger windows; larger by an even number.

    Returns:
        (B * windows, key_window ** 2, C), windows and pixels row-major.

    Examples:
        >>> image = torch.tensor([1.0, 2.0]).view(1, 1, 2, 1)
        >>> overlapping_windows(image, window=1, key_window=3).flatten(1)
        tensor([[0., 0., 0., 0., 1., 2., 0., 0., 0.],
                [0., 0., 0., 1., 2., 0., 0., 0., 0.]])
    """
    return _OverlappingWindows.apply(image, window, key_window)


class _OverlappingWindows(torch.autograd.Function):
    """One strided copy; backward, windows that do not overlap each other are added at once."""

    @staticmethod
    def forward(ctx: Any, image: Tensor, window: int, key_window: int) -> Tensor:
        ctx.window, ctx.key_window, ctx.shape = window, key_window, image.shape
        border = (key_window - window) // 2
        padded = F.pad(image, (0, 0, border, border, border, border))
        return _views(padded, key_window, window).reshape(-1, key_window**2, image.shape[3])

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        window, key_window = ctx.window, ctx.key_window
        batch, height, width, channels = ctx.shape
        border = (key_window - window) // 2
        grad = grad.view(batch, height // window, -1, key_window, key_window, channels)
        image = grad.new_zeros(batch, height + 2 * border, width + 2 * border, channels)
        apart = -(-key_window // window)  # windows from one to the next that does not overlap it
        for row in range(min(apart, grad.shape[1])):
            for column in range(min(apart, grad.shape[2])):
                part = image[:, row * window :, column * window :]
                views = _views(part, key_window, apart * window)
                views += grad[:, row::apart, column::apart]
        return image[:, border : border + height, border : border + width], None, None


def _views(image: Tensor, side: int, step: int) -> Tensor:
    """Return windows (B, rows, columns, side, side, C) of (B, H, W, C), a view."""
    return image.unfold(1, side, step).unfold(2, side, step).permute(0, 1, 2, 4, 5, 3)


def overlap_position_index(window: int, key_window: int) -> Tensor:
    """Return the row of the table of relative position biases of every query and key.

    Query (ri, ci) of the window and key (rk, ck) of the larger one use row a * side + b, where
    side = window + key_window - 1, a = rk - ri + window - key_window + 1 and b likewise from the
    columns. The published index leaves negative rows negative, counted from the end of the table.

    Returns:
        (window ** 2, key_window ** 2) integers in [0, side ** 2); every row of the table is used.

    Examples:
        >>> overlap_position_index(1, 3)
        tensor([[5, 6, 7, 8, 0, 1, 2, 3, 4]])
    """
    side = window + key_window - 1
    query, key = torch.arange(window), torch.arange(key_window)
    offset = key[None, :] - query[:, None] + window - key_window + 1  # (queries, keys)
    rows = offset[:, None, :, None] * side + offset[None, :, None, :]
    return rows.flatten(2).flatten(0, 1) % side**2
