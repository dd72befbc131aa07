"""Restore pixel-downsampled sub-images."""

from __future__ import annotations

from math import gcd
from typing import Literal

from torch import Tensor

from mmrestore.functional.pixel_downsample import (
    check_stride,
    from_mosaic,
    pixel_downsample,
    pixel_upsample,
    to_mosaic,
)
from mmrestore.models.inference.base import (
    InferenceDecorator,
    Network,
    check_images,
    check_scale,
)
from mmrestore.models.inference.pad import MODES, crop, extend
from mmrestore.registry import INFERENCE


@INFERENCE.register_module()
class PixelDownsampled(InferenceDecorator):
    """Restore the sub-images of every s-th pixel, and put them together.

    Images of any size are padded at the right and bottom and cropped back, so that their sub-images
    have sizes that the network takes.

    Source: Lee, Son and Lee, "AP-BSN: Self-supervised denoising for real-world images via
    asymmetric PD and blind-spot network", CVPR 2022 (a mosaic, ``pad_mode='zero'``); Liao et al.,
    "Asymmetric mask scheme for self-supervised real image denoising" (AMSNet), ECCV 2024, section
    3.3 (a batch); both with a stride of 2 at test.

    Args:
        stride: s.
        mosaic: put the sub-images of an image side by side into one picture, instead of into the
            batch.
        padding: rows and columns of zeros on all sides of each tile of a mosaic.
        pad_mode: how images are padded, see :class:`Pad`; 'symmetric' adds no more than the others.
            Mirrored by 'reflect', a pixel at the border may come twice into one sub-image, so that
            it is seen there where it is hidden; by 'replicate' this happens only if the network
            needs multiples of more than 1, which :class:`ComplementaryMasks` does not.

    Raises:
        ValueError: the stride is below 1, the padding negative, ``pad_mode`` unknown, or the
            network enlarges images, or a ``PixelDownsampled`` stands inside.

    Examples:
        >>> import torch
        >>> def net(x):  # each sub-image becomes its mean
        ...     return x.mean(dim=(2, 3), keepdim=True).expand_as(x)
        >>> net.scale, net.size_multiple = 1, 1
        >>> PixelDownsampled(net, stride=2)(torch.arange(4.0).view(1, 1, 1, 4))
        tensor([[[[1., 2., 1., 2.]]]])
    """

    tiled_inside = True

    def __init__(
        self,
        net: Network,
        *,
        stride: int,
        mosaic: bool = False,
        padding: int = 2,
        pad_mode: Literal['reflect', 'symmetric', 'zero', 'replicate'] = 'replicate',
    ) -> None:
        super().__init__(net)
        check_stride(stride, padding)
        check_scale(self)
        if pad_mode not in MODES:
            raise ValueError(
                f'expected a pad_mode of {", ".join(map(repr, MODES))}, got {pad_mode!r}'
            )
        if self.full_resolution is not None:
            raise ValueError(
                'two PixelDownsampled take images apart: leave one out, or multiply their strides'
            )
        self.pad_mode = pad_mode
        self.full_resolution = net
        self.stride = stride
        self.mosaic = mosaic
        self.padding = padding
        self.multiple = self.size_multiple
        self.size_multiple = 1

    def __call__(self, x: Tensor) -> Tensor:
        """Restore images (N, C, H, W) of any size."""
        check_images(x)
        height, width = x.shape[-2:]
        padded = extend(x, (self._padded(height), self._padded(width)), mode=self.pad_mode)
        if self.mosaic:
            tiles = self.net(to_mosaic(padded, self.stride, padding=self.padding))
            y = from_mosaic(tiles, self.stride, padding=self.padding)
        else:
            y = pixel_upsample(self.net(pixel_downsample(padded, self.stride)), self.stride)
        return crop(y, (height, width))

    def _padded(self, side: int) -> int:
        """Return the least side that can be divided and suits the network."""
        size = (side + self.stride - 1) // self.stride  # of a sub-image
        # Of a mosaic the network sees stride * (size + 2 * padding), else sub-images of that size.
        around = 2 * self.padding if self.mosaic else 0
        factor = gcd(self.multiple, self.stride) if self.mosaic else 1
        multiple = self.multiple // factor
        return ((size + around + multiple - 1) // multiple * multiple - around) * self.stride
