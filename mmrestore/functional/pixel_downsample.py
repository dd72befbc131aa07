"""Pixel downsampling (PD): split images into sub-images of every s-th pixel, and the inverse.

Correlated noise is less correlated in the sub-images. They are stacked along the batch axis or
placed side by side in a mosaic with the channels of the image.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor


def check_stride(stride: int, padding: int = 0) -> None:
    """Raise a ``ValueError`` unless stride and padding are integers of at least 1 and 0."""
    if not isinstance(stride, int) or stride < 1:
        raise ValueError(
            f'expected a whole stride of at least 1, got {stride!r}: 1 takes every pixel, 2 '
            'every second pixel'
        )
    if not isinstance(padding, int) or padding < 0:
        raise ValueError(
            f'expected a whole padding of at least 0, got {padding!r}: 0 adds no zeros between '
            'the tiles of a mosaic'
        )


def pixel_downsample(x: Tensor, stride: int) -> Tensor:
    """Split images: sub-image ``n*s*s + dy*s + dx`` is ``x[n, ..., dy::s, dx::s]``.

    Source: Liao, Zheng, Zhong, Zhang and Ren, "Asymmetric mask scheme for self-supervised real
    image denoising" (AMSNet), ECCV 2024, section 3.2; the order is that of the released code.

    Args:
        x: images (N, C, H, W) or (N, K, C, H, W).
        stride: s; 1 changes nothing.

    Returns:
        (N*s*s, C, H/s, W/s) or (N*s*s, K, C, H/s, W/s).

    Raises:
        ValueError: the stride is below 1, or a side is not a positive multiple of it.

    Examples:
        >>> import torch
        >>> pixel_downsample(torch.arange(8).view(1, 1, 2, 4), 2).flatten(1)
        tensor([[0, 2],
                [1, 3],
                [4, 6],
                [5, 7]])
    """
    # (N, dy, dx, ..., h, w)
    return _phases(x, stride).movedim(-1, 1).movedim(-2, 1).flatten(0, 2)


def pixel_upsample(x: Tensor, stride: int) -> Tensor:
    """Reassemble images from sub-images, the inverse of :func:`pixel_downsample`.

    Args:
        x: (N*s*s, C, h, w) or (N*s*s, K, C, h, w).
        stride: s.

    Returns:
        (N, C, h*s, w*s) or (N, K, C, h*s, w*s).

    Raises:
        ValueError: the stride is below 1, or the number of sub-images is not a positive multiple of
            its square.

    Examples:
        >>> import torch
        >>> pixel_upsample(torch.tensor([0, 1, 4, 5]).view(4, 1, 1, 1), 2).squeeze()
        tensor([[0, 1],
                [4, 5]])
    """
    check_stride(stride)
    number = x.shape[0]
    if not number or number % stride**2:
        raise ValueError(
            f'expected a multiple of {stride**2} sub-images for stride {stride}, got {number}'
        )
    phases = x.unflatten(0, (-1, stride, stride)).movedim(1, -2).movedim(1, -1)
    return phases.flatten(-2).flatten(-3, -2)  # from (N, ..., h, dy, w, dx)


def to_mosaic(x: Tensor, stride: int, *, padding: int = 2) -> Tensor:
    """Place sub-images side by side: tile (``dy``, ``dx``) is ``x[..., dy::s, dx::s]``.

    Source: Lee, Son and Lee, "AP-BSN: Self-supervised denoising for real-world images via
    asymmetric PD and blind-spot network", CVPR 2022, whose padding is 2.

    Args:
        x: images (N, C, H, W) or (N, K, C, H, W).
        stride: s, the number of tiles per row and per column.
        padding: width of the zero padding on all four sides of each tile.

    Returns:
        (N, C, H', W') or (N, K, C, H', W') with H' = H + 2*s*padding, W' = W + 2*s*padding.

    Raises:
        ValueError: the stride is below 1, the padding is negative, or a side is not a positive
            multiple of the stride.

    Examples:
        >>> import torch
        >>> to_mosaic(torch.arange(8).view(1, 1, 2, 4), 2, padding=0).squeeze()
        tensor([[0, 2, 1, 3],
                [4, 6, 5, 7]])
    """
    check_stride(stride, padding)
    tiles = _phases(x, stride).transpose(-4, -3).transpose(-2, -1)  # (N, ..., dy, h, dx, w)
    if padding:
        tiles = F.pad(tiles, (padding, padding, 0, 0, padding, padding))
    return tiles.flatten(-2).flatten(-3, -2)


def from_mosaic(x: Tensor, stride: int, *, padding: int = 2) -> Tensor:
    """Reassemble images from a mosaic without its padding, the inverse of :func:`to_mosaic`.

    Args:
        x: (N, C, H', W') or (N, K, C, H', W'), see :func:`to_mosaic`.
        stride: s.
        padding: width of the padding on all four sides of each tile.

    Returns:
        (N, C, H, W) or (N, K, C, H, W).

    Raises:
        ValueError: the stride is below 1, the padding is negative, or the size does not match them.

    Examples:
        >>> import torch
        >>> from_mosaic(torch.tensor([[0, 2, 1, 3], [4, 6, 5, 7]])[None, None], 2, padding=0)
        tensor([[[[0, 1, 2, 3],
                  [4, 5, 6, 7]]]])
    """
    check_stride(stride, padding)
    height, width = x.shape[-2:]
    if height % stride or width % stride or min(height, width) <= 2 * stride * padding:
        raise ValueError(
            f'a mosaic of {stride} x {stride} tiles with padding {padding} has sides that are '
            f'multiples of {stride} above {2 * stride * padding}, got {(height, width)}'
        )
    tiles = x.unflatten(-1, (stride, -1)).unflatten(-3, (stride, -1))  # (N, ..., dy, h, dx, w)
    inner_height, inner_width = (side // stride - 2 * padding for side in (height, width))
    tiles = tiles.narrow(-3, padding, inner_height).narrow(-1, padding, inner_width)
    return tiles.transpose(-4, -3).transpose(-2, -1).flatten(-2).flatten(-3, -2)


def _phases(x: Tensor, stride: int) -> Tensor:
    """View images as (N, ..., h, dy, w, dx)."""
    check_stride(stride)
    height, width = x.shape[-2:]
    if not min(height, width) or height % stride or width % stride:
        raise ValueError(
            f'pixel downsampling by {stride} needs sides that are multiples of {stride}, got '
            f'{(height, width)}: change the crop size, or pad the images and crop the result, as '
            'the inference decorator PixelDownsampled does'
        )
    return x.unflatten(-1, (-1, stride)).unflatten(-3, (-1, stride))
