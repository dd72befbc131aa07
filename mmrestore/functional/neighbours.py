"""Pairs of noisy images from one: each pixel of both comes from the neighbourhood of its place.

First a choice is drawn for every place, then it is turned into the places that the pixels of the
two images come from, and these are applied to any number of tensors. Places count the pixels of an
image row by row.
"""

from __future__ import annotations

import torch
from torch import Tensor

# The pixels of a 2 x 2 cell are 0 1 above 2 3; every ordered pair that shares a side.
SIDE_PAIRS = ((0, 1), (0, 2), (1, 3), (2, 3), (1, 0), (2, 0), (3, 1), (3, 2))


def random_choice(
    *shape: int,
    num_choices: int,
    device: torch.device | str | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Draw one of 0 to ``num_choices - 1`` for every place, uniformly; int64 of shape ``shape``.

    Examples:
        >>> random_choice(2, 3, 4, num_choices=num_adjacent_pairs(3)).shape
        torch.Size([2, 3, 4])
    """
    return torch.randint(num_choices, shape, device=device, generator=generator)


def check_window(window: int) -> None:
    """Raise a ``ValueError`` unless a window has an odd side of at least 3 pixels."""
    if window < 3 or window % 2 == 0:
        raise ValueError(f'expected an odd window of at least 3 pixels, got {window}')


def num_adjacent_pairs(window: int = 3) -> int:
    """Return how many ordered pairs of distinct pixels a square window has.

    Args:
        window: its side.

    Raises:
        ValueError: the side is even or below 3.

    Examples:
        >>> num_adjacent_pairs(3), num_adjacent_pairs(5)
        (72, 600)
    """
    check_window(window)
    return window**2 * (window**2 - 1)


def adjacent_pixel_places(choice: Tensor, *, window: int = 3) -> tuple[Tensor, Tensor]:
    """Return where two images of adjacent pixels come from: the pairs of window pixels chosen.

    The pixels of the window around a place are counted column by column. Pairs are in the order of
    their first pixel, then of their second, which is another one. A pixel outside of the image is
    the nearest one inside, so that at the border both may be the same.

    Source: the adjacent pixel replacer of Kim and Cho, "APR-RD: Complementary two steps for
    self-supervised real image denoising", AAAI 2025, whose window is 3.

    Args:
        choice: int64 (N, H, W), the number of the pair of every place, below
            ``num_adjacent_pairs(window)``.
        window: side of the window, odd.

    Returns:
        Places of the first and of the second image, int64 (N, H, W).

    Raises:
        ValueError: the window is even or below 3.

    Examples:
        >>> first, second = adjacent_pixel_places(torch.full((1, 3, 3), 36))
        >>> first[0, 1, 1], second[0, 1, 1]  # of the nine pixels 0 to 8
        (tensor(4), tensor(7))
    """
    num_seconds = num_adjacent_pairs(window) // window**2
    height, width = choice.shape[-2:]
    rows = torch.arange(height, device=choice.device).view(-1, 1)
    columns = torch.arange(width, device=choice.device)

    def places(pixel: Tensor) -> Tensor:
        row = (rows + pixel % window - window // 2).clamp_(0, height - 1)
        column = (columns + pixel // window - window // 2).clamp_(0, width - 1)
        return row.mul_(width).add_(column)

    first, second = choice // num_seconds, choice % num_seconds
    return places(first), places(second + (second >= first))


def cell_pixel_places(choice: Tensor) -> tuple[Tensor, Tensor]:
    """Return where two half-size images come from: pairs of pixels of every 2 x 2 cell.

    The pixels of a pair share a side; ``SIDE_PAIRS`` are the pairs in their order.

    Source: Huang et al., "Neighbor2Neighbor: Self-supervised denoising from single noisy images",
    CVPR 2021, section 4.1.

    Args:
        choice: int64 (N, H/2, W/2), the number of the pair of every cell, 0 to 7.

    Returns:
        Places of the first and of the second image in images of H x W pixels, int64 (N, H/2, W/2).

    Examples:
        >>> first, second = cell_pixel_places(torch.tensor([[[0, 7]]]))
        >>> first, second  # of the pixels 0 to 3 above 4 to 7
        (tensor([[[0, 7]]]), tensor([[[1, 6]]]))
    """
    num_rows, num_columns = choice.shape[-2:]
    width = 2 * num_columns
    pairs = torch.tensor(SIDE_PAIRS).to(choice.device, non_blocking=True)
    steps = pairs // 2 * width + pairs % 2  # from the top left pixel of the cell
    rows = torch.arange(0, 2 * num_rows, 2, device=choice.device).view(-1, 1)
    corners = rows * width + torch.arange(0, width, 2, device=choice.device)
    return corners + steps[:, 0][choice], corners + steps[:, 1][choice]


def take_pixels(x: Tensor, places: Tensor) -> Tensor:
    """Return the images whose pixels come from the given places of ``x``, channels together.

    Args:
        x: images (N, C, H, W), or (N, K, C, H, W) whose K images are treated alike.
        places: int64 (N, h, w) of numbers below H * W.

    Returns:
        (N, C, h, w) or (N, K, C, h, w).

    Raises:
        ValueError: the shapes do not fit.

    Examples:
        >>> x = torch.tensor([[[[1, 2], [3, 4]]]])
        >>> take_pixels(x, torch.tensor([[[3, 0, 1]]]))
        tensor([[[[4, 1, 2]]]])
    """
    if x.ndim not in (4, 5) or places.ndim != 3 or len(places) != len(x):
        raise ValueError(
            'expected images (N, C, H, W) or (N, K, C, H, W) and places (N, h, w), got '
            f'{tuple(x.shape)} and {tuple(places.shape)}'
        )
    flat = x.flatten(-2)
    index = places.flatten(1).view(len(x), *[1] * (x.ndim - 3), -1)
    taken = flat.gather(-1, index.expand(*flat.shape[:-1], -1))
    return taken.unflatten(-1, places.shape[-2:])
