"""Light of a display: each image pixel is a block of red, green and blue sub-pixels."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from mmrestore.functional.camera_pipeline import gamma_expansion

BLOCK = (4, 9)  # light samples per display pixel, height and width
REACH = 2  # neighbors on each side whose light the blur spreads into a display pixel
MOST_SPREAD = 0.6  # in display pixels; up to here less than 0.0003 comes from further away


def display_light(x: Tensor, columns: Tensor, rows: Tensor, spread: Tensor) -> Tensor:
    """Return the light of pictures (N, 3, H, W) on a display, blurred by a lens: (N, 3, 4H, 9W).

    Linear light is the pixel value to the power of 2.2. Each color of a display pixel is emitted
    from a rectangle within the pixel and scaled so that the mean over the whole pixel is the light
    of the picture. The light is convolved with a Gaussian and sampled at the centers of cells of
    1/4 x 1/9 pixel. The convolution is exact (error function) rather than a sum over samples: the
    lens blurs before sampling, so that only harmonics that also alias in a camera are aliased.
    Beyond the border the picture repeats its outermost pixels.

    The samples are meant for bilinear interpolation. The variance of its triangle kernel, 1/6 of a
    squared sampling step, is subtracted from the variance of the Gaussian as far as possible.

    Args:
        x: floating-point RGB pictures in [0, 1].
        columns: left and right edges of the red, green and blue sub-pixels, (N, 3, 2), in pixels
            from the left edge of the pixel; 0 and 1 for all three is a pixel without sub-pixels.
        rows: upper and lower edges of the sub-pixels, (N, 2).
        spread: standard deviation of the Gaussian in display pixels, (N,), above 0 and at most 0.6.

    Raises:
        TypeError: ``x`` is not floating point.
        ValueError: the pictures do not have three channels.

    Examples:
        >>> x = torch.tensor([0.5, 0.0, 1.0]).view(1, 3, 1, 1)
        >>> thirds = torch.tensor([[[0.0, 1.0], [1.0, 2.0], [2.0, 3.0]]]) / 3
        >>> light = display_light(x, thirds, torch.tensor([[0.0, 1.0]]), torch.tensor([1e-3]))
        >>> light[0, :, 0].mul(100).round()  # three times 0.5^2.2 = 0.2176 in a third of the pixel
        tensor([[ 65.,  65.,  65.,   0.,   0.,   0.,   0.,   0.,   0.],
                [  0.,   0.,   0.,   0.,   0.,   0.,   0.,   0.,   0.],
                [  0.,   0.,   0.,   0.,   0.,   0., 300., 300., 300.]])
    """
    if not x.is_floating_point():
        raise TypeError(f'expected floating-point pictures in [0, 1], got {x.dtype}')
    if x.ndim != 4 or x.shape[1] != 3:
        raise ValueError(f'expected RGB pictures (N, 3, H, W), got shape {tuple(x.shape)}')
    light = gamma_expansion(x)
    spread = spread.to(x)
    narrower = [(spread**2 - 1 / (6 * num**2)).clamp(min=1e-6).sqrt() for num in BLOCK]
    down = shares(rows.to(x), narrower[0], BLOCK[0])  # (N, 5, samples)
    across = shares(columns.to(x), narrower[1][:, None], BLOCK[1])  # (N, 3, 5, samples)
    return _spread_down(_spread_across(light, across), down)


def shares(edges: Tensor, spread: Tensor, num: int) -> Tensor:
    """Return the contributions of five blurred pixel stripes to the samples of the middle pixel.

    Args:
        edges: both edges of the stripe within its pixel, (..., 2).
        spread: standard deviation of the Gaussian in pixels, (...).
        num: number of samples, at the centers of equal intervals of the pixel.

    Returns:
        (..., 5, num): contributions of the pixels at offsets -2 to 2. For each sample they sum to
        the brightness of the pattern there, which is 1 on average.

    Examples:
        >>> shares(torch.tensor([0.0, 0.5]), torch.tensor(1e-3), 4)[1:4]
        tensor([[0., 0., 0., 0.],
                [2., 2., 0., 0.],
                [0., 0., 0., 0.]])
    """
    places = (torch.arange(num, device=edges.device) + 0.5).to(edges) / num
    pixels = torch.arange(-REACH, REACH + 1, device=edges.device).to(edges)
    # (..., 5, num, 2): distances from the stripe edges of each pixel to each sample
    distances = (places[:, None] - pixels[:, None, None]) - edges[..., None, None, :]
    below = torch.special.ndtr(distances / spread[..., None, None, None])
    width = (edges[..., 1] - edges[..., 0])[..., None, None]
    return (below[..., 0] - below[..., 1]) / width


def _spread_across(x: Tensor, weights: Tensor) -> Tensor:
    """Sample the columns of ``x`` (N, C, H, W) with weights (N, C, 5, k): (N, C, H, kW)."""
    width = x.shape[-1]
    padded = F.pad(x, (REACH, REACH, 0, 0), mode='replicate')
    # Sums of products instead of a convolution, which may run in TF32 with three digits.
    result = padded[..., :width, None] * weights[:, :, None, None, 0]  # (N, C, H, W, k)
    for place in range(1, 2 * REACH + 1):
        neighbors = padded[..., place : place + width, None]
        result.addcmul_(neighbors, weights[:, :, None, None, place])
    return result.flatten(-2)


def _spread_down(x: Tensor, weights: Tensor) -> Tensor:
    """Sample the rows of ``x`` (N, C, H, W) with weights (N, 5, k): (N, C, kH, W)."""
    height = x.shape[-2]
    padded = F.pad(x, (0, 0, REACH, REACH), mode='replicate')
    spread = weights[:, None, None, :, :, None]  # (N, 1, 1, 5, k, 1)
    result = padded[:, :, :height, None] * spread[:, :, :, 0]  # (N, C, H, k, W)
    for place in range(1, 2 * REACH + 1):
        result.addcmul_(padded[:, :, place : place + height, None], spread[:, :, :, place])
    return result.flatten(2, 3)
