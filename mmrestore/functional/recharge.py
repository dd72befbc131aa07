"""Recharge: put each noisy pixel back into one of several denoised targets."""

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
    """Draw one of ``num_classes`` classes for each pixel of each image.

    Args:
        num: number of images.
        height: height of the images.
        width: width of the images.
        num_classes: number of classes K.
        balanced: True gives all classes of an image equal pixel counts; if K does not divide the
            number of pixels, the first classes have one pixel more. False draws the class of each
            pixel independently.
        device: device of the result.
        generator: random generator on that device.

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
    """Replace the pixels of class k in the k-th target of each image by the noisy pixels.

    Source: Kim and Cho, "APR-RD: Complementary two steps for self-supervised real image denoising",
    AAAI 2025, equation 8.

    Args:
        targets: denoised images (N, K, C, H, W); they are not modified.
        noisy: noisy images (N, C, H, W).
        classes: int64 (N, H, W), shared by all channels; classes outside 0 to K - 1 are ignored.

    Raises:
        ValueError: the shapes do not match.

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
