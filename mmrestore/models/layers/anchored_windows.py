"""Windows of pixels and of anchors (averages over squares of pixels)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn

from mmrestore.functional.tracing import exporting
from mmrestore.models.layers.attention import chunks
from mmrestore.models.layers.windows import (
    WindowOrder,
    relative_position_index,
    shift_sides,
    window_order,
)


class Grid(NamedTuple):
    """The pixels of a batch, or its anchors, in the order of windows.

    - ``order``: of all pixels; its ``counts`` are without zeros, but for an export;
    - ``shape``: height and width of a window;
    - ``sides``: for the windows of each mask, (masks, pixels) numbers that differ where pixels come
      from different sides of the image; ``None`` without a shift;
    - ``positions``: ``relative_position_index`` of these as queries and the others as keys.
    """

    order: WindowOrder
    shape: tuple[int, int]
    sides: Tensor | None
    positions: Tensor

    def windows(self, part: slice, group: int) -> Grid:
        """Return some of the windows of a mask; the order has their pixels only."""
        num = self.shape[0] * self.shape[1]
        pixels = self.order.pixels[part.start * num : part.stop * num]
        order = WindowOrder(pixels, self.order.places, (part.stop - part.start,))
        sides = None if self.sides is None else self.sides[group, None]
        return self._replace(order=order, sides=sides)


class Layout(NamedTuple):
    """The windows of a batch: their pixels, their anchors and ``relative_coordinates`` of both."""

    pixels: Grid
    anchors: Grid
    coordinates: Tensor

    def pieces(self, num_rows: int) -> Iterator[tuple[Grid, Grid]]:
        """Yield pixels and anchors of a few windows at a time, of about ``num_rows`` pixels.

        Those of all windows come in one piece if they are that few.
        """
        counts = self.pixels.order.counts
        num = max(1, num_rows // (self.pixels.shape[0] * self.pixels.shape[1]))
        if num >= sum(counts):
            yield self.pixels, self.anchors
            return
        for group, part in chunks(counts, num):
            yield self.pixels.windows(part, group), self.anchors.windows(part, group)


class Windows(nn.Module):
    """Constants of windows of one shape.

    Args:
        shape: height and width.
        anchor_factor: side of the squares of pixels that make an anchor; 1 where pixels attend to
            pixels.

    Examples:
        >>> layout = Windows((2, 4), anchor_factor=2).layout((1, 4, 8), shifted=False)
        >>> layout.anchors.order.pixels
        tensor([0, 1, 2, 3, 4, 5, 6, 7])
        >>> layout.pixels.positions.shape, layout.coordinates.shape
        (torch.Size([8, 2]), torch.Size([2, 5, 2]))
    """

    coordinates: Tensor

    def __init__(self, shape: tuple[int, int], *, anchor_factor: int = 1) -> None:
        super().__init__()
        height, width = shape
        self.factors = (1, anchor_factor) if anchor_factor > 1 else (1,)
        self.shapes = [(height // n, width // n) for n in self.factors]
        self.shifts = [(height // 2 // n, width // 2 // n) for n in self.factors]
        coordinates = relative_coordinates(self.shapes[0], self.shapes[-1])
        self.register_buffer('coordinates', coordinates, persistent=False)
        for i, (window, shift) in enumerate(zip(self.shapes, self.shifts, strict=True)):
            positions = relative_position_index(window, self.shapes[-1 - i]).int()
            self.register_buffer(f'positions{i}', positions, persistent=False)
            self.register_buffer(f'sides{i}', shift_sides(window, shift), persistent=False)

    def layout(self, size: tuple[int, int, int], *, shifted: bool) -> Layout:
        """Return the windows of images of ``size`` (B, H, W), shifted by half a window or not."""
        grids = [self._grid(size, i, shifted) for i in range(len(self.factors))]
        return Layout(grids[0], grids[-1], self.coordinates)

    def _grid(self, size: tuple[int, int, int], i: int, shifted: bool) -> Grid:
        batch, height, width = size
        order = window_order(
            (batch, height // self.factors[i], width // self.factors[i]),
            window=self.shapes[i],
            shift=self.shifts[i] if shifted else 0,
            device=self.coordinates.device,
        )
        used = [group for group, count in enumerate(order.counts) if exporting() or count]
        order = order._replace(counts=tuple(order.counts[group] for group in used))
        sides = self.get_buffer(f'sides{i}')
        chosen = torch.stack([sides[group] for group in used]) if shifted else None
        return Grid(order, self.shapes[i], chosen, self.get_buffer(f'positions{i}'))


def relative_coordinates(window: tuple[int, int], anchors: tuple[int, int]) -> Tensor:
    """Return the positions of pixels relative to anchors, on a logarithmic scale.

    Along an axis with w pixels and a anchors these are the integers from 1 - a - o to w - 1 - o,
    o = (w - a) // 2, divided by (w - 1 - o) / 8, and then sign(t) log2(|t| + 1) / log2(8) (Swin
    Transformer V2, equation 4).

    Returns:
        (w + a - 1 of the height, w + a - 1 of the width, 2), row and column.

    Examples:
        >>> relative_coordinates((2, 3), (2, 3))[0, :, 1]
        tensor([-1.0566, -0.7740,  0.0000,  0.7740,  1.0566])
    """
    axes = []
    for w, a in zip(window, anchors, strict=True):
        offset = (w - a) // 2
        position = torch.arange(1 - a - offset, w - offset, dtype=torch.float32)
        position = position / (w - 1 - offset) * 8
        axes.append(position.sign() * torch.log2(position.abs() + 1) / math.log2(8))
    return torch.stack(torch.meshgrid(*axes, indexing='ij'), dim=-1)
