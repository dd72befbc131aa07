"""MSRResNet: the SRResNet that ESRGAN's authors changed (Wang et al., ECCV Workshops 2018).

Without batch norms and with small kernels. Parameters have the names of official checkpoints, those
of BasicSR for ``MSRResNet`` and those of KAIR for ``MSRResNet0``.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.models.backbones.base import Backbone
from mmrestore.models.layers.convolutions import conv3x3, shuffle_steps
from mmrestore.models.layers.residual import ResidualBlock
from mmrestore.models.layers.sizes import check_images
from mmrestore.models.official_weights import Converted, check_equal_channels, renamed
from mmrestore.registry import MODELS, OFFICIAL


@MODELS.register_module()
class MSRResNet(Backbone):
    """MSRResNet of BasicSR, KAIR (MSRResNet1) and MMagic; adds to the bilinear upscaling.

    Args:
        in_channels: channels of the images.
        channels: width of the features.
        num_blocks: number of residual blocks.
        scale: factor of height and width; images of any size.
        upsample_activation: whether a LeakyReLU follows every pixel shuffle; not in MMagic.

    Raises:
        ValueError: ``scale`` is neither a power of 2 nor 3.

    Examples:
        >>> net = MSRResNet(channels=8, num_blocks=2)
        >>> net(torch.rand(1, 3, 5, 7)).shape
        torch.Size([1, 3, 20, 28])
        >>> sum(p.numel() for p in MSRResNet().parameters())
        1517571
    """

    size_multiple = 1

    def __init__(
        self,
        in_channels: int = 3,
        *,
        channels: int = 64,
        num_blocks: int = 16,
        scale: int = 4,
        upsample_activation: bool = True,
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.scale = scale
        self.steps = shuffle_steps(scale)
        self.upsample_activation = upsample_activation
        self.conv_first = conv3x3(in_channels, channels)
        self.body = nn.Sequential(*(ResidualBlock(channels) for _ in range(num_blocks)))
        for i, step in enumerate(self.steps, 1):
            self.add_module(f'upconv{i}', conv3x3(channels, channels * step**2))
        self.conv_hr = conv3x3(channels, channels)
        self.conv_last = conv3x3(channels, in_channels)
        self.apply(_initialise)

    def forward(self, x: Tensor) -> Tensor:
        """Enlarge images (B, C, H, W) in [0, 1]."""
        check_images(x, self.in_channels)
        x = x.contiguous(memory_format=torch.channels_last)
        features = self.body(_activate(self.conv_first(x)))
        for i, step in enumerate(self.steps, 1):
            features = F.pixel_shuffle(self.get_submodule(f'upconv{i}')(features), step)
            if self.upsample_activation:
                features = _activate(features)
        y = self.conv_last(_activate(self.conv_hr(features)))
        base = F.interpolate(x, scale_factor=self.scale, mode='bilinear', align_corners=False)
        return (y + base).contiguous()


class Shortcut(nn.Module):
    """x + sub(x)."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.sub = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        return x + self.sub(x)


