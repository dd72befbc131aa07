"""The two witnesses of the strength, summed over crops of a picture."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

STEP = 0.25  # a of the finite difference
BLOCK = 16


class Witnesses(NamedTuple):
    """What is known of the change of a network on a picture, without a clean one.

    - ``pass_estimate``: w_hat, the best strength by another pass of the network;
    - ``flat_estimate``: sqrt(E_flat / E), 0 to 1; None without a block to look at;
    - ``energy``: E, mean square of the change;
    - ``noise``: mean square of the made-up noise.
    """

    pass_estimate: float
    flat_estimate: float | None
    energy: float
    noise: float


def find_witnesses(
    crops: Sequence[Tensor],
    network: Callable[[Tensor], Tensor],
    shipped: Callable[[Tensor], Tensor],
    *,
    seed: int = 0,
) -> Witnesses:
    generator = torch.Generator().manual_seed(seed)
    product = energy = noise = 0.0
    pixels = 0
    activity, block_energy = [], []
    for crop in crops:
        y = crop[None]
        f = network(y)
        r = f - y
        z = (y - shipped(y)) if shipped is not network else -r
        z = flip_signs(z, generator)
        moved = network(y + STEP * z) - (y + STEP * z)
        product += float(((moved - r) * z).sum(dtype=torch.float64))
        energy += float(r.square().sum(dtype=torch.float64))
        noise += float(z.square().sum(dtype=torch.float64))
        pixels += y.numel()
        a, e = _blocks(y, f, r)
        activity.append(a)
        block_energy.append(e)
    w_hat = max(0.0, -product / (STEP * energy)) if energy > 0 else 0.0
    a, e = torch.cat(activity), torch.cat(block_energy)
    flat = None
    if len(a) and energy > 0:
        lowest = a.argsort()[: max(len(a) // 5, 1)]
        flat = min(math.sqrt(float(e[lowest].mean()) / (energy / pixels)), 1.0)
    return Witnesses(w_hat, flat, energy / pixels, noise / pixels)


def flip_signs(z: Tensor, generator: torch.Generator, block: int = BLOCK) -> Tensor:
    height, width = z.shape[-2:]
    cells = (len(z), 1, -(-height // block), -(-width // block))
    signs = torch.randint(0, 2, cells, generator=generator).mul_(2).sub_(1).to(z)
    signs = signs.repeat_interleave(block, 2).repeat_interleave(block, 3)
    return z * signs[..., :height, :width]


def _blocks(y: Tensor, f: Tensor, r: Tensor) -> tuple[Tensor, Tensor]:
    if min(y.shape[-2:]) < BLOCK:
        return y.new_zeros(0), y.new_zeros(0)
    gray = f.mean(1, keepdim=True)
    padded = F.pad(gray, (4, 4, 4, 4), mode='replicate')
    deviation = (gray - F.avg_pool2d(padded, 9, 1)).square()
    clipped = ((y <= 2 / 255) | (y >= 253 / 255)).float().mean(1, keepdim=True)
    a, e, c = (
        F.avg_pool2d(values, BLOCK, BLOCK).flatten()
        for values in (deviation, r.square().mean(1, keepdim=True), clipped)
    )
    whole = c <= 0.05
    return a[whole], e[whole]
