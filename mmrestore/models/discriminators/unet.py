"""Real-ESRGAN discriminator with one logit per pixel."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from mmrestore.models.discriminators.shared import downsampling
from mmrestore.models.layers.sizes import check_images
from mmrestore.models.official_weights import Converted, renamed
from mmrestore.registry import MODELS, OFFICIAL


@MODELS.register_module()
class UNetDiscriminator(nn.Module):
    """Real-ESRGAN discriminator: one logit per pixel (Wang et al., ICCV Workshops 2021).

    A U-Net with additive skip connections. All convolutions except the first and the last are
    spectrally normalized (Miyato et al., ICLR 2018).

    Args:
        in_channels: channels of the images.
        channels: width of the first features.

    Raises:
        ValueError: in a call, if a side of the images is not a multiple of 8.

    Examples:
        >>> net = UNetDiscriminator(channels=4)
        >>> net(torch.rand(2, 3, 16, 24)).shape
        torch.Size([2, 1, 16, 24])
        >>> sum(p.numel() for p in UNetDiscriminator().parameters())
        4376897
    """

    def __init__(self, in_channels: int = 3, *, channels: int = 64) -> None:
        super().__init__()
        self.in_channels = in_channels
        c = channels
        self.conv0 = nn.Conv2d(in_channels, c, 3, padding=1)
        self.conv1 = spectral_norm(downsampling(c, 2 * c, stride=2, bias=False))
        self.conv2 = spectral_norm(downsampling(2 * c, 4 * c, stride=2, bias=False))
        self.conv3 = spectral_norm(downsampling(4 * c, 8 * c, stride=2, bias=False))
        self.conv4 = spectral_norm(nn.Conv2d(8 * c, 4 * c, 3, padding=1, bias=False))
        self.conv5 = spectral_norm(nn.Conv2d(4 * c, 2 * c, 3, padding=1, bias=False))
        self.conv6 = spectral_norm(nn.Conv2d(2 * c, c, 3, padding=1, bias=False))
        self.conv7 = spectral_norm(nn.Conv2d(c, c, 3, padding=1, bias=False))
        self.conv8 = spectral_norm(nn.Conv2d(c, c, 3, padding=1, bias=False))
        self.conv9 = nn.Conv2d(c, 1, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits (N, 1, H, W)."""
        check_images(x, self.in_channels, 8)
        levels = [self._map(self.conv0, x.contiguous(memory_format=torch.channels_last))]
        for conv in (self.conv1, self.conv2, self.conv3):
            levels.append(self._map(conv, levels[-1]))
        features = levels.pop()
        for conv in (self.conv4, self.conv5, self.conv6):
            features = F.interpolate(features, scale_factor=2, mode='bilinear')
            features = self._map(conv, features) + levels.pop()
        features = self._map(self.conv8, self._map(self.conv7, features))
        return self.conv9(features).contiguous()

    @staticmethod
    def _map(conv: nn.Module, x: Tensor) -> Tensor:
        return F.leaky_relu(conv(x), 0.2, inplace=True)


@OFFICIAL.register_module(name='UNetDiscriminatorSN (BasicSR)')
def basicsr_unet_discriminator(
    weights: dict[str, Tensor],
    *,
    num_in_ch: int,
    num_feat: int = 64,
    skip_connection: bool = True,
) -> Converted:
    """Return network and state dict of a Real-ESRGAN discriminator.

    BasicSR applies the spectral norm in hooks, this network in parametrizations: the names differ,
    the values are identical.

    Raises:
        ValueError: ``skip_connection`` is False, which no published network uses.
    """
    if not skip_connection:
        raise ValueError('no published UNetDiscriminatorSN has skip_connection=False')
    names = {
        r'\.weight_orig$': '.parametrizations.weight.original',
        r'\.weight_([uv])$': r'.parametrizations.weight.0._\1',
    }
    return UNetDiscriminator(num_in_ch, channels=num_feat), renamed(weights, names)
