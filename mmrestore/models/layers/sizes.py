"""Checks of image sizes and of network arguments."""

from __future__ import annotations

from torch import Tensor


def check_images(x: Tensor, channels: int, multiple: int = 1) -> None:
    """Accept images (B, ``channels``, H, W) with sides that are multiples of ``multiple``.

    Raises:
        ValueError: they are not such.

    Examples:
        >>> import torch
        >>> check_images(torch.zeros(1, 3, 8, 12), 3, 4)
        >>> check_images(torch.zeros(1, 1, 8, 12), 3, 4)  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        ValueError: expected images (B, 3, H, W), got (1, 1, 8, 12): ...
    """
    if x.ndim != 4 or x.shape[1] != channels:
        raise ValueError(
            f'expected images (B, {channels}, H, W), got {tuple(x.shape)}: set `in_channels` of '
            'the network or `color` of LoadImage'
        )
    height, width = x.shape[-2:]
    if height % multiple or width % multiple:
        raise ValueError(
            f'expected sides that are multiples of {multiple}, got {height} x {width}: '
            "pad the images, for instance with inference=dict(pad=dict(type='Pad'))"
        )


def check_positive(name: str, value: int) -> None:
    """Accept a number of channels, heads or pixels that is 1 or more.

    Raises:
        ValueError: it is less.

    Examples:
        >>> check_positive('channels', 0)
        Traceback (most recent call last):
        ValueError: channels must be at least 1, got 0
    """
    if value < 1:
        raise ValueError(f'{name} must be at least 1, got {value}')
