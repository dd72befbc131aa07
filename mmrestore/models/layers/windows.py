"""Pixel orders that make the pixels of a window contiguous.

Layer norms, linear layers and residual sums work on every pixel for itself, so a network of window
attention may keep its pixels in any order. Here the order is an index into the rows of a
(B * H * W, C) matrix: one gather does what a cyclic shift and a partition into windows do, and one
more gather undoes it.

The windows of a shifted order are sorted by the mask that they need. There are four masks, whatever
the size of the image, because only windows of the last row and of the last column of the shifted
image hold pixels from opposite borders.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


class WindowOrder(NamedTuple):
    """An order of the pixels of a batch.

    - ``pixels``: (B * H * W,), the raster position of the pixel at every place of this order;
    - ``places``: (B * H * W,), the place in this order of the pixel at every raster position;
    - ``counts``: the number of windows for each of the masks of ``shift_masks``, in their order.
    """

    pixels: Tensor
    places: Tensor
    counts: tuple[int, ...]


def window_order(
    size: tuple[int, int, int],
    *,
    window: int | tuple[int, int],
    shift: int | tuple[int, int] = 0,
    device: torch.device | None = None,
) -> WindowOrder:
    """Return the order of the windows of a batch of images of ``size`` (B, H, W).

    Without a shift the images follow each other, windows are row-major in an image and pixels in a
    window. With a shift the image is first rolled by ``-shift`` along both axes, and the windows
    are sorted by mask: those inside, in the last column, in the last row, in the corner.

    Args:
        size: number, height and width of the images; the sides are multiples of ``window``.
        window: side of the windows, or height and width.
        shift: cyclic shift of both axes, or of each, 0 <= shift < window.
        device: where the indices are made.

    Raises:
        ValueError: a side is not a multiple of ``window``.

    Examples:
        >>> window_order((1, 2, 4), window=2).pixels
        tensor([0, 1, 4, 5, 2, 3, 6, 7])
        >>> window_order((1, 4, 4), window=2, shift=1).pixels[:4]
        tensor([ 5,  6,  9, 10])
        >>> window_order((1, 2, 4), window=(1, 2), shift=(0, 1)).pixels
        tensor([1, 2, 3, 0, 5, 6, 7, 4])
    """
    batch, height, width = size
    (rows, columns), (down, right) = pair(window), pair(shift)
    if height % rows or width % columns:
        raise ValueError(
            'expected sides that are multiples of the window size '
            f'{rows if rows == columns else f"{rows} x {columns}"}, got {height} x {width}: '
            "pad the images, for instance with inference=dict(pad=dict(type='Pad'))"
        )
    pixels = torch.arange(batch * height * width, device=device).view(batch, height, width)
    if down or right:
        pixels = pixels.roll((-down, -right), dims=(1, 2))
    pixels = pixels.view(batch, height // rows, rows, width // columns, columns)
    windows = pixels.transpose(2, 3).flatten(3)  # (B, rows, columns, pixels of a window)
    if down or right:
        inside, last = slice(None, -1), slice(-1, None)
        places = [(inside, inside), (inside, last), (last, inside), (last, last)]
        groups = [windows[:, row, column].flatten(0, 2) for row, column in places]
    else:
        groups = [windows.flatten(0, 2)]
    index = torch.cat(groups).flatten()
    return WindowOrder(index, invert(index), tuple(group.shape[0] for group in groups))


def pair(value: int | tuple[int, int]) -> tuple[int, int]:
    """Return the number of rows and of columns; one number stands for both."""
    return (value, value) if isinstance(value, int) else value


class WindowGrid(NamedTuple):
    """The plain and the shifted windows of a batch, shared by all blocks of a network.

    - ``orders``: the plain order and the shifted one;
    - ``moves``: the index, and its inverse, that bring rows from the other order into the plain
      one, and into the shifted one;
    - ``size``: number, height and width of the images.
    """

    orders: tuple[WindowOrder, WindowOrder]
    moves: tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]
    size: tuple[int, int, int]


def window_grid(
    size: tuple[int, int, int], *, window: int, shift: int, device: torch.device | None = None
) -> WindowGrid:
    """Return both orders of a batch and how to go from one to the other; see ``window_order``.

    Examples:
        >>> grid = window_grid((1, 4, 4), window=2, shift=1)
        >>> index, inverse = grid.moves[1]
        >>> bool((grid.orders[0].pixels[index] == grid.orders[1].pixels).all())
        True
    """
    plain = window_order(size, window=window, device=device)
    shifted = window_order(size, window=window, shift=shift, device=device) if shift else plain
    there, back = plain.places[shifted.pixels], shifted.places[plain.pixels]
    return WindowGrid((plain, shifted), ((back, there), (there, back)), size)


def invert(order: Tensor) -> Tensor:
    """Return the inverse of a permutation given as an index.

    Examples:
        >>> invert(torch.tensor([2, 0, 1]))
        tensor([1, 2, 0])
    """
    return torch.empty_like(order).scatter_(
        0, order, torch.arange(order.shape[0], device=order.device, dtype=order.dtype)
    )


class _Rearrange(torch.autograd.Function):
    """Gather rows; the gradient of a permutation is a gather too, not a scattered sum."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, index: Tensor, inverse: Tensor) -> Tensor:
        ctx.save_for_backward(inverse)
        return x.index_select(0, index)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None]:
        (inverse,) = ctx.saved_tensors
        return grad.index_select(0, inverse), None, None


