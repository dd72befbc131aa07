"""How much of the change of a denoiser is worth having, estimated without a clean picture."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from mmrestore.functional.witnesses import Passes, Witnesses, disturbed, flip_signs, weigh

FACTOR = 1.5  # c of G: w_hat is below the best strength, for the made-up noise is below the true


def strength(
    image: Tensor,
    network: Callable[[Tensor], Tensor],
    *,
    restored: Tensor | None = None,
    reference: Callable[[Tensor], Tensor] | None = None,
    careful: bool = False,
    seed: int = 0,
) -> float:
    """Return the strength w at which a picture y is best restored, ``y + w (f(y) - y)``.

    It is ``min(1, 2 w_hat, E_flat / E)``: see :func:`allowed_strength` and
    :func:`~mmrestore.functional.witnesses.weigh`. The network runs twice, or once with
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

    Raises:
        ValueError: the image has another shape, or a result has another shape than the image.

    Examples:
        >>> noisy = 0.5 + 0.05 * torch.randn(3, 64, 64, generator=torch.manual_seed(0))
        >>> half = lambda x: (x + 0.5) / 2  # takes half of the noise
        >>> strength(noisy, half) > 0.9, strength(noisy, half, careful=True) < 0.5
        (True, True)
        >>> strength(noisy, lambda x: x + 0.1, reference=half)  # nothing to do with noise
        0.0
    """
    found = witnesses_of(image, network, restored=restored, reference=reference, seed=seed)
    return allowed_strength(found, careful=careful)


def witnesses_of(
    image: Tensor,
    network: Callable[[Tensor], Tensor],
    *,
    restored: Tensor | None = None,
    reference: Callable[[Tensor], Tensor] | None = None,
    seed: int = 0,
) -> Witnesses:
    """Return what is known of the change of a network on one picture; see :func:`strength`."""
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


def allowed_strength(found: Witnesses, *, careful: bool = False) -> float:
    """Return the strength that both witnesses allow, ``min(1, 2 w_hat, E_flat / E)``.

    Either estimate errs where the other does not: that of the second pass where the change of the
    reference network holds texture, that of the flat blocks on weak noise in textured pictures.
    Without a block that counts (pictures below 16 x 16 pixels, or clipped everywhere) the strength
    is ``min(1, w_hat)``. A picture that is not changed has the strength 0.

    Args:
        found: the witnesses of a picture.
        careful: halve the strength.

    Examples:
        >>> found = Witnesses(pass_estimate=0.4, flat_estimate=0.5, energy=4e-4, noise=2e-4)
        >>> allowed_strength(found), allowed_strength(found, careful=True)
        (0.5, 0.25)
        >>> allowed_strength(found._replace(flat_estimate=None))
        0.4
    """
    return min(1.0, 2 * found.pass_estimate, found.flat_bound) / (2 if careful else 1)


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
