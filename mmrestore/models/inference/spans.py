"""Tile geometry: cores, halos and blending ramps, restored row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor


class TileSize(NamedTuple):
    """Sides in input pixels; all are multiples of what the network works in.

    - ``core``: of the part of a tile that no other tile restores;
    - ``halo``: what the network sees around it;
    - ``ramp``: the part of the halo in which a tile takes over from its neighbor, a linear blend.
    """

    core: int
    halo: int
    ramp: int = 0

    @property
    def side(self) -> int:
        """Side of what the network sees."""
        return self.core + 2 * self.halo


class Span(NamedTuple):
    """A tile along one side of an image: its input range and the range that is kept."""

    start: int
    stop: int
    first: int
    last: int


def spans(length: int, size: TileSize) -> list[Span]:
    """Return the tiles along a side; they begin at multiples, as windows of the network do.

    Examples:
        >>> spans(20, TileSize(core=8, halo=4, ramp=2))
        [Span(start=0, stop=12, first=0, last=9), Span(start=4, stop=20, first=7, last=17), \
Span(start=12, stop=20, first=15, last=20)]
    """
    half = size.ramp // 2
    edges = [*range(0, length, size.core), length]
    found = []
    for left, right in pairwise(edges):
        found.append(
            Span(
                max(left - size.halo, 0),
                min(right + size.halo, length),
                max(left - half, 0),
                min(right + half, length),
            )
        )
    return found


def blend_weights(side: list[Span], i: int, scale: int = 1) -> Tensor:
    """Return the share of tile ``i`` in the pixels that are kept of it; those of all sum to one.

    Examples:
        >>> row = spans(8, TileSize(core=4, halo=4, ramp=4))
        >>> blend_weights(row, 0), blend_weights(row, 1)
        (tensor([1.0000, 1.0000, 0.8750, 0.6250, 0.3750, 0.1250]), \
tensor([0.1250, 0.3750, 0.6250, 0.8750, 1.0000, 1.0000]))
    """
    weights = torch.ones((side[i].last - side[i].first) * scale)
    for other in (i - 1, i + 1):
        if not 0 <= other < len(side):
            continue
        common = side[min(i, other)].last - side[max(i, other)].first
        ramp = (torch.arange(common * scale) + 0.5) / max(common * scale, 1)
        if other < i:
            weights[: len(ramp)] *= ramp
        elif len(ramp):
            weights[-len(ramp) :] *= 1 - ramp
    return weights


def restored_rows(
    net: Callable[[Tensor], Tensor],
    read: Callable[[slice, slice], Tensor],
    length: tuple[int, int],
    size: TileSize,
    *,
    scale: int = 1,
    device: torch.device | None = None,
) -> Iterator[tuple[int, Tensor]]:
    """Restore an image in tiles, and yield the rows that are done.

    Args:
        net: restores images (N, C, h, w).
        read: returns some rows and columns of the images.
        length: height and width of the images.
        size: of the tiles.
        scale: of the network.
        device: where rows are put together; that of the network's output if absent.

    Yields:
        The first row and rows (N, C, h, scale * width) from there on, in order.
    """
    rows, columns = (spans(side, size) for side in length)
    held: Tensor | None = None  # from the row `top` on
    top = 0
    for i, row in enumerate(rows):
        below = rows[i + 1].first if i + 1 < len(rows) else length[0]
        for j, column in enumerate(columns):
            tile = net(read(slice(row.start, row.stop), slice(column.start, column.stop)))
            places = [
                slice((span.first - span.start) * scale, (span.last - span.start) * scale)
                for span in (row, column)
            ]
            kept = tile[..., places[0], places[1]].to(device or tile.device)
            if j == 0:
                before = held
                height = row.last * scale - top
                held = kept.new_zeros(*tile.shape[:2], height, length[1] * scale)
                if before is not None:
                    held[:, :, : before.shape[2]] = before
            assert held is not None
            weights = blend_weights(rows, i, scale)[:, None] * blend_weights(columns, j, scale)
            place = (
                slice(row.first * scale - top, row.last * scale - top),
                slice(column.first * scale, column.last * scale),
            )
            held[..., place[0], place[1]] += kept * weights.to(kept)
        assert held is not None
        done = below * scale - top
        yield top, held[:, :, :done]
        held, top = held[:, :, done:].clone(), below * scale
