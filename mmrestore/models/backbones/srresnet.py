"""SRResNet: photo-realistic super-resolution (Ledig et al., CVPR 2017).

There is no code of the authors. The paper leaves open how many slopes a PReLU has and whether the
convolutions in front of batch norms have biases: here one slope, and biases unless told otherwise.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mmrestore.models.backbones.base import Backbone
from mmrestore.models.layers.convolutions import conv3x3, shuffle_steps
from mmrestore.models.layers.prelu import PReLU
from mmrestore.models.layers.sizes import check_images
from mmrestore.models.official_weights import Converted, check_equal_channels
from mmrestore.registry import MODELS, OFFICIAL


def norm_conv(
    in_channels: int, out_channels: int, *, batch_norm: bool, bias: bool
) -> tuple[nn.Conv2d, nn.Module]:
    """Return a 3x3 convolution and what follows it; without a norm the bias always stays."""
    conv = nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=bias or not batch_norm)
    return conv, nn.BatchNorm2d(out_channels) if batch_norm else nn.Identity()


class Block(nn.Module):
    """Two convolutions, each with its norm, a PReLU between and a shortcut around."""

    def __init__(self, channels: int, *, batch_norm: bool, bias: bool) -> None:
        super().__init__()
        self.conv1, self.bn1 = norm_conv(channels, channels, batch_norm=batch_norm, bias=bias)
        self.act = PReLU()
        self.conv2, self.bn2 = norm_conv(channels, channels, batch_norm=batch_norm, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        return x + self.bn2(self.conv2(self.act(self.bn1(self.conv1(x)))))


@MODELS.register_module()
class SRResNet(Backbone):
    """The generator of SRGAN, with batch norms as in the paper or without; images of any size.

    Args:
        in_channels: channels of the images.
        channels: width of the features.
        num_blocks: number of residual blocks.
        scale: factor of height and width.
        batch_norm: whether convolutions of the trunk are followed by batch norms.
        conv_bias: whether these convolutions have biases, which the norms cancel.

    Raises:
        ValueError: ``scale`` is neither a power of 2 nor 3.

    Examples:
        >>> net = SRResNet(channels=8, num_blocks=2, scale=2)
        >>> net(torch.rand(1, 3, 5, 7)).shape
        torch.Size([1, 3, 10, 14])
        >>> sum(p.numel() for p in SRResNet().parameters())
        1549462
    """

    size_multiple = 1

    def __init__(
        self,
        in_channels: int = 3,
        *,
        channels: int = 64,
        num_blocks: int = 16,
        scale: int = 4,
        batch_norm: bool = True,
        conv_bias: bool = True,
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.scale = scale
        self.head = nn.Sequential(nn.Conv2d(in_channels, channels, 9, padding=4), PReLU())
        self.body = nn.Sequential(
            *(Block(channels, batch_norm=batch_norm, bias=conv_bias) for _ in range(num_blocks))
        )
        self.tail = nn.Sequential(
            *norm_conv(channels, channels, batch_norm=batch_norm, bias=conv_bias)
        )
        steps: list[nn.Module] = []
        for step in shuffle_steps(scale):
            steps += [conv3x3(channels, channels * step**2), nn.PixelShuffle(step), PReLU()]
        self.up = nn.Sequential(*steps)
        self.out = nn.Conv2d(channels, in_channels, 9, padding=4)

    def forward(self, x: Tensor) -> Tensor:
        """Enlarge images (B, C, H, W) in [0, 1]."""
        check_images(x, self.in_channels)
        first = self.head(x.contiguous(memory_format=torch.channels_last))
        features = first + self.tail(self.body(first))
        return self.out(self.up(features)).contiguous()


@OFFICIAL.register_module(name='SRResNet with batch norm (our reading of the paper)')
def paper_srresnet(
    weights: dict[str, Tensor],
    *,
    in_ch: int = 3,
    out_ch: int = 3,
    f: int = 64,
    n: int = 16,
    scale: int = 4,
) -> Converted:
    """Return the network and the state dict of an SRResNet with the layers of the paper.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    check_equal_channels('SRResNet', in_ch, out_ch)
    return SRResNet(in_ch, channels=f, num_blocks=n, scale=scale), weights
