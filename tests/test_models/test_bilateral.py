"""The bilateral filter in the place of a network."""

from __future__ import annotations

import math

import pytest
import torch

from mmrestore.models import BilateralFilter
from mmrestore.registry import MODELS


def slow(x: torch.Tensor, sigma_color: float, sigma_space: float, radius: int) -> torch.Tensor:
    """The same of the inner pixels of an image (C, H, W), by its definition."""
    channels, height, width = x.shape
    out = torch.zeros(channels, height - 2 * radius, width - 2 * radius, dtype=torch.float64)
    for i in range(radius, height - radius):
        for j in range(radius, width - radius):
            total, sums = 0.0, torch.zeros(channels, dtype=torch.float64)
            for di in range(-radius, radius + 1):
                for dj in range(-radius, radius + 1):
                    if di * di + dj * dj > radius * radius:  # OpenCV takes a disk
                        continue
                    other = x[:, i + di, j + dj].double()
                    difference = float((other - x[:, i, j]).abs().sum())  # and the sum over colors
                    weight = math.exp(-(di * di + dj * dj) / 2 / sigma_space**2)
                    weight *= math.exp(-(difference**2) / 2 / sigma_color**2)
                    total += weight
                    sums += weight * other
            out[:, i - radius, j - radius] = sums / total
    return out


@pytest.mark.parametrize('channels', [1, 3])
def test_it_is_the_filter_of_the_definition(channels):
    x = torch.rand(1, channels, 13, 12, generator=torch.Generator().manual_seed(0))
    net = BilateralFilter(sigma_color=100, sigma_space=1, in_channels=channels)
    expected = slow(x[0], 100 / 255, 1.0, 2)  # a radius of 1.5 sigma, rounded
    assert torch.allclose(net(x)[0, :, 2:-2, 2:-2].double(), expected, atol=1e-3)


def test_it_is_built_by_name_and_keeps_type_and_size():
    net = MODELS.build(dict(type='BilateralFilter'))
    x = torch.rand(2, 3, 5, 7)
    assert net(x).shape == x.shape and net(x).dtype == x.dtype
    assert not list(net.parameters())


@pytest.mark.parametrize('options', [{'sigma_color': 0}, {'sigma_space': -1}, {'in_channels': 2}])
def test_options_are_checked(options):
    with pytest.raises(ValueError, match='must be'):
        BilateralFilter(**options)