class SequentialResidual(nn.Module):
    """The residual block with the names of KAIR."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        layers = [conv3x3(channels, channels), nn.ReLU(inplace=True), conv3x3(channels, channels)]
        self.res = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        return x + self.res(x)


@MODELS.register_module()
class MSRResNet0(Backbone):
    """The other MSRResNet of KAIR: shortcut around the trunk, nearest-neighbor upsampling.

    Args:
        in_channels: channels of the images.
        channels: width of the features.
        num_blocks: number of residual blocks.
        scale: factor of height and width; images of any size.

    Raises:
        ValueError: ``scale`` is neither a power of 2 nor 3.

    Examples:
        >>> net = MSRResNet0(channels=8, num_blocks=2, scale=3)
        >>> net(torch.rand(1, 3, 5, 7)).shape
        torch.Size([1, 3, 15, 21])
        >>> sum(p.numel() for p in MSRResNet0().parameters())
        1332928
    """

    size_multiple = 1

    def __init__(
        self, in_channels: int = 3, *, channels: int = 64, num_blocks: int = 16, scale: int = 4
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.scale = scale
        blocks = [SequentialResidual(channels) for _ in range(num_blocks)]
        trunk = Shortcut(*blocks, conv3x3(channels, channels))
        layers: list[nn.Module] = [conv3x3(in_channels, channels), trunk]
        for step in shuffle_steps(scale):
            layers.append(nn.Upsample(scale_factor=step, mode='nearest'))
            layers += [conv3x3(channels, channels), nn.ReLU(inplace=True)]
        layers += [conv3x3(channels, channels), nn.ReLU(inplace=True)]
        layers.append(nn.Conv2d(channels, in_channels, 3, padding=1, bias=False))
        self.model = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """Enlarge images (B, C, H, W) in [0, 1]."""
        check_images(x, self.in_channels)
        return self.model(x.contiguous(memory_format=torch.channels_last)).contiguous()


def _activate(x: Tensor) -> Tensor:
    return F.leaky_relu(x, 0.1, inplace=True)


def _initialise(module: nn.Module) -> None:
    """Start near bilinear upscaling: a tenth of He's values, no biases."""
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight)
        with torch.no_grad():
            module.weight *= 0.1
        if module.bias is not None:
            nn.init.zeros_(module.bias)


@OFFICIAL.register_module(name='MSRResNet (BasicSR)')
def basicsr_msrresnet(
    weights: dict[str, Tensor],
    *,
    num_in_ch: int = 3,
    num_out_ch: int = 3,
    num_feat: int = 64,
    num_block: int = 16,
    upscale: int = 4,
) -> Converted:
    """Return the network and the state dict of an MSRResNet of BasicSR.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    check_equal_channels('MSRResNet', num_in_ch, num_out_ch)
    net = MSRResNet(num_in_ch, channels=num_feat, num_blocks=num_block, scale=upscale)
    return net, weights


@OFFICIAL.register_module(name='MSRResNet (MMagic)')
def mmagic_msrresnet(
    weights: dict[str, Tensor],
    *,
    in_channels: int,
    out_channels: int,
    mid_channels: int = 64,
    num_blocks: int = 16,
    upscale_factor: int = 4,
) -> Converted:
    """Return the network and the state dict of an MSRResNet of MMagic.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    check_equal_channels('MSRResNet', in_channels, out_channels)
    net = MSRResNet(
        in_channels,
        channels=mid_channels,
        num_blocks=num_blocks,
        scale=upscale_factor,
        upsample_activation=False,
    )
    names = {r'^trunk_net\.': 'body.', r'^upsample(\d)\.upsample_conv\.': r'upconv\1.'}
    return net, renamed(weights, names)


@OFFICIAL.register_module(name='MSRResNet1 (KAIR)')
def kair_msrresnet1(
    weights: dict[str, Tensor],
    *,
    in_nc: int = 3,
    out_nc: int = 3,
    nc: int = 64,
    nb: int = 16,
    upscale: int = 4,
) -> Converted:
    """Return the network and the state dict of an MSRResNet1 of KAIR.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    check_equal_channels('MSRResNet', in_nc, out_nc)
    net = MSRResNet(in_nc, channels=nc, num_blocks=nb, scale=upscale)
    return net, renamed(weights, {r'^recon_trunk\.': 'body.', r'^HRconv\.': 'conv_hr.'})


@OFFICIAL.register_module(name='MSRResNet0 (KAIR)')
def kair_msrresnet0(
    weights: dict[str, Tensor],
    *,
    in_nc: int = 3,
    out_nc: int = 3,
    nc: int = 64,
    nb: int = 16,
    upscale: int = 4,
) -> Converted:
    """Return the network and the state dict of an MSRResNet0 of KAIR.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    check_equal_channels('MSRResNet', in_nc, out_nc)
    return MSRResNet0(in_nc, channels=nc, num_blocks=nb, scale=upscale), weights
