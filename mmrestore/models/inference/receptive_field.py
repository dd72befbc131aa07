"""Measure the receptive field of a network."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from mmrestore.functional.seeding import local_draws
from mmrestore.models.inference.spans import TileSize

LEAST_HALO, LARGEST_HALO, RAMP = 32, 96, 16
NEGLIGIBLE = 1e-4  # change of an output, of a change of the input by 1
PROBE = 256  # side of the image on which is measured how far the network looks


def influence(
    net: Callable[[Tensor], Tensor], x: Tensor, *, side: int, block: int, scale: int = 1
) -> Tensor:
    """Return how much an output changes at each distance from a changed part of the input.

    A block in the middle of an image of noise is inverted. Distances are counted from its edge, in
    input pixels, so that the blocks of a network that works in windows are covered by one.

    Args:
        net: the network; it is called twice.
        x: any tensor (N, C, ...) of the channels, type and device of the images.
        side: of the image, a size that the network takes.
        block: side of the block, which begins at a multiple of it.
        scale: of the network.

    Returns:
        The largest changes at the distances 0 to D, on the CPU.

    Examples:
        >>> def net(x):
        ...     return x + x.roll(2, dims=-1)
        >>> influence(net, torch.zeros(1, 1), side=9, block=1).sign()
        tensor([1., 0., 1., 0., 0.])
    """
    image = torch.rand(1, x.shape[1], side, side, generator=torch.Generator().manual_seed(0)).to(x)
    start = side // 2 // block * block
    middle = slice(start, start + block)
    changed = image.clone()
    changed[..., middle, middle] = 1 - changed[..., middle, middle]
    outputs = []
    for each in (image, changed):
        with local_draws(0):
            outputs.append(net(each).float().cpu())
    changes = (outputs[1] - outputs[0]).abs().amax(dim=(0, 1))
    places = torch.arange(side).repeat_interleave(scale)
    away = torch.maximum(start - places, places - (start + block - 1)).clamp(min=0)
    distances = torch.maximum(away[:, None], away)
    furthest = torch.zeros(int(distances.max()) + 1)
    return furthest.scatter_reduce(0, distances.flatten(), changes.flatten(), 'amax')


def reach(changes: Tensor, least: float = 0.0) -> int:
    """Return the greatest distance at which a change is larger than ``least``.

    Examples:
        >>> reach(torch.tensor([1.0, 0.0, 0.1, 0.0])), reach(torch.tensor([1.0, 0.0, 0.1]), 0.2)
        (2, 0)
    """
    return int((changes > least).nonzero().max().item()) if (changes > least).any() else 0


def measured_halo(
    net: Callable[[Tensor], Tensor], x: Tensor, *, multiple: int, scale: int = 1
) -> TileSize:
    """Return tiles, without a core yet, that overlap by as much as a network sees.

    Of a network that sees further than 96 pixels they overlap by what matters and are blended.

    Args:
        net: the network; it is called twice.
        x: any tensor (N, C, ...) of the channels, type and device of the images.
        multiple: of which height and width must be multiples.
        scale: of the network.

    Examples:
        >>> def net(x):
        ...     return x + x.roll(5, dims=-1)
        >>> measured_halo(net, torch.zeros(1, 1), multiple=4)
        TileSize(core=0, halo=8, ramp=0)
    """
    changes = influence(net, x, side=round_up(PROBE, multiple), block=multiple, scale=scale)
    seen = reach(changes)
    if seen <= LARGEST_HALO:
        return TileSize(0, round_up(max(seen, 1), multiple))
    halo = min(max(reach(changes, NEGLIGIBLE), LEAST_HALO), LARGEST_HALO)
    return TileSize(0, round_up(halo, multiple), RAMP)


def least_halo(multiple: int) -> TileSize:
    """Return tiles, without a core yet, of a network that looks at the whole image."""
    return TileSize(0, round_up(LEAST_HALO, multiple), RAMP)


def round_up(pixels: int, multiple: int) -> int:
    """Return the next multiple.

    Examples:
        >>> round_up(9, 8)
        16
    """
    return -(-pixels // multiple) * multiple
