"""Checkpoints of discriminators: those of BasicSR and KAIR, and the one that SRGAN describes."""

from __future__ import annotations

from torch import Tensor, nn

from mmrestore.models.discriminators import (
    SRGANDiscriminator,
    UNetDiscriminator,
    VGGDiscriminator,
)
from mmrestore.models.official.renaming import renamed
from mmrestore.registry import OFFICIAL

Converted = tuple[nn.Module, dict[str, Tensor]]


@OFFICIAL.register_module(name='SRGAN discriminator (our reading of the paper)')
def paper_srgan_discriminator(
    weights: dict[str, Tensor], *, in_ch: int = 3, f: int = 64, size: int = 96
) -> Converted:
    """Return the network and the state dict of a discriminator with the layers of the paper."""
    return SRGANDiscriminator(in_ch, channels=f, image_size=size), weights


@OFFICIAL.register_module(name='VGGStyleDiscriminator (BasicSR)')
def basicsr_vgg_discriminator(
    weights: dict[str, Tensor], *, num_in_ch: int, num_feat: int = 64, input_size: int = 128
) -> Converted:
    """Return the network and the state dict of a VGGStyleDiscriminator of BasicSR.

    Raises:
        ValueError: ``input_size`` is neither 128 nor 256.
    """
    if input_size not in (128, 256):
        raise ValueError(f'BasicSR has the sizes 128 and 256, got input_size={input_size}')
    return VGGDiscriminator(num_in_ch, channels=num_feat, image_size=input_size), weights


@OFFICIAL.register_module(name='UNetDiscriminatorSN (BasicSR)')
def basicsr_unet_discriminator(
    weights: dict[str, Tensor],
    *,
    num_in_ch: int,
    num_feat: int = 64,
    skip_connection: bool = True,
) -> Converted:
    """Return the network and the state dict of the discriminator of Real-ESRGAN.

    Theirs keeps the spectral norm in hooks, ours in a parametrization: other names, equal values.

    Raises:
        ValueError: without the shortcuts, which no published network does.
    """
    if not skip_connection:
        raise ValueError('no published UNetDiscriminatorSN has skip_connection=False')
    names = {
        r'\.weight_orig$': '.parametrizations.weight.original',
        r'\.weight_([uv])$': r'.parametrizations.weight.0._\1',
    }
    return UNetDiscriminator(num_in_ch, channels=num_feat), renamed(weights, names)


def _kair(weights: dict[str, Tensor], in_nc: int, base_nc: int, image_size: int) -> Converted:
    """Return a network of KAIR, whose layers are numbered: a convolution, a norm, an activation."""
    if base_nc != 64:
        raise ValueError(f'the last layers of KAIR fit base_nc=64 alone, got {base_nc}')
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
    """Return the network and the state dict of KAIR's discriminator of 96 x 96 pixels.

    Raises:
        ValueError: ``base_nc`` is not 64.
    """
    return _kair(weights, in_nc, base_nc, 96)


@OFFICIAL.register_module(name='Discriminator_VGG_128 (KAIR)')
def kair_vgg_128(weights: dict[str, Tensor], *, in_nc: int = 3, base_nc: int = 64) -> Converted:
    """Return the network and the state dict of KAIR's discriminator of 128 x 128 pixels.

    Raises:
        ValueError: ``base_nc`` is not 64.
    """
    return _kair(weights, in_nc, base_nc, 128)


@OFFICIAL.register_module(name='Discriminator_VGG_192 (KAIR)')
def kair_vgg_192(weights: dict[str, Tensor], *, in_nc: int = 3, base_nc: int = 64) -> Converted:
    """Return the network and the state dict of KAIR's discriminator of 192 x 192 pixels.

    Raises:
        ValueError: ``base_nc`` is not 64.
    """
    return _kair(weights, in_nc, base_nc, 192)
