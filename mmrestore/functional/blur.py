"""Gaussian blur."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from mmrestore.functional.borders import mirrored_places

REACH = 4  # radius of the kernel in standard deviations


def gaussian_blur(x: Tensor, std: float | Tensor, *, widest: float | None = None) -> Tensor:
    """Blur images (N, C, H, W) with a Gaussian kernel, one for all images or one for each.

    The kernel holds the values of the Gaussian at whole pixels, divided by their sum. Its radius is
    4 times the largest standard deviation. Beyond the border the image is mirrored with the edge
    repeated.

    Args:
        x: floating-point images.
        std: standard deviation in pixels, one number or (N,) one for each image; 0 leaves an image
            unchanged.
        widest: an upper bound of ``std``, so that tensors on a GPU need not be read; the result is
            the same.

    Examples:
        >>> x = torch.zeros(1, 1, 1, 5)
        >>> x[..., 2] = 1
        >>> gaussian_blur(x, 0.6).flatten()
        tensor([0.0026, 0.1655, 0.6638, 0.1655, 0.0026])
    """
    std = torch.as_tensor(std, device=x.device, dtype=x.dtype).expand(len(x))
    radius = math.ceil(REACH * (std.max().item() if widest is None else widest))
    offsets = torch.arange(-radius, radius + 1, device=x.device, dtype=x.dtype)
    variance = std.square().clamp(min=torch.finfo(x.dtype).tiny)[:, None]
    kernels = torch.exp(-(offsets**2) / (2 * variance))
    kernels = kernels * (offsets.abs() <= (REACH * std.max()).ceil())
    kernels = kernels / kernels.sum(dim=1, keepdim=True)  # (N, K)
    images, channels, height, width = x.shape
    weights = kernels.repeat_interleave(channels, dim=0)[:, None, None]  # (N * C, 1, 1, K)
    rows = torch.arange(-radius, height + radius, device=x.device)
    columns = torch.arange(-radius, width + radius, device=x.device)
    padded = x[..., mirrored_places(rows, height), :][..., mirrored_places(columns, width)]
    flat = padded.reshape(1, images * channels, *padded.shape[-2:])
    blurred = F.conv2d(flat, weights, groups=images * channels)
    blurred = F.conv2d(blurred, weights.transpose(2, 3), groups=images * channels)
    return blurred.view(images, channels, height, width)
