"""PSNR and SSIM."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

import torch
from torch import Tensor

from mmrestore.functional.color import rgb_to_y

Channel = Literal['rgb', 'y']

SSIM_WINDOW = 11
SSIM_SIGMA = 1.5
PSNR_STRIP, SSIM_STRIP = 2**17, 2**18  # values per strip on a CPU; fastest in measurements


@torch.no_grad()
def psnr(
    pred: Tensor,
    target: Tensor,
    *,
    channel: Channel = 'rgb',
    crop_border: int = 0,
    rounded: bool = True,
    mask: Tensor | None = None,
) -> Tensor:
    """Return the peak signal-to-noise ratio of each image in dB, (N,) float64.

    10 log10(255^2 / MSE), where the mean squared error in gray levels is taken over all compared
    pixels and channels of one image. Identical images give inf. No gradients are computed.

    Args:
        pred: images (N, C, H, W), floating point in [0, 1].
        target: images of the same shape.
        channel: 'rgb' compares all channels; 'y' compares the luma of ``rgb_to_y``, which is not
            rounded again. A one-channel image is its own luma.
        crop_border: number of pixels excluded at each of the four sides.
        rounded: clamp both images to [0, 1] and round them to 8 bit, ties to even, before all other
            steps; False compares the values unchanged.
        mask: (N, 1, H, W), 1 for pixels to compare and 0 for others; all pixels if None.

    Raises:
        TypeError: an image is not floating point.
        ValueError: the shapes differ, or an option is invalid for the image size.

    Examples:
        >>> target = torch.zeros(1, 3, 4, 4)
        >>> psnr(target + 51 / 255, target)
        tensor([13.9794], dtype=torch.float64)
    """
    pred, target = _compared(pred, target, channel, crop_border)
    mask = _inside(mask, crop_border)
    total = pred.new_zeros(len(pred), dtype=torch.float64)
    for rows in _strips(pred, PSNR_STRIP):
        difference = _levels(pred[..., rows, :], channel, rounded)
        difference.sub_(_levels(target[..., rows, :], channel, rounded))
        if mask is not None:
            difference.mul_(mask[..., rows, :])
        flat = difference.flatten(1)
        total += torch.linalg.vecdot(flat, flat)
    mean_squared_error = total / _num_compared(pred, mask, channel)
    return 10 * torch.log10(255**2 / mean_squared_error)


@torch.no_grad()
def ssim(
    pred: Tensor,
    target: Tensor,
    *,
    channel: Channel = 'rgb',
    crop_border: int = 0,
    rounded: bool = True,
    mask: Tensor | None = None,
) -> Tensor:
    """Return the structural similarity of each image, (N,) float64.

    Local means, variances and covariance are weighted by an 11 x 11 Gaussian window of standard
    deviation 1.5 (population statistics, K1 = 0.01, K2 = 0.03, range 255). The index is averaged
    over all positions where the window lies inside the image, then over channels; 'y' has one
    channel. Identical images give 1. A mask sets both images to 0 where it is 0, and only windows
    centered on its ones are averaged. For arguments and errors see ``psnr``.

    Source: Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error visibility to
    structural similarity", IEEE TIP 13(4), 2004, equation 13.

    Raises:
        TypeError: an image is not floating point.
        ValueError: see ``psnr``, or a side of the compared region is shorter than 11 pixels.

    Examples:
        >>> black = torch.zeros(1, 1, 11, 11)
        >>> ssim(black + 1, black)  # c1 / (255^2 + c1) with c1 = (0.01 * 255)^2
        tensor([9.9990e-05], dtype=torch.float64)
    """
    pred, target = _compared(pred, target, channel, crop_border)
    height, width = pred.shape[-2:]
    if min(height, width) < SSIM_WINDOW:
        raise ValueError(
            f'SSIM needs sides of at least {SSIM_WINDOW} pixels, got {(height, width)} '
            f'with crop_border={crop_border}'
        )
    mask = _inside(mask, crop_border)
    centers = pred[..., : height - SSIM_WINDOW + 1, : width - SSIM_WINDOW + 1]
    center_mask = _inside(mask, SSIM_WINDOW // 2)
    total = pred.new_zeros(len(pred), dtype=torch.float64)
    for rows in _strips(centers, SSIM_STRIP):
        seen = slice(rows.start, rows.stop + SSIM_WINDOW - 1)
        x = _levels(pred[..., seen, :], channel, rounded)
        y = _levels(target[..., seen, :], channel, rounded)
        if mask is not None:
            x, y = x * mask[..., seen, :], y * mask[..., seen, :]
        similarity = _similarity(x, y)
        if center_mask is not None:
            similarity.mul_(center_mask[..., rows, :])
        total += similarity.sum(dim=(1, 2, 3))
    return total / _num_compared(centers, center_mask, channel)


def _similarity(x: Tensor, y: Tensor) -> Tensor:
    """Return the similarity map of images in gray levels, which are overwritten."""
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    mean_x, mean_y = _window_mean(x), _window_mean(y)
    covariance = _window_mean(x * y)
    # The formula needs only the sum of both variances, so one filter pass suffices.
    variances = _window_mean(x.square_().addcmul_(y, y))
    product = mean_x * mean_y
    squared_means = mean_x.square_().addcmul_(mean_y, mean_y)
    structure = covariance.sub_(product).mul_(2).add_(c2)
    luminance = product.mul_(2).add_(c1)
    scale = variances.sub_(squared_means).add_(c2).mul_(squared_means.add_(c1))
    return structure.mul_(luminance).div_(scale)


def round_to_8_bit(x: Tensor) -> Tensor:
    """Clamp to [0, 1] and round to the nearest of the 256 gray levels n / 255, ties to even.

    Computed in float64, as in ``psnr``, and returned in the dtype of ``x``.

    Examples:
        >>> round_to_8_bit(torch.tensor([-0.2, 0.1, 1.5])) * 255
        tensor([  0.,  26., 255.])
    """
    return x.double().clamp(0, 1).mul_(255).round_().div_(255).to(x.dtype)


def _compared(
    pred: Tensor, target: Tensor, channel: Channel, crop_border: int
) -> tuple[Tensor, Tensor]:
    """Check images (N, C, H, W) and crop their borders."""
    if pred.ndim != 4 or pred.shape != target.shape:
        raise ValueError(
            'expected prediction and target of the same shape (N, C, H, W), got '
            f'{tuple(pred.shape)} and {tuple(target.shape)}'
        )
    for x in (pred, target):
        if not x.is_floating_point():
            raise TypeError(
                f'expected floating-point images in [0, 1], got {x.dtype}: divide by 255'
            )
    if channel not in ('rgb', 'y'):
        raise ValueError(f"expected channel 'rgb' or 'y', got {channel!r}")
    if crop_border < 0 or 2 * crop_border >= min(pred.shape[-2:]):
        raise ValueError(
            'crop_border must be at least 0 and less than half of each side of the image, got '
            f'{crop_border} for size {tuple(pred.shape[-2:])}'
        )
    return _cropped(pred, crop_border), _cropped(target, crop_border)


def _cropped(x: Tensor, border: int) -> Tensor:
    return x[..., border : x.shape[-2] - border, border : x.shape[-1] - border]


def _inside(mask: Tensor | None, border: int) -> Tensor | None:
    return None if mask is None else _cropped(mask, border)


def _num_compared(x: Tensor, mask: Tensor | None, channel: Channel) -> Tensor | int:
    """Return the number of compared values of each image."""
    channels = 1 if channel == 'y' else x.shape[1]
    if mask is None:
        return channels * x.shape[-2] * x.shape[-1]
    return mask.sum(dim=(1, 2, 3)) * channels


def _strips(x: Tensor, size: int) -> Iterator[slice]:
    """Yield row slices of images (N, C, H, W) with about ``size`` values each.

    On a CPU, the intermediate results of a strip fit into the cache. Other devices use one strip.
    """
    height = x.shape[-2]
    rows = max(1, size * height // x.numel()) if x.device.type == 'cpu' else height
    for start in range(0, height, rows):
        yield slice(start, min(start + rows, height))


def _levels(x: Tensor, channel: Channel, rounded: bool) -> Tensor:
    """Return images in [0, 1] as new images in gray levels, (N, C', H, W) float64."""
    x = x.to(torch.float64, copy=True)
    if rounded:
        x.clamp_(0, 1).mul_(255).round_()
        return x if channel == 'rgb' or x.shape[1] == 1 else rgb_to_y(x.div_(255)).mul_(255)
    return (x if channel == 'rgb' or x.shape[1] == 1 else rgb_to_y(x)).mul_(255)


@lru_cache(maxsize=1)
def _gaussian() -> tuple[float, ...]:
    offsets = torch.arange(SSIM_WINDOW, dtype=torch.float64) - SSIM_WINDOW // 2
    window = torch.exp(-0.5 * (offsets / SSIM_SIGMA) ** 2)
    return tuple((window / window.sum()).tolist())


def _window_mean(x: Tensor) -> Tensor:
    """Return the weighted means of all windows inside the image, filtered separably."""
    # Sums of shifted views: PyTorch's float64 convolution is slower with one channel at a time.
    first, *weights = _gaussian()
    for dim in (-2, -1):
        length = x.shape[dim] - SSIM_WINDOW + 1
        mean = x.narrow(dim, 0, length) * first
        for offset, weight in enumerate(weights, start=1):
            mean.add_(x.narrow(dim, offset, length), alpha=weight)
        x = mean
    return x
