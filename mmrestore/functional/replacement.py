"""Noisy pixels put back into restored images, for another pass of the network."""

from __future__ import annotations

import torch
from torch import Tensor

from mmrestore.functional.masks import random_mask


def check_replacements(copies: int, probability: float) -> None:
    """Raise a ``ValueError`` unless there may be so many copies, and the probability is one."""
    if not isinstance(copies, int) or copies < 1:
        raise ValueError(
            f'expected a whole number of copies of at least 1, got {copies!r}: AMSNet and AP-BSN '
            'have 8; leave the refinement out where nothing is to be refined'
        )
    if not 0 <= probability <= 1:
        raise ValueError(
            f'expected a probability in [0, 1], got {probability}: 0.16 puts back 16 of 100 pixels'
        )


def random_replacements(
    restored: Tensor,
    noisy: Tensor,
    probability: float,
    *,
    copies: int = 1,
    per_element: bool = False,
    generator: torch.Generator | None = None,
    draws: Tensor | None = None,
) -> Tensor:
    """Return copies of restored images in which some pixels are the noisy ones again.

    Source: Lee, Son and Lee, "AP-BSN: Self-supervised denoising for real-world images via
    asymmetric PD and blind-spot network", CVPR 2022, whose code draws for every element; that of
    AMSNet draws once for all channels of a pixel.

    Args:
        restored: images (N, C, H, W).
        noisy: what they were restored from.
        probability: that a pixel is replaced, in [0, 1].
        copies: number of copies T.
        per_element: draw for every channel of a pixel instead of once for all.
        generator: source of the draws, of the device of the images.
        draws: numbers in [0, 1) to be used instead, (T, N, 1, H, W), or (T, N, C, H, W) per
            element; where they are below ``probability`` the noisy pixel comes back.

    Returns:
        (T, N, C, H, W).

    Raises:
        ValueError: the shapes do not fit, or a number is out of its range.

    Examples:
        >>> draws = torch.tensor([0.1, 0.9, 0.5]).view(1, 1, 1, 1, 3)
        >>> zeros, ones = torch.zeros(1, 1, 1, 3), torch.ones(1, 1, 1, 3)
        >>> random_replacements(zeros, ones, 0.3, draws=draws).flatten()
        tensor([1., 0., 0.])
    """
    check_replacements(copies, probability)
    if restored.shape != noisy.shape:
        raise ValueError(
            f'expected restored and noisy images of one shape, got {tuple(restored.shape)} and '
            f'{tuple(noisy.shape)}'
        )
    num, channels, height, width = restored.shape
    shape = (copies, num, channels if per_element else 1, height, width)
    kept = random_mask(shape, probability, device=noisy.device, generator=generator, draws=draws)
    return torch.where(kept, restored, noisy.to(restored.dtype))
