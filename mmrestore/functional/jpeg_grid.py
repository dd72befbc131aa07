"""Detection of the 8 x 8 block grid that JPEG compression leaves in an image."""

from __future__ import annotations

import torch
from torch import Tensor

PERIOD = 8
LIMIT = 0.9  # quantile at which steps are clipped
COMPRESSED = 1.05  # smallest ratio of an image that was once a JPEG


def jpeg_grid_ratio(image: Tensor) -> float:
    """Return the ratio of steps on the JPEG block grid to steps elsewhere.

    With d the differences between neighbors along rows, |2 d(j) - d(j - 1) - d(j + 1)| is clipped
    at its 90 % quantile, which limits the influence of image edges, and averaged for each of the
    eight phases j mod 8. The row ratio is the largest of the eight means divided by their median.
    The result is the mean of the row ratio and the column ratio.

    Images that were never compressed have ratios of 1.00 to 1.03. JPEG quality 95 or less mostly
    gives more than 1.05. Downscaling, or rotation by other than multiples of 90 degrees, removes
    the grid.

    Args:
        image: (C, H, W), a whole image or any crop.

    Returns:
        The ratio; 1.0 if the image has no contrast or a side below 24 pixels.

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
    # torch.quantile refuses large images.
    limit = jumps.flatten().kthvalue(max(int(LIMIT * jumps.numel()), 1)).values
    # If most pixels are equal, the quantile is 0 and nothing is clipped.
    means = (jumps.clamp(max=float(limit)) if limit > 0 else jumps).mean(dim=0)
    places = torch.stack([means[start::PERIOD].mean() for start in range(PERIOD)])
    middle = float(places.sort().values[PERIOD // 2 - 1 : PERIOD // 2 + 1].mean())
    largest = float(places.max())
    if largest == 0:
        return 1.0
    return largest / max(middle, 1e-3 * largest)
