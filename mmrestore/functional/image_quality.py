"""Measures of the difference between two images."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import torch
from torch import Tensor

from mmrestore.functional.colour import rgb_to_y

Channel = Literal['rgb', 'y']

SSIM_WINDOW = 11
SSIM_SIGMA = 1.5


def psnr(
    pred: Tensor,
    target: Tensor,
    *,
    channel: Channel = 'rgb',
    crop_border: int = 0,
    rounded: bool = True,
    mask: Tensor | None = None,
) -> Tensor:
    """Peak signal-to-noise ratio of each image in dB, (N,) float64; identical images have inf.

    10 log10(255^2 / MSE) with the mean squared error over all compared pixels and channels of one
    image, in grey levels.

    Args:
        pred: images (N, C, H, W), floating point in [0, 1].
        target: images of the same shape.
        channel: 'rgb' compares all channels, 'y' the luma of ``rgb_to_y``, which is not rounded
            again. An image with one channel is its own luma.
        crop_border: pixels left out at each of the four sides.
        rounded: clamp both images to [0, 1] and round them to 8 bit, ties to even, before anything
            else; otherwise they are compared as they are.
        mask: which pixels are compared, 1, and which are not, 0, (N, 1, H, W); all if absent.

    Raises:
        TypeError: an image is not floating point.
        ValueError: the shapes differ or do not fit the options.

    Examples:
        >>> target = torch.zeros(1, 3, 4, 4)
        >>> psnr(target + 51 / 255, target)
        tensor([13.9794], dtype=torch.float64)
    """
    pred, target = _grey_levels(pred, target, channel, crop_border, rounded)
    mean_squared_error = _mean((pred - target).square_(), _inside(mask, crop_border))
    return 10 * torch.log10(255**2 / mean_squared_error)


def ssim(
    pred: Tensor,
    target: Tensor,
    *,
    channel: Channel = 'rgb',
    crop_border: int = 0,
    rounded: bool = True,
    mask: Tensor | None = None,
) -> Tensor:
    """Structural similarity of each image, (N,) float64; identical images have 1.

    Local means, variances and covariance under an 11 x 11 Gaussian window of standard deviation
    1.5, population statistics, K1 = 0.01, K2 = 0.03, range 255, at the positions where the window
    lies inside the image; the mean over positions, then over channels. With 'y' there is one
    channel. With a mask both images are 0 where it is, and only windows around its ones are in the
    mean. Arguments and errors as in ``psnr``.

    Source: Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to
    structural similarity", IEEE TIP 13(4), 2004, equation 13.

    Raises:
        TypeError: an image is not floating point.
        ValueError: as in ``psnr``, or a side of the compared region is shorter than 11 pixels.

    Examples:
        >>> black = torch.zeros(1, 1, 11, 11)
        >>> ssim(black + 1, black)  # c1 / (255^2 + c1) with c1 = (0.01 * 255)^2
        tensor([9.9990e-05], dtype=torch.float64)
    """
    x, y = _grey_levels(pred, target, channel, crop_border, rounded)
    if min(x.shape[-2:]) < SSIM_WINDOW:
        raise ValueError(
            f'SSIM needs sides of at least {SSIM_WINDOW} pixels, got {tuple(x.shape[-2:])} '
            f'with crop_border={crop_border}'
        )
    mask = _inside(mask, crop_border)
    if mask is not None:
        x, y = x * mask, y * mask
        mask = _inside(mask, SSIM_WINDOW // 2)
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    mean_x, mean_y = _window_mean(x), _window_mean(y)
    covariance = _window_mean(x * y) - mean_x * mean_y
    squared_means = mean_x.square() + mean_y.square()
    # Only the sum of the two variances enters, so one filtering serves both.
    variances = _window_mean(x.square() + y.square()) - squared_means
    luminance = (2 * mean_x * mean_y + c1) / (squared_means + c1)
    structure = (2 * covariance + c2) / (variances + c2)
    return _mean(luminance * structure, mask)


def round_to_8_bit(x: Tensor) -> Tensor:
    """Clamp to [0, 1] and round to the nearest of the 256 grey levels n / 255, ties to even.

    Examples:
        >>> round_to_8_bit(torch.tensor([-0.2, 0.1, 1.5])) * 255
        tensor([  0.,  26., 255.])
    """
    return x.clamp(0, 1).mul_(255).round_().div_(255)


def _grey_levels(
    pred: Tensor, target: Tensor, channel: Channel, crop_border: int, rounded: bool
) -> tuple[Tensor, Tensor]:
    """Return what is compared, (N, C', H', W') float64 in grey levels (0 to 255)."""
    if pred.ndim != 4 or pred.shape != target.shape:
        raise ValueError(
            'expected a prediction and a target of one shape (N, C, H, W), got '
            f'{tuple(pred.shape)} and {tuple(target.shape)}'
        )
    if channel not in ('rgb', 'y'):
        raise ValueError(f"expected channel 'rgb' or 'y', got {channel!r}")
    if crop_border < 0 or 2 * crop_border >= min(pred.shape[-2:]):
        raise ValueError(
            f'crop_border={crop_border} must be at least 0 and leave pixels of an image of size '
            f'{tuple(pred.shape[-2:])}'
        )
    return tuple(_prepare(x, channel, crop_border, rounded) for x in (pred, target))  # type: ignore[return-value]


def _inside(mask: Tensor | None, border: int) -> Tensor | None:
    return mask if mask is None or not border else mask[..., border:-border, border:-border]


def _mean(values: Tensor, mask: Tensor | None) -> Tensor:
    """Return the mean of each image over channels and the pixels of the mask."""
    if mask is None:
        return values.mean(dim=(1, 2, 3))
    return (values * mask).sum(dim=(1, 2, 3)) / (mask.sum(dim=(1, 2, 3)) * values.shape[1])


def _prepare(x: Tensor, channel: Channel, crop_border: int, rounded: bool) -> Tensor:
    if not x.is_floating_point():
        raise TypeError(f'expected floating-point images in [0, 1], got {x.dtype}: divide by 255')
    height, width = x.shape[-2:]
    x = x[..., crop_border : height - crop_border, crop_border : width - crop_border].double()
    if rounded:
        x = round_to_8_bit(x)
    if channel == 'y' and x.shape[1] != 1:
        x = rgb_to_y(x)
    return x * 255


@lru_cache(maxsize=1)
def _gaussian() -> tuple[float, ...]:
    offsets = torch.arange(SSIM_WINDOW, dtype=torch.float64) - SSIM_WINDOW // 2
    window = torch.exp(-0.5 * (offsets / SSIM_SIGMA) ** 2)
    return tuple((window / window.sum()).tolist())


def _window_mean(x: Tensor) -> Tensor:
    """Weighted means of all windows inside the image, one direction after the other."""
    # Sums of shifted views: for one channel at a time PyTorch's float64 convolution is slower.
    for dim in (-2, -1):
        length = x.shape[dim] - SSIM_WINDOW + 1
        mean = torch.zeros_like(x.narrow(dim, 0, length))
        for offset, weight in enumerate(_gaussian()):
            mean.add_(x.narrow(dim, offset, length), alpha=weight)
        x = mean
    return x
