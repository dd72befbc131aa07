"""SRGAN discriminator."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.models.discriminators.shared import check_image_size
from mmrestore.models.layers.sizes import check_images
from mmrestore.models.official_weights import Converted
from mmrestore.registry import MODELS, OFFICIAL


@MODELS.register_module()
class SRGANDiscriminator(nn.Module):
    """SRGAN discriminator (Ledig et al., CVPR 2017, figure 4) with one logit per image.

    The authors have not released code, and the paper does not state whether convolutions before
    batch norms have biases. The sigmoid in the figure is part of the loss.

    Args:
        in_channels: channels of the images.
        channels: width of the first features; the last features have 8 times as many.
        image_size: height and width of the images, a multiple of 16.
        conv_bias: use biases in convolutions before batch norms, which cancel them.

    Raises:
        ValueError: ``image_size`` is not a multiple of 16; in a call, if the images have another
            size.

    Examples:
        >>> net = SRGANDiscriminator(channels=2, image_size=32)
        >>> net(torch.rand(2, 3, 32, 32)).shape
        torch.Size([2, 1])
    """

    def __init__(
        self,
        in_channels: int = 3,
        *,
        channels: int = 64,
        image_size: int = 96,
        conv_bias: bool = True,
    ) -> None:
        super().__init__()
        if image_size < 1 or image_size % 16:
            raise ValueError(f'image_size must be a multiple of 16, got {image_size}')
        self.in_channels = in_channels
        self.image_size = image_size
        layers: list[nn.Module] = [nn.Conv2d(in_channels, channels, 3, padding=1)]
        layers.append(nn.LeakyReLU(0.2, inplace=True))
        width = channels
        for wider, stride in ((1, 2), (2, 1), (2, 2), (4, 1), (4, 2), (8, 1), (8, 2)):
            out = wider * channels
            layers += [
                nn.Conv2d(width, out, 3, stride, 1, bias=conv_bias),
                nn.BatchNorm2d(out),
                nn.LeakyReLU(0.2, inplace=True),
            ]
            width = out
        self.features = nn.Sequential(*layers)
        self.fc1 = nn.Linear(width * (image_size // 16) ** 2, 1024)
        self.fc2 = nn.Linear(1024, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits (N, 1)."""
        check_images(x, self.in_channels)
        check_image_size(x, self.image_size)
        features = self.features(x.contiguous(memory_format=torch.channels_last))
        return self.fc2(F.leaky_relu(self.fc1(features.flatten(1)), 0.2))


@OFFICIAL.register_module(name='SRGAN discriminator (our reading of the paper)')
def paper_srgan_discriminator(
    weights: dict[str, Tensor], *, in_ch: int = 3, f: int = 64, size: int = 96
) -> Converted:
    """Return network and state dict of an SRGAN discriminator with the layers of the paper."""
    return SRGANDiscriminator(in_ch, channels=f, image_size=size), weights
