"""Samplers of two noisy images from one, for training by pairs.

A sampler draws where the pixels of both images come from; that is applied to any number of tensors
by :func:`mmrestore.functional.neighbors.take_pixels`.
"""

from __future__ import annotations

from torch import Tensor

from mmrestore.functional.neighbors import (
    SIDE_PAIRS,
    adjacent_pixel_places,
    cell_pixel_places,
    num_adjacent_pairs,
    random_choice,
)
from mmrestore.registry import MODELS


@MODELS.register_module()
class AdjacentPixelSampler:
    """Take every pixel of both images from the window around it: two distinct pixels at random.

    The images keep their size. Source and border: see ``adjacent_pixel_places``.

    Args:
        window: side of the window, odd.

    Raises:
        ValueError: the window is even or below 3.

    Examples:
        >>> import torch
        >>> first, second = AdjacentPixelSampler()(torch.rand(2, 3, 5, 7))
        >>> first.shape, bool((first != second)[:, 1:-1, 1:-1].all())
        (torch.Size([2, 5, 7]), True)
    """

    def __init__(self, window: int = 3) -> None:
        self.num_pairs = num_adjacent_pairs(window)
        self.window = window

    def __call__(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Draw for images (N, C, H, W); return int64 places (N, H, W) of both."""
        shape = (len(x), *x.shape[-2:])
        choice = random_choice(*shape, num_choices=self.num_pairs, device=x.device)
        return adjacent_pixel_places(choice, window=self.window)


@MODELS.register_module()
class CellPixelSampler:
    """Take a pixel of both images from each 2 x 2 cell: two that share a side, at random.

    The images have half the height and width. Source: see ``cell_pixel_places``.

    Raises:
        ValueError: in a call, if a side is odd.

    Examples:
        >>> import torch
        >>> first, second = CellPixelSampler()(torch.rand(2, 3, 4, 6))
        >>> first.shape, bool((first != second).all())
        (torch.Size([2, 2, 3]), True)
    """

    def __call__(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Draw for images (N, C, H, W); return int64 places (N, H/2, W/2) of both."""
        height, width = x.shape[-2:]
        if height % 2 or width % 2:
            raise ValueError(
                f'cells of 2 x 2 pixels need even sides, got {height} x {width}: change the size '
                'of the crop'
            )
        shape = (len(x), height // 2, width // 2)
        return cell_pixel_places(
            random_choice(*shape, num_choices=len(SIDE_PAIRS), device=x.device)
        )
