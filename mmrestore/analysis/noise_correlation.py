"""Spatial correlation of noise and image, by distance."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import torch
from torch import Tensor

from mmrestore.functional.neighbors import (
    SIDE_PAIRS,
    adjacent_pixel_places,
    cell_pixel_places,
    num_adjacent_pairs,
    random_choice,
    take_pixels,
)

# Makes two images of each, (N, K, C, H, W), with one draw for the K of a kind.
PairSampler = Callable[[Tensor], tuple[Tensor, Tensor]]


class Correlations(NamedTuple):
    """Correlations against the distance 0, 1, 2 ... in pixels, each (reach + 1,).

    - ``along_axes``: the mean over the four neighbours up, down, left and right;
    - ``all_directions``: the mean over all pixels whose distance rounds to it.
    """

    along_axes: Tensor
    all_directions: Tensor


class CrossCorrelation:
    """Correlation between the pixels of pairs of images at every offset, pooled over pairs.

    The mean of each channel of each image is taken away. The covariance at an offset is the mean of
    products over all pixels whose partner lies inside, over channels and pairs; it is divided by
    the standard deviations of all first and of all second images. All in float64.

    Args:
        reach: the largest offset along rows and columns, in pixels.

    Raises:
        ValueError: ``reach`` is negative.

    Examples:
        >>> stripes = torch.tensor([1.0, 0, 0, 0]).repeat(3, 8, 16)  # (C, H, W), period 4
        >>> pooled = CrossCorrelation(4)
        >>> pooled.update(stripes, stripes)
        >>> pooled.compute()[4, 4:].round(decimals=1)  # offsets 0 to 4 along a row
        tensor([ 1.0000, -0.3000, -0.3000, -0.3000,  1.0000], dtype=torch.float64)
    """

    def __init__(self, reach: int) -> None:
        if reach < 0:
            raise ValueError(f'reach must be at least 0, got {reach}')
        self.reach = reach
        self._products = torch.zeros(2 * reach + 1, 2 * reach + 1, dtype=torch.float64)
        self._counts = torch.zeros_like(self._products)
        self._squares = torch.zeros(2, dtype=torch.float64)
        self._num_pixels = 0

    def update(self, first: Tensor, second: Tensor) -> None:
        """Add a pair of images (C, H, W).

        Raises:
            ValueError: they differ in shape, or a side is not longer than ``reach``.
        """
        if first.shape != second.shape or first.ndim != 3:
            raise ValueError(
                f'expected two images (C, H, W), got {tuple(first.shape)} and {tuple(second.shape)}'
            )
        channels, height, width = first.shape
        if min(height, width) <= self.reach:
            raise ValueError(f'offsets of {self.reach} need larger images than {height}x{width}')
        images = [x.double() - x.double().mean(dim=(1, 2), keepdim=True) for x in (first, second)]
        size = (height + self.reach, width + self.reach)  # what goes round lands on zeros
        spectra = [torch.fft.rfft2(x, s=size) for x in images]
        products = torch.fft.irfft2((spectra[0].conj() * spectra[1]).sum(dim=0), s=size)
        offsets = torch.arange(-self.reach, self.reach + 1, device=first.device)
        self._products += products[offsets[:, None], offsets].cpu()
        distances = offsets.abs().cpu().double()
        self._counts += channels * torch.outer(height - distances, width - distances)
        self._squares += torch.stack([x.square().sum() for x in images]).cpu()
        self._num_pixels += first.numel()

    def compute(self) -> Tensor:
        """Return the correlations, (2 reach + 1, 2 reach + 1), offsets from -reach on.

        The value at row offset r and column offset c is of pixels of the first images with those r
        rows below and c columns to the right in the second.
        """
        deviations = (self._squares / self._num_pixels).prod().sqrt()
        return self._products / self._counts / deviations


def against_distance(correlation: Tensor) -> Correlations:
    """Average what ``CrossCorrelation`` computed over pixels of equal distance.

    Examples:
        >>> correlation = torch.tensor([[0.0, 0.4, 0.0], [0.2, 1.0, 0.2], [0.0, 0.4, 0.0]])
        >>> along_axes, all_directions = against_distance(correlation)
        >>> along_axes, all_directions  # diagonal neighbours are at the distance 1.4
        (tensor([1.0000, 0.3000]), tensor([1.0000, 0.1500]))
    """
    reach = len(correlation) // 2
    offsets = torch.arange(-reach, reach + 1)
    distances = torch.hypot(*torch.meshgrid(offsets.double(), offsets.double(), indexing='ij'))
    rounded = distances.round()
    is_axis = (offsets[:, None] == 0) | (offsets == 0)
    rows = range(reach + 1)
    return Correlations(
        torch.stack([correlation[is_axis & (distances == d)].mean() for d in rows]),
        torch.stack([correlation[rounded == d].mean() for d in rows]),
    )


def correlate_pairs(
    pairs: Iterable[tuple[Tensor, Tensor]], samplers: Mapping[str, PairSampler], *, reach: int
) -> dict[tuple[str, str], Correlations]:
    """Measure the correlation between the input and the target that samplers make of noisy images.

    Args:
        pairs: noisy and clean images (C, H, W).
        samplers: by name, what makes two images of one. It is given noise and clean image together,
            (1, 2, C, H, W), and treats both alike.
        reach: the largest distance, in pixels of the sampled images.

    Returns:
        The correlations by component, ``noise`` or ``clean``, and sampler.

    Raises:
        ValueError: there is no pair, or an image is too small.
    """
    pooled: dict[tuple[str, str], CrossCorrelation] = {}
    for noisy, clean in pairs:
        both = torch.stack([noisy.double() - clean.double(), clean.double()])[None]
        for name, sampler in samplers.items():
            first, second = sampler(both)
            for k, component in enumerate(('noise', 'clean')):
                pool = pooled.setdefault((component, name), CrossCorrelation(reach))
                pool.update(first[0, k], second[0, k])
    if not pooled:
        raise ValueError('expected at least one pair of a noisy and a clean image')
    return {place: against_distance(pool.compute()) for place, pool in pooled.items()}


def same_image(x: Tensor) -> tuple[Tensor, Tensor]:
    """Return the image as the input and as the target: training without a sampler."""
    return x, x


def adjacent_pixels(window: int = 3, *, generator: torch.Generator | None = None) -> PairSampler:
    """Return the sampler of adjacent pixels: APR, with the window 3.

    Args:
        window: side of the window, odd.
        generator: source of the draws.

    Examples:
        >>> noise = torch.randn(1, 1, 1, 900, 900, generator=torch.Generator().manual_seed(0))
        >>> sampler = adjacent_pixels(generator=torch.Generator().manual_seed(0))
        >>> pool = CrossCorrelation(3)
        >>> pool.update(*(x[0, 0] for x in sampler(noise)))
        >>> against_distance(pool.compute()).along_axes.abs().round(decimals=2)
        tensor([0.0000, 0.0700, 0.0400, 0.0000], dtype=torch.float64)
    """

    def sample(x: Tensor) -> tuple[Tensor, Tensor]:
        num, (height, width) = num_adjacent_pairs(window), x.shape[-2:]
        choice = random_choice(
            len(x), height, width, num_choices=num, device=x.device, generator=generator
        )
        first, second = adjacent_pixel_places(choice, window=window)
        return take_pixels(x, first), take_pixels(x, second)

    return sample


def cell_pixels(*, generator: torch.Generator | None = None) -> PairSampler:
    """Return the sampler of 2 x 2 cells, of Neighbor2Neighbor; an odd last row or column is cut.

    Args:
        generator: source of the draws.

    Examples:
        >>> first, second = cell_pixels()(torch.zeros(1, 2, 3, 5, 6))
        >>> first.shape
        torch.Size([1, 2, 3, 2, 3])
    """

    def sample(x: Tensor) -> tuple[Tensor, Tensor]:
        height, width = (side // 2 for side in x.shape[-2:])
        x = x[..., : 2 * height, : 2 * width].contiguous()
        choice = random_choice(
            len(x),
            height,
            width,
            num_choices=len(SIDE_PAIRS),
            device=x.device,
            generator=generator,
        )
        first, second = cell_pixel_places(choice)
        return take_pixels(x, first), take_pixels(x, second)

    return sample