def rearrange(x: Tensor, index: Tensor, inverse: Tensor) -> Tensor:
    """Return the rows of ``x`` (rows, C) in the order of the permutation ``index``.

    Args:
        x: the rows.
        index: the row of ``x`` at every place of the result.
        inverse: the inverse of ``index``, needed for the gradient.

    Examples:
        >>> order = window_order((1, 2, 4), window=2)
        >>> rearrange(torch.arange(8.)[:, None], order.pixels, order.places).flatten()
        tensor([0., 1., 4., 5., 2., 3., 6., 7.])
    """
    return _Rearrange.apply(x, index, inverse)


def to_rows(image: Tensor) -> Tensor:
    """Return the pixels of (B, C, H, W) as rows (B * H * W, C); a view of channels-last images."""
    return image.permute(0, 2, 3, 1).flatten(0, 2)


def to_image(rows: Tensor, size: tuple[int, int, int]) -> Tensor:
    """Return rows (B * H * W, C) as images (B, C, H, W) that are channels-last in memory."""
    return rows.unflatten(0, size).permute(0, 3, 1, 2)


def relative_position_index(
    queries: int | tuple[int, int], keys: int | tuple[int, int] | None = None
) -> Tensor:
    """Return the row of the table of relative position biases of every query and key of a window.

    Query i at (ri, ci) and key j at (rj, cj) of h x w keys use row
    (ri - rj + h - 1) * (width of the queries + w - 1) + ci - cj + w - 1 (Swin Transformer, sec.
    3.2).

    Args:
        queries: side of the grid of queries, or height and width.
        keys: that of the keys; the queries' by default.

    Returns:
        (queries, keys) integers from 0.

    Examples:
        >>> relative_position_index(2)[0]
        tensor([4, 3, 1, 0])
        >>> relative_position_index((1, 2), (1, 3))
        tensor([[2, 1, 0],
                [3, 2, 1]])
    """
    (height, width), (rows, columns) = pair(queries), pair(queries if keys is None else keys)
    down = torch.arange(height)[:, None] - torch.arange(rows) + rows - 1
    right = torch.arange(width)[:, None] - torch.arange(columns) + columns - 1
    index = down[:, None, :, None] * (width + columns - 1) + right[:, None]
    return index.flatten(2).flatten(0, 1)


def shift_masks(
    window: int | tuple[int, int], shift: int | tuple[int, int], *, value: float = -1e4
) -> Tensor:
    """Return the logit biases of windows inside, in the last column, row and corner.

    After the cyclic shift the last ``shift`` rows and columns of the image come from its other
    side; pixels that are neighbours only through the shift must not attend to each other. The
    published constant is -100, whose softmax is a denormal number that slows matrix products on
    CPUs; with -1e4 it is exactly 0.

    Args:
        window: side of the windows, or height and width.
        shift: cyclic shift of both axes, or of each, 0 <= shift < window; 0 masks nothing.
        value: the mask between pixels from different sides.

    Returns:
        (4, pixels, pixels), 0 or ``value``.

    Examples:
        >>> shift_masks(2, 1, value=-1.0)[1, 0]
        tensor([ 0., -1.,  0., -1.])
    """
    sides = shift_sides(window, shift)
    masked = sides[:, :, None] != sides[:, None, :]
    return torch.zeros(masked.shape).masked_fill(masked, value)


def shift_sides(window: int | tuple[int, int], shift: int | tuple[int, int]) -> Tensor:
    """Return from which side of the image the pixels come of windows as in ``shift_masks``.

    Returns:
        (4, pixels), 8-bit integers that differ for pixels that must not attend to each other.

    Examples:
        >>> shift_sides((1, 3), (0, 1))
        tensor([[0, 0, 0],
                [0, 0, 1],
                [0, 0, 0],
                [0, 0, 1]], dtype=torch.uint8)
    """
    (rows, columns), (down, right) = pair(window), pair(shift)
    row = (torch.arange(rows) >= rows - down)[:, None].expand(rows, columns).byte()
    column = (torch.arange(columns) >= columns - right).expand(rows, columns).byte()
    return torch.stack([0 * row, column, row, 2 * row + column]).flatten(1)
