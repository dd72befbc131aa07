"""Complementary masks: each pixel is hidden from one of several branches, which restores it.

A map says which branch restores which pixel. All branches are one network.

Source: Liao, Zheng, Zhong, Zhang and Ren, "Asymmetric mask scheme for self-supervised real image
denoising" (AMSNet), ECCV 2024, section 3.3.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor

from mmrestore.functional.recharge import random_classes


class MaskScheme(NamedTuple):
    """How pixels are hidden: one of ``num_branches`` disjoint masks at a time.

    Attributes:
        num_branches: number of masks; each hides a share of 1 / ``num_branches``.
        per_channel: whether the channels of a pixel are hidden independently.
    """

    num_branches: int
    per_channel: bool


def check_branches(num_branches: int) -> None:
    """Raise a ``ValueError`` unless there are at least two branches."""
    if not isinstance(num_branches, int) or num_branches < 2:
        raise ValueError(
            f'expected a whole number of at least 2 branches, got {num_branches!r}: of one branch '
            'everything is hidden; AMSNet has 2'
        )


def check_map(x: Tensor, branches: Tensor) -> None:
    """Raise a ``ValueError`` unless ``branches`` has the shape of a map of images (N, C, H, W)."""
    if branches.shape not in (x.shape, (len(x), 1, *x.shape[2:])):
        raise ValueError(
            f'for images {tuple(x.shape)} expected the branches of their pixels, in all channels '
            f'together or in each, got {tuple(branches.shape)}'
        )


def random_branches(
    x: Tensor,
    *,
    num_branches: int,
    per_channel: bool = False,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Draw the branch that restores each pixel, independently and uniformly.

    Args:
        x: images (N, C, H, W) that give shape and device.
        num_branches: number of branches K, at least 2.
        per_channel: draw for each channel, instead of once for all channels of a pixel.
        generator: source of the draws, of the device of ``x``.

    Returns:
        int64 (N, 1, H, W) or (N, C, H, W), 0 to K - 1.

    Raises:
        ValueError: there are fewer than two branches.

    Examples:
        >>> generator = torch.Generator().manual_seed(0)
        >>> random_branches(torch.zeros(1, 3, 1, 6), num_branches=3, generator=generator)
        tensor([[[[2, 0, 2, 0, 1, 0]]]])
    """
    check_branches(num_branches)
    num, channels, height, width = x.shape
    channels = channels if per_channel else 1
    return random_classes(
        num * channels,
        height,
        width,
        num_classes=num_branches,
        balanced=False,
        device=x.device,
        generator=generator,
    ).view(num, channels, height, width)


def hide_pixels(x: Tensor, branches: Tensor, numbers: range) -> Tensor:
    """Return what the branches called ``numbers`` see: zero at the pixels that they restore.

    Args:
        x: images (N, C, H, W).
        branches: the branch of each pixel (N, 1, H, W), or of each of its channels (N, C, H, W).
        numbers: the branches, B consecutive ones.

    Returns:
        (B, N, C, H, W).

    Raises:
        ValueError: the shapes do not fit.

    Examples:
        >>> branches = torch.tensor([0, 1, 0]).view(1, 1, 1, 3)
        >>> hide_pixels(torch.ones(1, 1, 1, 3), branches, range(2)).view(2, 3)
        tensor([[0., 1., 0.],
                [1., 0., 1.]])
    """
    check_map(x, branches)
    places = torch.arange(numbers.start, numbers.stop, device=x.device).view(-1, 1, 1, 1, 1)
    return x.masked_fill(branches == places, 0)


def join_branches(outputs: Iterable[Tensor], branches: Tensor) -> Tensor:
    """Put together what each branch made of the pixels that were hidden from it.

    Args:
        outputs: the images (N, C, H, W) of each branch, branch 0 first, at least one. An iterator
            is used up one by one, so that the outputs need not be there all at once.
        branches: the branch of each pixel (N, 1, H, W), or of each of its channels (N, C, H, W).

    Examples:
        >>> branches = torch.tensor([0, 1, 0]).view(1, 1, 1, 3)
        >>> join_branches([torch.full((1, 1, 1, 3), 5.0), torch.zeros(1, 1, 1, 3)], branches)
        tensor([[[[5., 0., 5.]]]])
    """
    remaining = iter(outputs)
    joined = next(remaining)
    for number, output in enumerate(remaining, start=1):
        joined = torch.where(branches == number, output, joined)
    return joined
