"""Discriminators: networks that map images (N, C, H, W) to logits, high for real images."""

from mmrestore.models.discriminators.patch import PatchDiscriminator
from mmrestore.models.discriminators.srgan import SRGANDiscriminator
from mmrestore.models.discriminators.unet import UNetDiscriminator
from mmrestore.models.discriminators.vgg import VGGDiscriminator

__all__ = [
    'PatchDiscriminator',
    'SRGANDiscriminator',
    'UNetDiscriminator',
    'VGGDiscriminator',
]
