"""Noisy pixels put back into denoised targets, each into one of several."""

from __future__ import annotations

import torch
from torch import Tensor

from mmrestore.functional.permutation import random_permutation


def random_classes(
    num: int,
    height: int,
    width: int,
    *,
    num_classes: int,
    balanced: bool = True,
    device: torch.device | str | None = None,
    generator: torch.Generator | None = None,
) -> Tensor:
    """Draw one of ``num_classes`` classes for every pixel of every image.

    Args:
        num: number of images.
        height: their height.
        width: their width.
        num_classes: number of classes K.
        balanced: all classes of an image have equally many pixels, the first ones one more where K
            does not divide their number. Otherwise every pixel draws its class independently.
        device: where they are drawn.
        generator: source of the draws, of that device.

    Returns:
        int64 (num, height, width), 0 to K - 1.

    Examples:
        >>> random_classes(2, 3, 5, num_classes=4).flatten(1).sort().values[1].bincount()
        tensor([4, 4, 4, 3])
    """
    if not balanced:
        return torch.randint(num_classes, (num, height, width), device=device, generator=generator)
    order = random_permutation(num, height * width, device=device, generator=generator)
    return order.remainder_(num_classes).view(num, height, width)


def recharge(targets: Tensor, noisy: Tensor, classes: Tensor) -> Tensor:
    """Replace the pixels of class k by the noisy ones in the k-th target of every image.

    Source: Kim and Cho, "APR-RD: Complementary two steps for self-supervised real image denoising",
    AAAI 2025, equation 8.

    Args:
        targets: denoised images (N, K, C, H, W); they are not changed.
        noisy: the noisy images (N, C, H, W).
        classes: int64 (N, H, W), for all channels; a class that no target has changes nothing.

    Raises:
        ValueError: the shapes do not fit.

    Examples:
        >>> targets, noisy = torch.zeros(1, 2, 1, 1, 3), torch.ones(1, 1, 1, 3)
        >>> recharge(targets, noisy, torch.tensor([[[0, 1, 1]]])).flatten(1)
        tensor([[1., 0., 0., 0., 1., 1.]])
    """
    expected = (len(noisy), *noisy.shape[-2:])
    fits = targets.ndim == 5 and targets.shape[:1] + targets.shape[2:] == noisy.shape
    if not fits or tuple(classes.shape) != expected:
        raise ValueError(
            'expected targets (N, K, C, H, W), noisy images (N, C, H, W) and classes (N, H, W), '
            f'got {tuple(targets.shape)}, {tuple(noisy.shape)} and {tuple(classes.shape)}'
        )
    numbers = torch.arange(targets.shape[1], device=classes.device).view(-1, 1, 1)
    chosen = classes.unsqueeze(1) == numbers  # (N, K, H, W)
    return torch.where(chosen.unsqueeze(2), noisy.unsqueeze(1).to(targets.dtype), targets)
