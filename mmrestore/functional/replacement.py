"""Random replacement: put noisy pixels back into restored images for another network pass."""

from __future__ import annotations

import torch
from torch import Tensor

from mmrestore.functional.masks import random_mask


def check_replacements(copies: int, probability: float) -> None:
    """Raise a ``ValueError`` unless ``copies`` is at least 1 and ``probability`` is in [0, 1]."""
    if not isinstance(copies, int) or copies < 1:
        raise ValueError(
            f'expected a whole number of copies of at least 1, got {copies!r}: AMSNet and AP-BSN '
            'use 8; remove the refinement to do without it'
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
    """Return copies of restored images in which random pixels are replaced by noisy pixels.

    Source: Lee, Son and Lee, "AP-BSN: Self-supervised denoising for real-world images via
    asymmetric PD and blind-spot network", CVPR 2022. The AP-BSN code draws for each element, the
    AMSNet code once for all channels of a pixel.

    Args:
        restored: restored images (N, C, H, W).
        noisy: noisy images of the same shape.
        probability: probability that a pixel is replaced, in [0, 1].
        copies: number of copies T.
        per_element: draw for each channel of a pixel instead of once for all channels.
        generator: random generator on the device of the images.
        draws: numbers in [0, 1), used instead of a draw, (T, N, 1, H, W), or (T, N, C, H, W) with
            ``per_element``; pixels with draws below ``probability`` are replaced.

    Returns:
        (T, N, C, H, W).

    Raises:
        ValueError: the shapes do not match, or a number is outside its range.

    Examples:
        >>> draws = torch.tensor([0.1, 0.9, 0.5]).view(1, 1, 1, 1, 3)
        >>> zeros, ones = torch.zeros(1, 1, 1, 3), torch.ones(1, 1, 1, 3)
        >>> random_replacements(zeros, ones, 0.3, draws=draws).flatten()
        tensor([1., 0., 0.])
    """
    check_replacements(copies, probability)
    if restored.shape != noisy.shape:
        raise ValueError(
            'expected restored and noisy images of the same shape, got '
            f'{tuple(restored.shape)} and {tuple(noisy.shape)}'
        )
    num, channels, height, width = restored.shape
    shape = (copies, num, channels if per_element else 1, height, width)
    kept = random_mask(shape, probability, device=noisy.device, generator=generator, draws=draws)
    return torch.where(kept, restored, noisy.to(restored.dtype))
