"""What networks ask of the size of images."""

from __future__ import annotations

from torch import Tensor


def check_size(x: Tensor, multiple: int) -> None:
    """Accept images (B, C, H, W) with sides that are multiples of ``multiple``.

    Raises:
        ValueError: a side is not.

    Examples:
        >>> import torch
        >>> check_size(torch.zeros(1, 3, 8, 12), 4)
    """
    height, width = x.shape[-2:]
    if height % multiple or width % multiple:
        raise ValueError(
            f'expected sides that are multiples of {multiple}, got {height} x {width}: '
            "pad the images, for instance with inference=[dict(type='Pad')]"
        )
