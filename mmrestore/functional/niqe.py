"""Natural image quality evaluator (NIQE)."""

from __future__ import annotations

from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor

from mmrestore.functional.image_quality import round_to_8_bit
from mmrestore.functional.resize import resize

BLOCK = 96  # block side in pixels
NUM_FEATURES = 36  # 18 at full resolution and 18 at half resolution
LUMA = (0.298936021293775, 0.587043074451121, 0.114020904255103)  # from MATLAB's rgb2gray
WINDOW, SIGMA = 7, 7 / 6
ROUNDING = 1e-9  # gray levels
NEIGHBORS = ((0, 1), (1, 0), (1, 1), (1, -1))  # row and column offsets within a pixel pair


@torch.no_grad()
def niqe(image: Tensor, mean: Tensor, covariance: Tensor) -> Tensor:
    """Return the NIQE of one image, () float64; lower is better.

    sqrt(d^T ((C + C') / 2)^+ d), where d is the difference between the mean block features of the
    image and of photographs, and C and C' are the covariances of both.

    Source: Mittal, Soundararajan and Bovik, "Making a 'completely blind' image quality analyzer",
    IEEE SPL 20(3), 2013, equation 10.

    Args:
        image: (C, H, W) in [0, 1] with one or three channels; it is clamped and rounded to 8 bit.
        mean: mean features of undistorted photographs, (36,).
        covariance: covariance of these features, (36, 36).

    Raises:
        ValueError: the image has fewer than two blocks of 96 x 96 pixels, or neither one nor three
            channels.

    Examples:
        >>> x = torch.rand(1, 96, 192, generator=torch.Generator().manual_seed(0))
        >>> features = niqe_features(x)
        >>> niqe(x, features.mean(0), features.T.cov()).item()
        0.0
    """
    features = niqe_features(image)
    whole = features[features.isfinite().all(dim=1)]  # constant blocks have no shape
    mean, covariance = (x.to(features).reshape(-1) for x in (mean, covariance))
    pooled = (covariance.view(NUM_FEATURES, NUM_FEATURES) + whole.T.cov()) / 2
    difference = mean - features.nanmean(dim=0)
    return (difference @ torch.linalg.pinv(pooled) @ difference).clamp_min(0).sqrt()


def niqe_features(image: Tensor) -> Tensor:
    """Return the block features of an image, (blocks, 36) float64.

    The features are the parameters of asymmetric generalized Gaussian distributions, fitted to
    normalized luminance and to products of neighboring values, at full and at half resolution.

    Args:
        image: see :func:`niqe`.

    Raises:
        ValueError: see :func:`niqe`.
    """
    channels, height, width = image.shape
    rows, columns = height // BLOCK, width // BLOCK
    if channels not in (1, 3) or rows * columns < 2:
        raise ValueError(
            'NIQE needs an image (1 or 3, H, W) with at least two blocks of '
            f'{BLOCK} x {BLOCK} pixels, got {tuple(image.shape)}'
        )
    levels = 255 * round_to_8_bit(image.double())
    if channels == 3:
        levels = torch.einsum('chw,c->hw', levels, levels.new_tensor(LUMA)).round()[None]
    levels = levels[:, : rows * BLOCK, : columns * BLOCK]
    features = []
    for side in (BLOCK, BLOCK // 2):
        normalized = normalize_luminance(levels)[0]
        blocks = normalized.unfold(0, side, side).unfold(1, side, side)
        features.append(_block_features(blocks.reshape(rows * columns, side, side)))
        levels = 255 * resize(levels / 255, scale=0.5)
    return torch.cat(features, dim=1)


def normalize_luminance(levels: Tensor) -> Tensor:
    """Return (x - local mean) / (local standard deviation + 1) of gray levels (1, H, W).

    Local statistics are weighted by a Gaussian window of 7 x 7 pixels with sigma 7 / 6; edge values
    are repeated beyond the border. Constant windows give exactly 0: the sign of a rounding error
    would change the features.

    Examples:
        >>> normalize_luminance(torch.full((1, 8, 8), 0.3, dtype=torch.float64)).abs().max().item()
        0.0
    """
    offsets = torch.arange(WINDOW, dtype=levels.dtype, device=levels.device) - WINDOW // 2
    window = torch.exp(-0.5 * (offsets / SIGMA) ** 2)
    window = torch.outer(window, window) / window.sum() ** 2

    def local_mean(x: Tensor) -> Tensor:
        padded = F.pad(x[None], (WINDOW // 2,) * 4, mode='replicate')
        return F.conv2d(padded, window[None, None])[0]

    mean = local_mean(levels)
    deviation = (local_mean(levels.square()) - mean.square()).abs().sqrt()
    difference = levels - mean
    return torch.where(difference.abs() < ROUNDING, 0.0, difference) / (deviation + 1)


def fit_asymmetric_gaussian(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Fit asymmetric generalized Gaussian distributions by moment matching.

    Args:
        x: samples, (N, n); one distribution is fitted to each row.

    Returns:
        The shape alpha, in steps of 0.001 from 0.2 to 10, and the left and right scales, each (N,).

    Source: Lasmar, Stitou and Berthoumieu, "Multiscale skewed heavy tailed model for texture
    analysis", ICIP 2009.

    Examples:
        >>> x = torch.randn(1, 100_000, generator=torch.Generator().manual_seed(0)).double()
        >>> [round(v.item(), 1) for v in fit_asymmetric_gaussian(x)]  # alpha 2, scale sqrt(2)
        [2.0, 1.4, 1.4]
    """
    squares = x.square()
    sides = [(squares * side).sum(1) / side.sum(1) for side in (x < 0, x > 0)]
    left, right = (side.sqrt() for side in sides)
    ratio = left / right
    moments = x.abs().mean(1).square() / squares.mean(1)
    wanted = moments * (ratio**3 + 1) * (ratio + 1) / (ratio**2 + 1) ** 2
    shapes, ratios = (v.to(x.device) for v in _shape_table())
    alpha = shapes[(ratios - wanted[:, None]).abs().argmin(dim=1)]
    alpha = torch.where(wanted.isfinite(), alpha, torch.nan)
    factor = (_log_gamma(1 / alpha) - _log_gamma(3 / alpha)).exp().sqrt()
    return alpha, left * factor, right * factor


def _block_features(blocks: Tensor) -> Tensor:
    """Return the 18 features of each block (N, side, side) of normalized luminance."""
    alpha, left, right = fit_asymmetric_gaussian(blocks.flatten(1))
    features = [alpha, (left + right) / 2]
    for shift in NEIGHBORS:
        products = blocks * blocks.roll(shift, dims=(1, 2))
        alpha, left, right = fit_asymmetric_gaussian(products.flatten(1))
        mean = (right - left) * (_log_gamma(2 / alpha) - _log_gamma(1 / alpha)).exp()
        features += [alpha, mean, left, right]
    return torch.stack(features, dim=1)


@lru_cache(maxsize=1)
def _shape_table() -> tuple[Tensor, Tensor]:
    """Return the table of shapes and the values (E|x|)^2 / E x^2 of symmetric distributions."""
    shapes = torch.arange(200, 10_001, dtype=torch.float64) / 1000
    ratios = 2 * _log_gamma(2 / shapes) - _log_gamma(1 / shapes) - _log_gamma(3 / shapes)
    return shapes, ratios.exp()


def _log_gamma(x: Tensor) -> Tensor:
    return torch.special.gammaln(x)
