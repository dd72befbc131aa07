"""Complementary masks: each pixel is masked in exactly one of several branches, which restores it.

A branch map holds the number of that branch for each pixel. All branches share one network.

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
    """Number and granularity of complementary masks, which are disjoint and cover all pixels.

    Attributes:
        num_branches: number of masks; each masks a share of 1 / ``num_branches``.
        per_channel: whether the channels of a pixel are masked independently.
    """

    num_branches: int
    per_channel: bool


def check_branches(num_branches: int) -> None:
    """Raise a ``ValueError`` unless there are at least two branches."""
    if not isinstance(num_branches, int) or num_branches < 2:
        raise ValueError(
            f'expected a whole number of at least 2 branches, got {num_branches!r}: a single '
            'branch would mask every pixel; AMSNet uses 2'
        )


def check_map(x: Tensor, branches: Tensor) -> None:
    """Raise a ``ValueError`` unless ``branches`` is shaped as a branch map of images ``x``."""
    if branches.shape not in (x.shape, (len(x), 1, *x.shape[2:])):
        raise ValueError(
            f'for images {tuple(x.shape)} expected a branch map of shape '
            f'{(len(x), 1, *x.shape[2:])} or {tuple(x.shape)}, got {tuple(branches.shape)}'
        )


def random_branches(
    x: Tensor,
    *,
    num_branches: int,
    per_channel: bool = False,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Draw a branch map: the branch that restores each pixel, independent and uniform.

    Args:
        x: images (N, C, H, W), of which only shape and device are used.
        num_branches: number of branches K, at least 2.
        per_channel: draw for each channel, instead of once for all channels of a pixel.
        generator: random generator on the device of ``x``.

    Returns:
        int64 (N, 1, H, W), or (N, C, H, W) with ``per_channel``; values 0 to K - 1.

    Raises:
        ValueError: ``num_branches`` is below 2.

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
    """Return the inputs of branches ``numbers``: images with zeros at the pixels they restore.

    Args:
        x: images (N, C, H, W).
        branches: branch map (N, 1, H, W) or (N, C, H, W).
        numbers: B consecutive branch numbers.

    Returns:
        (B, N, C, H, W).

    Raises:
        ValueError: the shapes do not match.

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
    """Join branch outputs: each pixel is taken from the branch in which it was masked.

    Args:
        outputs: at least one image batch (N, C, H, W), in the order of the branches. An iterator is
            consumed one output at a time, so that not all outputs are in memory at once.
        branches: branch map (N, 1, H, W) or (N, C, H, W).

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
