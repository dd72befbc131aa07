"""A share of the change of a network."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from mmrestore.models.inference import AutoTile, Blended
from mmrestore.registry import INFERENCE


class Negative(nn.Module):
    """One less the image, at a scale that it states."""

    size_multiple = 1

    def __init__(self, scale: int = 1) -> None:
        super().__init__()
        self.scale = scale

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return 1 - x


@pytest.mark.parametrize('strength', [0.0, 0.3, 1.0])
def test_it_is_the_image_and_a_share_of_the_change(strength):
    net = INFERENCE.build(dict(type='Blended', strength=strength, net=Negative()))
    x = torch.rand(2, 3, 4, 5)
    assert torch.allclose(net(x), x + strength * (1 - 2 * x))


def test_the_strength_can_be_set_inside_of_tiles():
    blended = Blended(Negative())
    tiles = AutoTile(blended, memory=1_000_000)
    x = torch.rand(1, 3, 300, 400)
    for strength in (1.0, 0.25):
        blended.strength = strength
        assert torch.allclose(tiles(x), x + strength * (1 - 2 * x))


def test_networks_that_enlarge_are_refused():
    with pytest.raises(ValueError, match='keep the size'):
        Blended(Negative(2))
