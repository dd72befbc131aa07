"""DM-Net in its plain form: slow and obvious, to test and to time the network of the package."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mmrestore.registry import MODELS


def conv(in_channels: int, out_channels: int) -> nn.Conv2d:
    """Return a 3x3 convolution."""
    return nn.Conv2d(in_channels, out_channels, 3, padding=1)


class Block(nn.Module):
    """The residual block."""

    def __init__(self, c: int) -> None:
        super().__init__()
        self.conv1, self.conv2 = conv(c, c), conv(c, c)
        self.bn1, self.bn2 = nn.BatchNorm2d(c), nn.BatchNorm2d(c)

    def forward(self, x: Tensor) -> Tensor:
        """Map features."""
        return self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x))))) + x


@MODELS.register_module()
class PlainDMNet(nn.Module):
    """The plain form of DM-Net; arguments as the network's."""

    scale = 1
    size_multiple = 4

    def __init__(
        self,
        in_channels: int = 3,
        *,
        channels: int = 64,
        num_blocks: int = 16,
        num_convs: int = 20,
    ) -> None:
        super().__init__()
        c = channels
        self.in_channels = in_channels
        self.head, self.mid, self.to_low = conv(in_channels, c), conv(c, c), conv(c, in_channels)
        self.blocks = nn.Sequential(*[Block(c) for _ in range(num_blocks)])
        step = [conv(c, 4 * c), nn.PixelShuffle(2), nn.ReLU()]
        self.up = nn.Sequential(*step, conv(c, 4 * c), nn.PixelShuffle(2), nn.ReLU())
        layers: list[nn.Module] = [conv(c + in_channels, c)]
        for _ in range(num_convs - 2):
            layers += [nn.ReLU(), conv(c, c)]
        self.refine = nn.Sequential(*layers, nn.ReLU(), conv(c, in_channels))

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1]."""
        return self.multi_scale(x)[0]

    def multi_scale(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Restore images at both scales."""
        low = x.unfold(2, 4, 4).unfold(3, 4, 4).mean((4, 5))
        first = torch.relu(self.head(low))
        features = self.mid(self.blocks(first)) + first
        fine = self.refine(torch.cat([self.up(features), x], 1)) + x
        return fine, self.to_low(features) + low
