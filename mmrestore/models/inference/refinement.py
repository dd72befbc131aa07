"""Random replacement refinement: a second pass with some noisy pixels put back."""

from __future__ import annotations

from math import prod

import torch
from torch import Tensor

from mmrestore.functional.replacement import check_replacements, random_replacements
from mmrestore.functional.seeding import random_generator
from mmrestore.models.inference.base import (
    InferenceDecorator,
    Network,
    check_images,
    decorated,
)
from mmrestore.models.inference.batches import (
    MAX_PIXELS,
    check_max_pixels,
    split_calls,
    warn_of_large_images,
)
from mmrestore.models.inference.pad import Pad
from mmrestore.registry import INFERENCE


@INFERENCE.register_module()
class RandomReplacementRefinement(InferenceDecorator):
    """Restore again, at full resolution, copies with some noisy pixels put back; average them.

    Pixel downsampling breaks fine structures. What is inside of ``PixelDownsampled`` mends them: it
    restores copies of the first result, in each of which other pixels are the noisy ones. They are
    seeded by the restorer; which ones, depends on ``max_pixels`` too.

    Source: Lee, Son and Lee, "AP-BSN: Self-supervised denoising for real-world images via
    asymmetric PD and blind-spot network", CVPR 2022 (``per_element=True``, ``padding=2``); Liao et
    al., "Asymmetric mask scheme for self-supervised real image denoising" (AMSNet), ECCV 2024.

    Args:
        copies: number of copies, at least 1.
        probability: that a pixel is put back.
        per_element: draw for each channel of a pixel by itself.
        padding: rows and columns added to the copies by reflection on all sides, and cropped; for
            networks with a blind spot. Masks would hide a pixel, but not its mirror image.
        max_pixels: the most pixels (N * H * W, padded) of copies that are restored at once, at
            least one copy of one image, and a warning says if that is larger and not tiled; None
            for all. ``ComplementaryMasks`` runs several branches of each and has a bound of its
            own.

    Raises:
        ValueError: nothing inside is a ``PixelDownsampled``, a number is out of its range, or
            ``ComplementaryMasks`` are to be padded.

    Examples:
        >>> def net(x):
        ...     return x / 2
        >>> net.scale, net.size_multiple = 1, 1
        >>> from mmrestore.models.inference import PixelDownsampled
        >>> inner = PixelDownsampled(net, stride=2)
        >>> RandomReplacementRefinement(inner, probability=0.0)(torch.ones(1, 1, 1, 2))
        tensor([[[[0.2500, 0.2500]]]])
        >>> RandomReplacementRefinement(inner, probability=1.0)(torch.ones(1, 1, 1, 2))
        tensor([[[[0.5000, 0.5000]]]])
    """

    tiled_inside = True
    draws = True

    def __init__(
        self,
        net: Network,
        *,
        copies: int = 8,
        probability: float = 0.16,
        per_element: bool = False,
        padding: int = 0,
        max_pixels: int | None = MAX_PIXELS,
    ) -> None:
        super().__init__(net)
        refining = self.full_resolution
        if refining is None:
            raise ValueError(
                'RandomReplacementRefinement refines what PixelDownsampled restores, got '
                f'{type(net).__name__}: put PixelDownsampled before it'
            )
        if padding > 0 and decorated(refining).mask_scheme is not None:
            raise ValueError(
                f'padding={padding} shows ComplementaryMasks the pixels that they hide, in their '
                'mirror images: padding is for blind-spot networks; set padding=0'
            )
        check_replacements(copies, probability)
        check_max_pixels(max_pixels)
        self.copies = copies
        self.probability = probability
        self.per_element = per_element
        self.max_pixels = max_pixels
        self._padded = Pad(refining, mode='reflect', margin=padding)
        self.size_multiple = 1

    def __call__(self, x: Tensor) -> Tensor:
        """Restore images (N, C, H, W)."""
        return self.refine(self.net(x), x)

    def refine(self, restored: Tensor, noisy: Tensor, *, draws: Tensor | None = None) -> Tensor:
        """Refine restored images.

        Args:
            restored: (N, C, H, W).
            noisy: what they were restored from.
            draws: numbers in [0, 1) that decide what is put back, see ``random_replacements``.

        Raises:
            ValueError: the images or the draws have other shapes.
        """
        check_images(noisy)
        if restored.shape != noisy.shape:
            raise ValueError(
                f'expected restored images of the shape of the noisy ones, {tuple(noisy.shape)}, '
                f'got {tuple(restored.shape)}'
            )
        if draws is not None and draws.shape[:2] != (self.copies, len(noisy)):
            raise ValueError(
                f'expected draws for {self.copies} copies of {len(noisy)} images, got the shape '
                f'{tuple(draws.shape)}'
            )
        pixels = prod(self._padded.padded_sides(noisy))
        tiled = self._padded.tiled
        warn_of_large_images(pixels=pixels, max_pixels=self.max_pixels, tiled=tiled)
        images, copies = split_calls(
            len(noisy), self.copies, pixels=pixels, max_pixels=self.max_pixels
        )
        means = []
        for part in images:
            total: Tensor | None = None
            for called in copies:
                mixed = random_replacements(
                    restored[part],
                    noisy[part],
                    self.probability,
                    copies=called.stop - called.start,
                    per_element=self.per_element,
                    generator=random_generator(noisy.device),
                    draws=None if draws is None else draws[called, part],
                )
                outputs = self._padded(mixed.flatten(0, 1)).unflatten(0, mixed.shape[:2])
                sums = outputs.sum(dim=0)
                total = sums if total is None else total + sums
            assert total is not None
            means.append(total / self.copies)
        return means[0] if len(means) == 1 else torch.cat(means)
