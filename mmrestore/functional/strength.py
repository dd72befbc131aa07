"""Strength of a denoiser, estimated for each region of a picture without a clean one."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from mmrestore.functional.witnesses import (
    TINY,
    FlatLevel,
    Passes,
    Witnesses,
    disturbed,
    flat_energy,
    flip_signs,
    weigh,
)

FACTOR = 1.5  # c: w_hat is below the best strength, for the made-up noise is below the true one
WINDOW = 17  # side in pixels of the windows in which the change is compared with that of flat parts


class Allowed(NamedTuple):
    """The strength that the witnesses of a picture allow.

    - ``limit``: of all pixels, in [0, 1];
    - ``levels``: energy of the change in flat parts by brightness, ascending; a region that changes
      more has a lower strength. None means that all pixels have the strength ``limit``.
    """

    limit: float
    levels: tuple[FlatLevel, ...] = ()


def strength(
    image: Tensor,
    network: Callable[[Tensor], Tensor],
    *,
    restored: Tensor | None = None,
    reference: Callable[[Tensor], Tensor] | None = None,
    careful: bool = False,
    seed: int = 0,
) -> Tensor:
    """Return the strength w(p) at which each pixel is best restored, ``y + w (f(y) - y)``.

    See :func:`allowed_strength` and :func:`strength_map`. The network runs twice, or once with
    ``restored``.

    A network that is its own reference and takes a share s of the noise has w_hat = s, not 1 / s.

    Args:
        image: y, noisy, (C, H, W) in [0, 1].
        network: f, images (1, C, H, W) to restored ones of their size.
        restored: f(y), (C, H, W), where it was computed already.
        reference: the network whose change is taken for noise, best one that knows real noise;
            ``network`` itself by default.
        careful: halve the strength.
        seed: of the signs of the made-up noise.

    Returns:
        (1, H, W), in [0, 1].

    Raises:
        ValueError: the image has another shape, or a result has another shape than the image.

    Examples:
        >>> noisy = 0.5 + 0.05 * torch.randn(3, 64, 64, generator=torch.manual_seed(0))
        >>> half = lambda x: (x + 0.5) / 2  # takes half of the noise
        >>> bool(strength(noisy, half).mean() > 0.6), strength(noisy, half).shape
        (True, torch.Size([1, 64, 64]))
        >>> strength(noisy, lambda x: x + 0.1, reference=half).max()  # nothing to do with noise
        tensor(0.)
    """
    if restored is None and image.ndim == 3 and image.numel():
        restored = network(image[None])[0]
    found = witnesses_of(image, network, restored=restored, reference=reference, seed=seed)
    assert restored is not None
    allowed = allowed_strength(found, careful=careful)
    return strength_map(image[None], restored[None].to(image), allowed)[0]


def witnesses_of(
    image: Tensor,
    network: Callable[[Tensor], Tensor],
    *,
    restored: Tensor | None = None,
    reference: Callable[[Tensor], Tensor] | None = None,
    seed: int = 0,
) -> Witnesses:
    """Return the estimates for the change of a network on one picture; see :func:`strength`."""
    if image.ndim != 3 or not image.numel():
        raise ValueError(f'expected an image (C, H, W), got the shape {tuple(image.shape)}')
    y = image[None]
    first = network(y) if restored is None else restored[None]
    clean = first if reference is None else reference(y)
    for result in (first, clean):
        if result.shape != y.shape:
            raise ValueError(
                f'expected a network that keeps the shape of images, {tuple(y.shape)}, got '
                f'{tuple(result.shape)}'
            )
    z = flip_signs(y - clean.to(y), torch.Generator().manual_seed(seed))
    again = network(disturbed(y, z)).to(y)
    return weigh([Passes(image, first[0].to(y), z[0], again[0])])


def allowed_strength(found: Witnesses, *, careful: bool = False) -> Allowed:
    """Return the strength that both witnesses allow: ``min(1, 1.5 w_hat)`` and the flat levels.

    Either estimate errs where the other does not: that of the second pass where the change of the
    reference network holds texture, that of the flat blocks on weak noise in textured pictures.
    Without a block that counts (pictures below 16 x 16 pixels, or clipped everywhere) all pixels
    have the strength ``min(1, w_hat)``. A picture that is not changed has the strength 0.

    Args:
        found: the witnesses of a picture.
        careful: halve the strength.

    Examples:
        >>> found = Witnesses(0.4, 0.5, 4e-4, 2e-4, 0.7, (FlatLevel(0.5, 2e-4),))
        >>> allowed, careful = (allowed_strength(found, careful=c) for c in (False, True))
        >>> round(allowed.limit, 2), round(careful.limit, 2)
        (0.6, 0.3)
        >>> allowed_strength(found._replace(flat_estimate=None, levels=()))
        Allowed(limit=0.4, levels=())
    """
    limit = min(1.0, (FACTOR if found.levels else 1) * found.pass_estimate)
    return Allowed(limit / (2 if careful else 1), found.levels)


def strength_map(noisy: Tensor, restored: Tensor, allowed: Allowed) -> Tensor:
    """Return the strength of each pixel, ``limit * min(1, E_flat(b) / e)``.

    e is the mean of the squared change over the 17 x 17 window around the pixel, b the mean of
    ``restored`` there, and E_flat(b) the energy of the change in flat parts of that brightness,
    interpolated between the levels. Where a network takes texture for noise it changes more than in
    flat parts of the same brightness.

    Args:
        noisy: (N, C, H, W) in [0, 1].
        restored: (N, C, H, W).
        allowed: of one picture, of which the images may be parts.

    Returns:
        (N, 1, H, W), in [0, 1].

    Examples:
        >>> noisy = torch.zeros(1, 1, 1, 40)
        >>> restored = noisy + torch.where(torch.arange(40) < 20, 0.1, 0.2)
        >>> levels = (FlatLevel(brightness=0.1, energy=0.01),)
        >>> strength_map(noisy, restored, Allowed(0.8, levels)).flatten()[[0, 39]]
        tensor([0.8000, 0.2000])
    """
    if not allowed.levels:
        return noisy.new_full((len(noisy), 1, *noisy.shape[-2:]), allowed.limit)
    energy = _local_mean((restored - noisy).square().mean(1, keepdim=True))
    flat = flat_energy(_local_mean(restored.mean(1, keepdim=True)), allowed.levels)
    return (flat / energy.clamp_min(TINY)).clamp_(max=1).mul_(allowed.limit)


def _local_mean(x: Tensor) -> Tensor:
    """Return the mean of (N, 1, H, W) over windows, the edge repeated beyond the border."""
    around = WINDOW // 2
    rows = F.avg_pool2d(F.pad(x, (0, 0, around, around), mode='replicate'), (WINDOW, 1), 1)
    return F.avg_pool2d(F.pad(rows, (around, around, 0, 0), mode='replicate'), (1, WINDOW), 1)


def gain_at_full_strength(found: Witnesses, *, factor: float = FACTOR) -> float:
    """Return what the whole change is worth, ``G = E (2 c w_hat - 1) / mean z^2``.

    The mean squared error falls by E (2 w* - 1) if the best strength is w*. 0 is a network that
    changes nothing; below 0 the picture is worse than before, by this estimate. It is pessimistic:
    it seldom calls a harmful result helpful, often a helpful one harmful. Networks that are close
    cannot be ordered by it, and it favors those like the one that made z.

    Args:
        found: the witnesses of a picture.
        factor: c, for w_hat is less than the best strength.

    Examples:
        >>> found = Witnesses(pass_estimate=0.5, flat_estimate=1.0, energy=4e-4, noise=2e-4)
        >>> gain_at_full_strength(found)
        1.0
    """
    if found.noise == 0:
        return 0.0
    return found.energy * (2 * factor * found.pass_estimate - 1) / found.noise
