"""Global average pooling, which local statistics can replace at test time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.functional.tracing import exporting

_windows: ContextVar[Mapping[GlobalMean, tuple[int, int]] | None] = ContextVar(
    'windows', default=None
)


@contextmanager
def local_windows(windows: Mapping[GlobalMean, tuple[int, int]]) -> Iterator[None]:
    """Take means over windows, in this thread and for the duration of the block.

    Args:
        windows: height and width of the window of each :class:`GlobalMean`; others stay global.
    """
    token = _windows.set(windows)
    try:
        yield
    finally:
        _windows.reset(token)


class GlobalMean(nn.Module):
    """The mean over the image, (B, C, 1, 1), for networks that weigh channels by it.

    It is a module, without parameters, for :class:`mmrestore.models.inference.LocalStatistics` to
    find it. Within :func:`local_windows` it gives the means around every pixel.

    Examples:
        >>> mean = GlobalMean()
        >>> x = torch.tensor([1.0, 2.0, 6.0]).view(1, 1, 1, 3)
        >>> mean(x).flatten()
        tensor([3.])
        >>> with local_windows({mean: (1, 2)}):
        ...     mean(x).flatten()
        tensor([1.5000, 4.0000, 4.0000])
    """

    def forward(self, x: Tensor) -> Tensor:
        """Average features (B, C, H, W)."""
        windows = _windows.get()
        if windows is None or self not in windows:
            # The gradient of a sum is a view; that of x.mean would be written out for every pixel.
            dtype = torch.promote_types(x.dtype, torch.float32)
            sums = x.sum((2, 3), keepdim=True, dtype=dtype)
            return (sums / (x.shape[2] * x.shape[3])).to(x.dtype)
        return local_mean(x, windows[self])


def local_mean(x: Tensor, window: tuple[int, int]) -> Tensor:
    """Return the mean in a window around every pixel; near a border the next window inside counts.

    The window reaches (side - 1) // 2 pixels up and to the left of its pixel. A side of the window
    that covers the image gives the mean over that side.

    Args:
        x: features (B, C, H, W).
        window: height and width of the window.

    Returns:
        (B, C, H or 1, W or 1), to be broadcast with ``x``: 1 where the window covers the side.

    Examples:
        >>> local_mean(torch.arange(6.0).view(1, 1, 2, 3), (2, 2)).flatten()
        tensor([2., 3., 3.])
    """
    dtype = x.dtype
    height, width = window
    if not exporting() and height >= x.shape[2] and width >= x.shape[3]:
        return x.mean((2, 3), keepdim=True)
    # Sums along a whole side of a large image need more digits than float32 has.
    return _running_mean(_running_mean(x.double(), height, 2), width, 3).to(dtype)


def _running_mean(x: Tensor, window: int, dim: int) -> Tensor:
    size = x.shape[dim]
    if not exporting() and window >= size:
        return x.mean(dim, keepdim=True)
    widths = [0, 0] * (x.ndim - 1 - dim) + [1, 0]
    sums = F.pad(x.cumsum(dim), widths)  # sums of the first 0, 1, 2 ... values
    starts = torch.arange(size, device=x.device) - (window - 1) // 2
    length = starts.new_full((), size).clamp(max=window)  # a tensor: a traced size is no number
    starts = starts.clamp(min=0).minimum(size - length)
    return (sums.index_select(dim, starts + length) - sums.index_select(dim, starts)) / length
