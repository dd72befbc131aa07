"""Two estimates of the best strength of a change, which need no clean picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

STEP = 0.25  # a of the finite difference
BLOCK = 16  # side in pixels of the blocks in which signs change, and of the flat parts
WINDOW = 9  # side in pixels of the window whose mean is taken away to tell what is flat
FLATTEST = 0.05  # share of the blocks that are taken for flat
CLASSES = 4  # of brightness, in each of which flat blocks are looked for
BLOCKS = 64  # of a class, at least; a small picture has fewer classes
TINY = 1e-20
CLIPPED = 0.05  # share of black and white values from which on a block says nothing


class FlatLevel(NamedTuple):
    """Energy of the change, the mean of r^2, in flat blocks of one brightness in [0, 1]."""

    brightness: float
    energy: float


class Witnesses(NamedTuple):
    """Estimates for the change r = f(y) - y of a network f on a noisy picture y.

    - ``pass_estimate``: w_hat, the best strength by another pass of the network;
    - ``flat_estimate``: E_flat / E, at most 1; None of a picture without blocks that count;
    - ``energy``: E, the mean of r^2;
    - ``noise``: the mean of z^2, the change that is taken for noise;
    - ``flat_share``: mean over blocks of min(1, E_flat(b) / e), with e the energy of the change in
      a block of brightness b; 1 without blocks that count;
    - ``levels``: E_flat by brightness, ascending, at most one for each class.
    """

    pass_estimate: float
    flat_estimate: float | None
    energy: float
    noise: float
    flat_share: float = 1.0
    levels: tuple[FlatLevel, ...] = ()


class Passes(NamedTuple):
    """Two passes of a network over a picture or a part of it, each (C, H, W).

    - ``noisy``: y, in [0, 1];
    - ``restored``: f(y);
    - ``made_up``: z, a noise that is independent of that of y;
    - ``again``: f(y + a z), see :func:`disturbed`.
    """

    noisy: Tensor
    restored: Tensor
    made_up: Tensor
    again: Tensor


def find_witnesses(
    crops: Sequence[Tensor],
    network: Callable[[Tensor], Tensor],
    shipped: Callable[[Tensor], Tensor],
    *,
    seed: int = 0,
) -> Witnesses:
    """Estimate the best strength of the change of a network, pooled over crops of one picture.

    The made-up noise is what ``shipped`` takes away, its sign changed at random in blocks of
    16 x 16 pixels. See :func:`weigh` for the estimates.

    Args:
        crops: (C, h, w) each, in [0, 1].
        network: images (1, C, h, w) to restored ones.
        shipped: the network whose change is taken for noise; it may be ``network``.
        seed: of the signs.

    Examples:
        >>> noisy = 0.5 + 0.05 * torch.randn(3, 64, 64, generator=torch.manual_seed(0))
        >>> found = find_witnesses([noisy], torch.zeros_like, torch.zeros_like)
        >>> round(found.pass_estimate, 3)  # the change is all that there is
        1.0
    """
    generator = torch.Generator().manual_seed(seed)

    def passes(crop: Tensor) -> Passes:
        y = crop[None]
        restored = network(y).to(y)
        clean = restored if shipped is network else shipped(y).to(y)
        z = flip_signs(y - clean, generator)
        again = network(disturbed(y, z)).to(y)
        return Passes(crop, restored[0], z[0], again[0])

    return weigh(passes(crop) for crop in crops)


def weigh(parts: Iterable[Passes]) -> Witnesses:
    """Return the witnesses of one picture, pooled over its parts.

    With a = 0.25 and r(x) = f(x) - x,

        w_hat = max(0, -(<r(y + a z), z> - <r(y), z>) / (a E)),

    the derivative of SURE by a finite difference. E_flat is the mean of r^2 over 16 x 16 blocks
    that are flat in the result: of the blocks that are not clipped, in four classes of brightness
    with equal numbers, the twentieth of each class in which f(y) less its 9 x 9 mean is smallest.
    It is compared with the mean over all blocks that are not clipped. The classes keep noise that
    grows with brightness from being taken for texture. A picture that is not changed at all has
    the estimates 0 and None.

    Source: Ramani, Blu and Unser, "Monte-Carlo SURE", IEEE TIP 17(9), 2008, with noise of the
    picture itself.
    """
    product = energy = noise = 0.0
    pixels = 0
    flat: list[_Flatness] = []
    for y, restored, z, again in parts:
        change = restored - y
        difference = again - disturbed(y, z) - change
        product += float((difference * z).sum(dtype=torch.float64))
        energy += float(change.square().sum(dtype=torch.float64))
        noise += float(z.square().sum(dtype=torch.float64))
        pixels += y.numel()
        flat.append(_flatness(y[None], restored[None], change[None]))
    if energy == 0:
        return Witnesses(0.0, None, 0.0, noise / max(pixels, 1))
    blocks = _Flatness(*(torch.cat(tensors) for tensors in zip(*flat, strict=True)))
    estimate, levels = _flat_estimate(blocks)
    share = 1.0
    if levels:
        shares = flat_energy(blocks.brightness, levels) / blocks.energy.clamp_min(TINY)
        share = float(shares.clamp(max=1).mean())
    return Witnesses(
        pass_estimate=max(0.0, -product / (STEP * energy)),
        flat_estimate=estimate,
        energy=energy / pixels,
        noise=noise / pixels,
        flat_share=share,
        levels=levels,
    )


def disturbed(y: Tensor, z: Tensor) -> Tensor:
    """Return the images of the second pass, ``y + a z``."""
    return y + STEP * z


def flip_signs(z: Tensor, generator: torch.Generator, block: int = BLOCK) -> Tensor:
    """Change the sign of noise (N, C, H, W) in blocks of pixels, each with probability 1/2.

    Args:
        z: the noise.
        generator: of the CPU, whatever the device of the noise is.
        block: side of the blocks in pixels.

    Examples:
        >>> generator = torch.Generator().manual_seed(0)
        >>> flip_signs(torch.ones(1, 1, 1, 6), generator, block=2).flatten().tolist()
        [-1.0, -1.0, 1.0, 1.0, 1.0, 1.0]
    """
    height, width = z.shape[-2:]
    cells = (len(z), 1, -(-height // block), -(-width // block))
    signs = torch.randint(0, 2, cells, generator=generator).mul_(2).sub_(1).to(z)
    signs = signs.repeat_interleave(block, 2).repeat_interleave(block, 3)
    return z * signs[..., :height, :width]


def flat_energy(brightness: Tensor, levels: Sequence[FlatLevel]) -> Tensor:
    """Return E_flat at each brightness, interpolated between levels and constant beyond them.

    Args:
        brightness: of any shape, in [0, 1].
        levels: at least one, ascending in brightness.

    Examples:
        >>> levels = [FlatLevel(0.2, 1.0), FlatLevel(0.4, 3.0)]
        >>> flat_energy(torch.tensor([0.1, 0.3, 0.9]), levels)
        tensor([1., 2., 3.])
    """
    places, energies = brightness.new_tensor(levels).t().contiguous()
    if len(levels) == 1:
        return energies.expand_as(brightness)
    right = torch.bucketize(brightness.contiguous(), places).clamp_(1, len(levels) - 1)
    width = (places[right] - places[right - 1]).clamp_min(TINY)
    share = ((brightness - places[right - 1]) / width).clamp_(0, 1)
    return torch.lerp(energies[right - 1], energies[right], share)


class _Flatness(NamedTuple):
    """What is known of the blocks of a part that are not clipped, each (B,).

    - ``roughness``: mean square of f(y) less its local mean;
    - ``energy``: mean of r^2;
    - ``brightness``: mean of f(y).
    """

    roughness: Tensor
    energy: Tensor
    brightness: Tensor


def _flatness(y: Tensor, restored: Tensor, change: Tensor) -> _Flatness:
    if min(y.shape[-2:]) < BLOCK:
        return _Flatness(*3 * (y.new_zeros(0),))
    gray, around = restored.mean(1, keepdim=True), WINDOW // 2
    padded = F.pad(gray, 4 * (around,), mode='replicate')
    deviation = (gray - F.avg_pool2d(padded, WINDOW, 1)).square()
    clipped = ((y <= 2 / 255) | (y >= 253 / 255)).float().mean(1, keepdim=True)
    roughness, energy, brightness, share = (
        F.avg_pool2d(values, BLOCK).flatten()
        for values in (deviation, change.square().mean(1, keepdim=True), gray, clipped)
    )
    counts = share <= CLIPPED
    return _Flatness(roughness[counts], energy[counts], brightness[counts])


def _flat_estimate(blocks: _Flatness) -> tuple[float | None, tuple[FlatLevel, ...]]:
    # Relative to the blocks that count, for black parts would make any texture look harmless.
    total = float(blocks.energy.double().sum())
    if total == 0:
        return None, ()
    classes = min(max(len(blocks.energy) // BLOCKS, 1), CLASSES)
    flat = 0.0
    levels = []
    for places in blocks.brightness.argsort().tensor_split(classes):
        least = min(max(round(FLATTEST * len(places)), 3), len(places))
        flattest = places[blocks.roughness[places].argsort()[:least]]
        energy = float(blocks.energy[flattest].double().mean())
        levels.append(FlatLevel(float(blocks.brightness[flattest].double().mean()), energy))
        flat += energy * len(places)
    return min(flat / total, 1.0), tuple(levels)
