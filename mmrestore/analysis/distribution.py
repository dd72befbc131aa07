"""Distribution of feature values."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from mmrestore.analysis.networks_under_noise import Inputs, deep_features

RANGE_SIGMAS = 4.0
BLOCK_ELEMENTS = 2**22  # float32 counts are exact up to 2^24


class Histogram(NamedTuple):
    """Counts of values in bins of equal width.

    - ``edges``: (bins + 1,) float64;
    - ``counts``: (bins,) int64; a bin holds its lower edge, the last one both;
    - ``outside``: number of values below the first edge or above the last.
    """

    edges: Tensor
    counts: Tensor
    outside: int


def value_range(features: Tensor, num_sigmas: float = RANGE_SIGMAS) -> tuple[float, float]:
    """Return mean -/+ ``num_sigmas`` standard deviations, clipped to the observed range.

    Args:
        features: (N, features).
        num_sigmas: standard deviations to each side.

    Raises:
        ValueError: the features are all equal, or not all finite.

    Examples:
        >>> value_range(torch.tensor([[-1.0, 1.0, -7.0, 7.0]]), 1)
        (-5.0, 5.0)
    """
    means = torch.stack([row.mean(dtype=torch.float64) for row in features])
    mean = means.mean().item()
    variance = (
        torch.stack([(row.double() - mean).square().mean() for row in features]).mean().item()
    )
    reach = num_sigmas * variance**0.5
    least, most = features.min().item(), features.max().item()
    if not 0 < reach < float('inf') or not least < most:
        raise ValueError('the features are all equal or not finite: choose another layer')
    return max(least, mean - reach), min(most, mean + reach)


def histogram(values: Tensor, value_range: tuple[float, float], *, bins: int = 100) -> Histogram:
    """Count values, on their device.

    Args:
        values: numbers in any shape.
        value_range: the first and the last edge.
        bins: number of bins.

    Examples:
        >>> histogram(torch.tensor([0.0, 0.1, 0.6, 1.0, 3.0]), (0.0, 1.0), bins=2).counts
        tensor([2, 2])
    """
    low, high = value_range
    counts = torch.zeros(bins, dtype=torch.int64)
    flat = values.flatten()
    for block in flat.split(BLOCK_ELEMENTS):
        counts += block.float().histc(bins, low, high).long().cpu()
    edges = torch.linspace(low, high, bins + 1, dtype=torch.float64)
    return Histogram(edges, counts, len(flat) - int(counts.sum()))


def measure_distributions(
    inputs: Inputs, *, layer: str | None = None, bins: int = 100, seed: int = 0
) -> dict[tuple[str, str, str], Histogram]:
    """Return the histograms of deep features by model, layer and noise.

    The bins of a model span four standard deviations about the mean under the first noise.

    Args:
        inputs: networks and patches.
        layer: see ``deep_features``.
        bins: number of bins.
        seed: of what is random in a network.

    Raises:
        ValueError: there is no bin, or see ``deep_features``.
    """
    if bins < 1:
        raise ValueError(f'expected at least one bin, got {bins}')
    found: dict[tuple[str, str, str], Histogram] = {}
    ranges: dict[str, tuple[float, float]] = {}
    for model, name, noise, features in deep_features(inputs, layer=layer, seed=seed):
        if model not in ranges:
            ranges[model] = value_range(features)
        found[model, name, noise] = histogram(features, ranges[model], bins=bins)
    return found
