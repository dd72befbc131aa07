"""Networks and images for tests of what happens around a network."""

from __future__ import annotations

import torch

MASKS = dict(type='ComplementaryMasks')
SUBIMAGES = dict(type='PixelDownsampled', stride=2)
REFINEMENT = dict(type='RandomReplacementRefinement')


class Net:
    """A network that remembers what it has seen and refuses wrong sizes."""

    def __init__(self, function=lambda x: x, size_multiple=1, scale=1):
        self.function, self.size_multiple, self.scale = function, size_multiple, scale
        self.seen = []

    def __call__(self, x):
        self.seen.append(x)
        assert x.shape[-2] % self.size_multiple == x.shape[-1] % self.size_multiple == 0
        return self.function(x)


def images(*shape, seed=0):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed)) + 0.1


def local_net(radius=3, seed=0, size_multiple=1):
    """Convolutions in double precision that see ``radius`` pixels far."""
    torch.manual_seed(seed)
    layers = [torch.nn.Conv2d(3, 3, 3, padding=1) for _ in range(radius)]
    return Net(torch.nn.Sequential(*layers).double().requires_grad_(False), size_multiple)
