"""Every pixel restored without being seen."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

import torch
from torch import Tensor

from mmrestore.functional.complementary_masks import (
    check_branches,
    hide_pixels,
    join_branches,
    random_branches,
)
from mmrestore.models.inference.base import InferenceDecorator, Network
from mmrestore.models.inference.batches import MAX_PIXELS, check_max_pixels, split_calls
from mmrestore.models.inference.pad import Pad
from mmrestore.registry import INFERENCE


@INFERENCE.register_module()
class ComplementaryMasks(InferenceDecorator):
    """Restore each pixel by a run of the network that does not see it.

    The pixels are divided at random among the branches. A branch runs the network on the image with
    its own pixels set to zero; they are taken from its output. The masks are drawn by PyTorch's
    global generator of the device, anew in each call, for the whole image: name ``Tile`` before
    this decorator, not after it. An image that does not fit the network is padded after masking, so
    that a hidden pixel is not seen in its mirror image.

    Source: Liao et al., "Asymmetric mask scheme for self-supervised real image
    denoising" (AMSNet), ECCV 2024, equation 5.

    Args:
        num_branches: number of branches; each restores a share of 1 / ``num_branches``, for which
            the network is to be trained with a ``PixelMask`` of that number.
        per_channel: divide the channels of a pixel too, instead of the whole pixels.
        max_pixels: the most pixels (N * H * W, padded) of a call of the network; a call has at
            least one image. None gives it all branches of all images at once.

    Raises:
        ValueError: there are fewer than two branches, ``max_pixels`` is not positive, or the
            network enlarges images.

    Examples:
        >>> def net(x):  # tells what it sees
        ...     return x + 1
        >>> net.scale, net.size_multiple = 1, 1
        >>> ComplementaryMasks(net)(torch.full((1, 1, 1, 3), 5.0))
        tensor([[[[1., 1., 1.]]]])
    """

    tiled_inside = True

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
        self.num_branches = num_branches
        self.per_channel = per_channel
        self.max_pixels = max_pixels
        self._padded = Pad(net)
        self.size_multiple = 1

    def __call__(self, x: Tensor) -> Tensor:
        """Restore images (N, C, H, W) of any size."""
        return self.restore(
            x, random_branches(x, num_branches=self.num_branches, per_channel=self.per_channel)
        )

    def restore(self, x: Tensor, branches: Tensor) -> Tensor:
        """Restore images (N, C, H, W) with the given branches of their pixels.

        Args:
            x: the images.
            branches: int64 (N, 1, H, W), or (N, C, H, W), below ``num_branches``.
        """
        images, numbers = split_calls(
            len(x),
            self.num_branches,
            pixels=prod(self._padded.padded_sides(x)),
            max_pixels=self.max_pixels,
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


def check_scale(decorator: InferenceDecorator) -> None:
    """Raise a ``ValueError`` if the network enlarges images."""
    if decorator.scale != 1:
        raise ValueError(
            f'{type(decorator).__name__} is for networks that keep the size of images, got one '
            f'that enlarges them by {decorator.scale}'
        )
