"""VGG-style discriminator of ESRGAN."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.models.discriminators.shared import check_image_size, downsampling
from mmrestore.models.layers.sizes import check_images
from mmrestore.models.official_weights import Converted, renamed
from mmrestore.registry import MODELS, OFFICIAL

LARGEST_GRID = 4  # VGGDiscriminator halves the sides until they are at most this


@MODELS.register_module()
class VGGDiscriminator(nn.Module):
    """ESRGAN discriminator (Wang et al., ECCV Workshops 2018) with one logit per image.

    Parameter names are those of BasicSR's VGGStyleDiscriminator.

    Args:
        in_channels: channels of the images.
        channels: width of the first features; the last features have 8 times as many.
        image_size: height and width of the images, 3 or 4 times a power of 2 of at least 32: each
            of 5 or more levels halves them, until 3 or 4 pixels are left. Published sizes are 96,
            128, 192 and 256.
        conv_bias: use biases in convolutions before batch norms, as in KAIR.
        norm_eps: constant added to variances; 1e-4 in KAIR.
        norm_momentum: weight of a batch in the running statistics; 0.9 in KAIR.

    Raises:
        ValueError: ``image_size`` is invalid; in a call, if the images have another size.

    Examples:
        >>> import torch
        >>> net = VGGDiscriminator(channels=2, image_size=96)
        >>> net(torch.rand(2, 3, 96, 96)).shape
        torch.Size([2, 1])
    """

    def __init__(
        self,
        in_channels: int = 3,
        *,
        channels: int = 64,
        image_size: int = 128,
        conv_bias: bool = False,
        norm_eps: float = 1e-5,
        norm_momentum: float = 0.1,
    ) -> None:
        super().__init__()
        grid, self.num_levels = image_size, 0
        while grid > LARGEST_GRID and grid % 2 == 0:
            grid, self.num_levels = grid // 2, self.num_levels + 1
        if grid not in (3, 4) or self.num_levels < 5:
            raise ValueError(
                'image_size must be 3 or 4 times a power of 2 of at least 32, such as 96, 128, 192 '
                f'or 256, got {image_size}'
            )
        self.in_channels = in_channels
        self.image_size = image_size
        width = in_channels
        for level in range(self.num_levels):
            out = min(2**level, 8) * channels
            first = level == 0  # the only convolution without a norm
            pair = (
                nn.Conv2d(width, out, 3, padding=1, bias=conv_bias or first),
                downsampling(out, out, stride=2, bias=conv_bias),
            )
            for i, conv in enumerate(pair):
                self.add_module(f'conv{level}_{i}', conv)
                if not (first and i == 0):
                    norm = nn.BatchNorm2d(out, eps=norm_eps, momentum=norm_momentum)
                    self.add_module(f'bn{level}_{i}', norm)
            width = out
        self.linear1 = nn.Linear(width * grid**2, 100)
        self.linear2 = nn.Linear(100, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits (N, 1)."""
        check_images(x, self.in_channels)
        check_image_size(x, self.image_size)
        for level in range(self.num_levels):
            for i in range(2):
                x = self.get_submodule(f'conv{level}_{i}')(x)
                if level or i:
                    x = self.get_submodule(f'bn{level}_{i}')(x)
                x = F.leaky_relu(x, 0.2, inplace=True)
        return self.linear2(F.leaky_relu(self.linear1(x.flatten(1)), 0.2))


@OFFICIAL.register_module(name='VGGStyleDiscriminator (BasicSR)')
def basicsr_vgg_discriminator(
    weights: dict[str, Tensor], *, num_in_ch: int, num_feat: int = 64, input_size: int = 128
) -> Converted:
    """Return network and state dict of BasicSR's VGGStyleDiscriminator.

    Raises:
        ValueError: ``input_size`` is neither 128 nor 256.
    """
    if input_size not in (128, 256):
        raise ValueError(f'BasicSR has input_size 128 or 256, got {input_size}')
    return VGGDiscriminator(num_in_ch, channels=num_feat, image_size=input_size), weights


def _kair(weights: dict[str, Tensor], in_nc: int, base_nc: int, image_size: int) -> Converted:
    """Return network and state dict of a KAIR discriminator, whose layers are numbered."""
    if base_nc != 64:
        raise ValueError(f'the last layers of KAIR need base_nc=64, got {base_nc}')
    net = VGGDiscriminator(
        in_nc,
        channels=base_nc,
        image_size=image_size,
        conv_bias=True,
        norm_eps=1e-4,
        norm_momentum=0.9,
    )
    names = {r'^features\.0\.': 'conv0_0.'}
    for i in range(1, 2 * net.num_levels):
        names[rf'^features\.{3 * i - 2}\.'] = f'conv{i // 2}_{i % 2}.'
        names[rf'^features\.{3 * i - 1}\.'] = f'bn{i // 2}_{i % 2}.'
    names |= {r'^classifier\.0\.': 'linear1.', r'^classifier\.2\.': 'linear2.'}
    return net, renamed(weights, names)


@OFFICIAL.register_module(name='Discriminator_VGG_96 (KAIR)')
def kair_vgg_96(weights: dict[str, Tensor], *, in_nc: int = 3, base_nc: int = 64) -> Converted:
    """Return network and state dict of KAIR's discriminator for 96 x 96 pixels.

    Raises:
        ValueError: ``base_nc`` is not 64.
    """
    return _kair(weights, in_nc, base_nc, 96)


@OFFICIAL.register_module(name='Discriminator_VGG_128 (KAIR)')
def kair_vgg_128(weights: dict[str, Tensor], *, in_nc: int = 3, base_nc: int = 64) -> Converted:
    """Return network and state dict of KAIR's discriminator for 128 x 128 pixels.

    Raises:
        ValueError: ``base_nc`` is not 64.
    """
    return _kair(weights, in_nc, base_nc, 128)


@OFFICIAL.register_module(name='Discriminator_VGG_192 (KAIR)')
def kair_vgg_192(weights: dict[str, Tensor], *, in_nc: int = 3, base_nc: int = 64) -> Converted:
    """Return network and state dict of KAIR's discriminator for 192 x 192 pixels.

    Raises:
        ValueError: ``base_nc`` is not 64.
    """
    return _kair(weights, in_nc, base_nc, 192)
