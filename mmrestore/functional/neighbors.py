"""Pairs of noisy images sampled from neighboring pixels of one noisy image.

A random choice for each output pixel is turned into two source pixel indices. ``take_pixels``
applies them to any number of tensors. Such indices, called places, number the pixels of an image in
row-major order.
"""

from __future__ import annotations

import torch
from torch import Tensor

# All ordered pairs of pixels that share a side in a 2 x 2 cell, with pixels 0 1 above 2 3.
SIDE_PAIRS = ((0, 1), (0, 2), (1, 3), (2, 3), (1, 0), (2, 0), (3, 1), (3, 2))


def random_choice(
    *shape: int,
    num_choices: int,
    device: torch.device | str | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Draw uniform integers from 0 to ``num_choices - 1``, int64 of shape ``shape``.

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
    """Return the number of ordered pairs of distinct pixels in a square window.

    Args:
        window: side of the window.

    Raises:
        ValueError: the side is even or below 3.

    Examples:
        >>> num_adjacent_pairs(3), num_adjacent_pairs(5)
        (72, 600)
    """
    check_window(window)
    return window**2 * (window**2 - 1)


def adjacent_pixel_places(choice: Tensor, *, window: int = 3) -> tuple[Tensor, Tensor]:
    """Return the source places of two images: a pair of window pixels for each pixel.

    The window pixels are numbered in column-major order. Pairs of distinct pixels are ordered by
    their first pixel, then by their second. A window pixel outside the image is replaced by the
    nearest pixel inside, so that at the border both pixels of a pair may coincide.

    Source: the adjacent pixel replacer of Kim and Cho, "APR-RD: Complementary two steps for
    self-supervised real image denoising", AAAI 2025, whose window is 3.

    Args:
        choice: int64 (N, H, W), the pair number of each pixel, below
            ``num_adjacent_pairs(window)``.
        window: side of the window, odd.

    Returns:
        Places of the first and the second image, int64 (N, H, W) each.

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
    """Return the source places of two half-size images: a pixel pair for each 2 x 2 cell.

    The pixels of a pair share a side; ``SIDE_PAIRS`` lists the pairs in order.

    Source: Huang et al., "Neighbor2Neighbor: Self-supervised denoising from single noisy images",
    CVPR 2021, section 4.1.

    Args:
        choice: int64 (N, H/2, W/2), the pair number of each cell, 0 to 7.

    Returns:
        Places of both images in images of H x W pixels, int64 (N, H/2, W/2) each.

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
    """Gather the pixels of ``x`` at the given places, all channels together.

    Args:
        x: images (N, C, H, W), or (N, K, C, H, W) with the same places for K images.
        places: int64 (N, h, w), pixel indices below H * W.

    Returns:
        (N, C, h, w) or (N, K, C, h, w).

    Raises:
        ValueError: the shapes do not match.

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
