"""Traces of the 8 x 8 blocks of JPEG in pixels."""

from __future__ import annotations

import torch
from torch import Tensor

PERIOD = 8
LIMIT = 0.9  # quantile at which edges are cut off
COMPRESSED = 1.05  # ratio from which on an image has been a JPEG


def jpeg_grid_ratio(image: Tensor) -> float:
    """Return how much stronger steps are on the grid of JPEG blocks than elsewhere.

    Of the differences d between neighbors along rows, |2 d(j) - d(j - 1) - d(j + 1)| is averaged
    for each of the eight places j mod 8, limited at its 90 % quantile so that edges of the picture
    count little; the ratio is that of the largest mean to the median of the eight. The same along
    columns; the mean of both is returned.

    Images that never were JPEG have 1.00 to 1.03, of quality 95 or less mostly more than 1.05. A
    picture that was downscaled or turned by other than quarter turns has lost the trace.

    Args:
        image: (C, H, W); any part of a picture.

    Returns:
        The ratio; 1.0 of an image without contrast, or with a side below 24 pixels.

    Examples:
        >>> blocks = torch.rand(1, 12, 12, generator=torch.manual_seed(0))
        >>> jpeg_grid_ratio(torch.nn.functional.interpolate(blocks[None], scale_factor=8)[0]) > 10
        True
        >>> noise = torch.rand(3, 256, 256, generator=torch.manual_seed(0))
        >>> 1 <= jpeg_grid_ratio(noise) < 1.03
        True
    """
    gray = image.double().mean(dim=0)
    if min(gray.shape) < 3 * PERIOD:
        return 1.0
    return (_ratio(gray) + _ratio(gray.T)) / 2


def _ratio(gray: Tensor) -> float:
    steps = gray.diff(dim=1)
    jumps = (2 * steps[:, 1:-1] - steps[:, :-2] - steps[:, 2:]).abs()
    # Not torch.quantile, which refuses large images.
    limit = jumps.flatten().kthvalue(max(int(LIMIT * jumps.numel()), 1)).values
    # Where most pixels agree there is no quantile to cut at.
    means = (jumps.clamp(max=float(limit)) if limit > 0 else jumps).mean(dim=0)
    places = torch.stack([means[start::PERIOD].mean() for start in range(PERIOD)])
    middle = float(places.sort().values[PERIOD // 2 - 1 : PERIOD // 2 + 1].mean())
    largest = float(places.max())
    if largest == 0:
        return 1.0
    return largest / max(middle, 1e-3 * largest)
