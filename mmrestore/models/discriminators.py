"""Discriminators: networks that map images (N, C, H, W) to logits, high where they look real."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from mmrestore.models.layers.sizes import check_images
from mmrestore.registry import MODELS

LARGEST_GRID = 4  # VGGDiscriminator halves the image until so much is left


def downsampling(in_channels: int, out_channels: int, *, stride: int, bias: bool) -> nn.Conv2d:
    """Return the 4x4 convolution that halves images, or makes them one smaller with stride 1."""
    return nn.Conv2d(in_channels, out_channels, 4, stride, 1, bias=bias)


def _check_size(x: Tensor, image_size: int) -> None:
    if x.shape[-2:] != (image_size, image_size):
        raise ValueError(
            f'the discriminator was built for images of image_size={image_size}, got '
            f'{x.shape[-2]} x {x.shape[-1]}: set its `image_size` to the size of the restored '
            'images, or crop inputs so that these have it'
        )


@MODELS.register_module()
class SRGANDiscriminator(nn.Module):
    """The discriminator of SRGAN (Ledig et al., CVPR 2017, figure 4), one logit an image.

    There is no code of the authors; whether convolutions in front of batch norms have biases is
    left open by the paper. The sigmoid of the figure belongs to the loss.

    Args:
        in_channels: channels of the images.
        channels: width of the first features; the last have 8 times as many.
        image_size: height and width of the images, a multiple of 16.
        conv_bias: whether convolutions in front of batch norms have biases, which the norms cancel.

    Raises:
        ValueError: ``image_size`` is no multiple of 16; when called, images of another size.

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
        _check_size(x, self.image_size)
        features = self.features(x.contiguous(memory_format=torch.channels_last))
        return self.fc2(F.leaky_relu(self.fc1(features.flatten(1)), 0.2))


@MODELS.register_module()
class VGGDiscriminator(nn.Module):
    """The discriminator of ESRGAN (Wang et al., ECCV Workshops 2018), one logit an image.

    Parameters have the names of BasicSR's VGGStyleDiscriminator.

    Args:
        in_channels: channels of the images.
        channels: width of the first features; the last have 8 times as many.
        image_size: height and width of the images, 3 or 4 times a power of 2 from 32 on: each of 5
            or more levels halves them, until 3 or 4 are left. Published are 96, 128, 192 and 256.
        conv_bias: whether convolutions in front of batch norms have biases, as in KAIR.
        norm_eps: what is added to variances; 1e-4 in KAIR.
        norm_momentum: weight of a batch in the running statistics; 0.9 in KAIR.

    Raises:
        ValueError: ``image_size`` is not as above; when called, images of another size.

    Examples:
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
                'image_size must be 3 or 4 times a power of 2 from 32 on, such as 96, 128, 192 or '
                f'256, got {image_size}'
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
        _check_size(x, self.image_size)
        for level in range(self.num_levels):
            for i in range(2):
                x = self.get_submodule(f'conv{level}_{i}')(x)
                if level or i:
                    x = self.get_submodule(f'bn{level}_{i}')(x)
                x = F.leaky_relu(x, 0.2, inplace=True)
        return self.linear2(F.leaky_relu(self.linear1(x.flatten(1)), 0.2))


@MODELS.register_module()
class PatchDiscriminator(nn.Module):
    """PatchGAN: a logit for every patch of an image (Isola et al., CVPR 2017, section 3.2.2).

    Weights start normally distributed with a standard deviation of 0.02, as in the paper.
    Parameters have the names of the authors' PyTorch release.

    Args:
        in_channels: channels of the images; of two images where the input is seen too.
        channels: width of the first features; they grow to 8 times as many.
        num_layers: convolutions of stride 2. 1 sees patches of 16 x 16 pixels, 3 of 70 x 70 and 5
            of 286 x 286, the published sizes.

    Raises:
        ValueError: ``num_layers`` is not positive; when called, images with a side below 3 times
            2 to the power of ``num_layers``.

    Examples:
        >>> net = PatchDiscriminator(channels=4)
        >>> net(torch.rand(2, 3, 96, 64)).shape
        torch.Size([2, 1, 10, 6])
    """

    def __init__(self, in_channels: int = 3, *, channels: int = 64, num_layers: int = 3) -> None:
        super().__init__()
        if num_layers < 1:
            raise ValueError(f'num_layers must be at least 1, got {num_layers}')
        self.in_channels = in_channels
        self.min_size = 3 * 2**num_layers  # the last two convolutions make 3 pixels 1
        layers: list[nn.Module] = [downsampling(in_channels, channels, stride=2, bias=True)]
        layers.append(nn.LeakyReLU(0.2, inplace=True))
        width = channels
        for i in range(1, num_layers + 1):
            out = min(2**i, 8) * channels
            stride = 1 if i == num_layers else 2
            layers += [
                downsampling(width, out, stride=stride, bias=False),
                nn.BatchNorm2d(out),
                nn.LeakyReLU(0.2, inplace=True),
            ]
            width = out
        layers.append(downsampling(width, 1, stride=1, bias=True))
        self.model = nn.Sequential(*layers)
        for layer in layers:
            if isinstance(layer, nn.Conv2d):
                nn.init.normal_(layer.weight, std=0.02)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits (N, 1, rows, columns)."""
        check_images(x, self.in_channels)
        if min(x.shape[-2:]) < self.min_size:
            raise ValueError(
                f'a PatchDiscriminator with these layers needs images of {self.min_size} x '
                f'{self.min_size} pixels or more, got {x.shape[-2]} x {x.shape[-1]}: use larger '
                'crops or a smaller `num_layers`'
            )
        return self.model(x)


@MODELS.register_module()
class UNetDiscriminator(nn.Module):
    """The discriminator of Real-ESRGAN: a logit for every pixel (Wang et al., ICCV Workshops 2021).

    A U-Net whose convolutions, but the first and the last, have weights with a spectral norm of 1
    (Miyato et al., ICLR 2018); features of the way down are added on the way up.

    Args:
        in_channels: channels of the images.
        channels: width of the first features.

    Raises:
        ValueError: when called, sides of images that are no multiples of 8.

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
