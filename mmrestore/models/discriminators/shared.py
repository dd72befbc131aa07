"""Layers and checks shared by discriminators."""

from __future__ import annotations

from torch import Tensor, nn


def downsampling(in_channels: int, out_channels: int, *, stride: int, bias: bool) -> nn.Conv2d:
    """Return a 4x4 convolution that halves the sides, or with stride 1 reduces them by 1 pixel."""
    return nn.Conv2d(in_channels, out_channels, 4, stride, 1, bias=bias)


def check_image_size(x: Tensor, image_size: int) -> None:
    """Check that height and width of images (N, C, H, W) are ``image_size``.

    Raises:
        ValueError: the images have another size.
    """
    if x.shape[-2:] != (image_size, image_size):
        raise ValueError(
            f'the discriminator was built for images of image_size={image_size}, got '
            f'{x.shape[-2]} x {x.shape[-1]}: set its `image_size` to the size of the restored '
            'images, or change the crop size'
        )
