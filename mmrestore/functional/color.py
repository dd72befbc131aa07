"""Color spaces."""

from __future__ import annotations

from torch import Tensor


def rgb_to_y(x: Tensor) -> Tensor:
    """Return the luma of RGB images in [0, 1]: (..., 3, H, W) to (..., 1, H, W).

    ITU-R BT.601 in studio range, as in MATLAB's ``rgb2ycbcr`` for images in [0, 1]:
    Y = (65.481 R + 128.553 G + 24.966 B + 16) / 255, so that black is 16/255 and white 235/255.

    Raises:
        ValueError: the third dimension from the end does not have three channels.
        TypeError: ``x`` is not floating point.

    Examples:
        >>> import torch
        >>> rgb_to_y(torch.ones(3, 1, 1)) * 255
        tensor([[[235.]]])
    """
    if x.ndim < 3 or x.shape[-3] != 3:
        raise ValueError(f'expected RGB images (..., 3, H, W), got shape {tuple(x.shape)}')
    if not x.is_floating_point():
        raise TypeError(f'expected floating-point images in [0, 1], got {x.dtype}')
    red, green, blue = x.unbind(-3)
    return ((65.481 * red + 128.553 * green + 24.966 * blue + 16) / 255).unsqueeze(-3)
