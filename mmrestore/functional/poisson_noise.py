"""Poisson noise of photon counts."""

from __future__ import annotations

import torch
from torch import Tensor

from mmrestore.functional.noise_level import AMPLIFICATION, NoiseLevel
from mmrestore.functional.unit_range import to_8_bit

PEAK = NoiseLevel('a peak count above 0', least=torch.finfo(torch.float32).tiny)


def poisson_noise(
    x: Tensor,
    amplification: float | Tensor,
    *,
    peak: float | Tensor | None = None,
    generator: torch.Generator | None = None,
    counts: Tensor | None = None,
) -> Tensor:
    """Add amplified Poisson noise: ``x + amplification * (counts / peak - x)``, not clipped.

    Counts are Poisson distributed with mean ``peak * x``. The result has mean x and variance
    ``amplification^2 x / peak``; its values lie on a lattice of spacing ``amplification / peak``.
    Unless the amplification is 1, this differs from Poisson noise with another peak. Negative
    values of ``x`` are unchanged.

    Source: the noise of the test sets of Chen et al., "Masked image training for generalizable deep
    image denoising", CVPR 2023.

    Args:
        x: floating-point images (N, ...) in [0, 1].
        amplification: factor of the deviation from x, one number or (N,) one for each image.
        peak: mean count of a white element, one number or (N,); ``poisson_peak(x)`` if None.
        generator: random generator on the device of ``x``.
        counts: counts in the shape of ``x``, used instead of a draw.

    Raises:
        TypeError: ``x`` is not floating point.
        ValueError: ``amplification`` is negative, ``peak`` is not positive, one of them has another
            length than ``x``, or ``counts`` has another shape.

    Examples:
        >>> x = torch.full((1, 1, 1, 2), 0.5)
        >>> poisson_noise(x, 2.0, peak=4, counts=torch.tensor([[[[2, 3]]]]))
        tensor([[[[0.5000, 1.0000]]]])
    """
    amplification = AMPLIFICATION.for_images(amplification, x)
    peak = PEAK.for_images(poisson_peak(x) if peak is None else peak, x)
    # Half precision cannot distinguish successive counts.
    wide = x.to(torch.promote_types(x.dtype, torch.float32))
    mean = wide.clamp(min=0)
    if counts is None:
        counts = torch.poisson(mean * peak, generator=generator)
    elif counts.shape != x.shape:
        raise ValueError(f'expected counts of shape {tuple(x.shape)}, got {tuple(counts.shape)}')
    return (wide + amplification * (counts.to(wide) / peak - mean)).to(x.dtype)


def poisson_peak(x: Tensor) -> Tensor:
    """Return the default Poisson peaks of images ``x`` (N, ...) in [0, 1]: (N,), in their dtype.

    The peak is the smallest power of two not below the number of distinct 8-bit values of the
    image, over all channels: 256 for most photographs.

    Examples:
        >>> poisson_peak(torch.tensor([[0.0, 0.2, 0.2, 1.0], [0.5, 0.5, 0.5, 0.5]]))
        tensor([4., 1.])
    """
    values = to_8_bit(x).flatten(1).long()
    occurs = torch.zeros(len(x), 256, dtype=torch.bool, device=x.device)
    num_values = occurs.scatter_(1, values, True).sum(dim=1)
    powers = 2 ** torch.arange(9, device=x.device)
    return powers[torch.bucketize(num_values, powers)].to(x.dtype)
