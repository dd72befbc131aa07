"""Restore every pixel by a network pass that does not see it."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

import torch
from torch import Tensor

from mmrestore.functional.complementary_masks import (
    MaskScheme,
    check_branches,
    check_map,
    hide_pixels,
    join_branches,
    random_branches,
)
from mmrestore.functional.seeding import random_generator
from mmrestore.models.inference.base import (
    InferenceDecorator,
    Network,
    check_images,
    check_scale,
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
class ComplementaryMasks(InferenceDecorator):
    """Restore each pixel by a run of the network that does not see it.

    The pixels are divided at random among the branches. A branch runs the network on the image with
    its own pixels set to zero; they are taken from its output. The masks are drawn anew in each
    call, seeded by the restorer, for the whole image: put ``Tile`` before this decorator, not after
    it. An image that does not fit the network is padded after masking, so that a hidden pixel is
    not seen in its mirror image.

    Source: Liao et al., "Asymmetric mask scheme for self-supervised real image
    denoising" (AMSNet), ECCV 2024, equation 5.

    Args:
        num_branches: number of branches; each restores a share of 1 / ``num_branches``, for which
            the network is to be trained with a ``PixelMask`` of that number.
        per_channel: divide the channels of a pixel too, instead of the whole pixels.
        max_pixels: the most pixels (N * H * W, padded) of a call of the network; a call has at
            least one image, and a warning says if that is larger and not tiled. None gives it all
            branches of all images at once.

    Raises:
        ValueError: there are fewer than two branches, ``max_pixels`` is not positive, the network
            enlarges images, or a ``PixelDownsampled`` or other masks stand inside.

    Examples:
        >>> def net(x):  # tells what it sees
        ...     return x + 1
        >>> net.scale, net.size_multiple = 1, 1
        >>> ComplementaryMasks(net)(torch.full((1, 1, 1, 3), 5.0))
        tensor([[[[1., 1., 1.]]]])
    """

    tiled_inside = True
    draws = True

    def __init__(
        self,
        net: Network,
        *,
        num_branches: int = 2,
        per_channel: bool = False,
        max_pixels: int | None = MAX_PIXELS,
    ) -> None:
        super().__init__(net)
        check_branches(num_branches)
        check_max_pixels(max_pixels)
        check_scale(self)
        if self.full_resolution is not None:
            raise ValueError(
                'masks outside of PixelDownsampled are left out by RandomReplacementRefinement, '
                'which runs what is inside: put ComplementaryMasks before PixelDownsampled'
            )
        if self.mask_scheme is not None:
            raise ValueError('two ComplementaryMasks hide pixels of one network: leave one out')
        self.num_branches = num_branches
        self.per_channel = per_channel
        self.max_pixels = max_pixels
        self.mask_scheme = MaskScheme(num_branches, per_channel)
        self._padded = Pad(net)
        self.size_multiple = 1

    def __call__(self, x: Tensor) -> Tensor:
        """Restore images (N, C, H, W) of any size."""
        check_images(x)
        branches = random_branches(
            x,
            num_branches=self.num_branches,
            per_channel=self.per_channel,
            generator=random_generator(x.device),
        )
        return self._restore(x, branches)

    def restore(self, x: Tensor, branches: Tensor) -> Tensor:
        """Restore images (N, C, H, W) with the given branches of their pixels.

        Args:
            x: the images.
            branches: int64 (N, 1, H, W), or (N, C, H, W), below ``num_branches``.

        Raises:
            ValueError: the branches are not those of these images, or there are no such branches.
        """
        check_images(x)
        check_map(x, branches)
        low, high = branches.aminmax()
        if branches.is_floating_point() or low < 0 or high >= self.num_branches:
            raise ValueError(
                f'expected whole numbers of branches from 0 to {self.num_branches - 1}, got '
                f'{low.item()} to {high.item()} ({branches.dtype}): every pixel needs a branch '
                'that does not see it'
            )
        return self._restore(x, branches)

    def _restore(self, x: Tensor, branches: Tensor) -> Tensor:
        pixels = prod(self._padded.padded_sides(x))
        warn_of_large_images(pixels=pixels, max_pixels=self.max_pixels, tiled=self.tiled)
        images, numbers = split_calls(
            len(x), self.num_branches, pixels=pixels, max_pixels=self.max_pixels
        )
        parts = [
            join_branches(self._outputs(x[part], branches[part], numbers), branches[part])
            for part in images
        ]
        return parts[0] if len(parts) == 1 else torch.cat(parts)

    def _outputs(self, x: Tensor, branches: Tensor, numbers: list[slice]) -> Iterator[Tensor]:
        for called in numbers:
            hidden = hide_pixels(x, branches, range(called.start, called.stop))
            yield from self._padded(hidden.flatten(0, 1)).unflatten(0, (-1, len(x)))
