"""RIDNet in its plain form: slow and obvious, to test and to time the network of the package."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mmrestore.registry import MODELS


def conv(in_channels: int, out_channels: int, kernel: int = 3, dilation: int = 1) -> nn.Conv2d:
    """Return a convolution that keeps the size."""
    padding = kernel // 2 * dilation
    return nn.Conv2d(in_channels, out_channels, kernel, padding=padding, dilation=dilation)


class Block(nn.Module):
    """Merge and run, two residual blocks, channel attention."""

    def __init__(self, c: int, reduction: int) -> None:
        super().__init__()
        first = [conv(c, c), nn.ReLU(), conv(c, c, dilation=2), nn.ReLU()]
        second = [conv(c, c, dilation=3), nn.ReLU(), conv(c, c, dilation=4), nn.ReLU()]
        joined = nn.Sequential(conv(2 * c, c), nn.ReLU())
        self.r1 = nn.ModuleDict(
            {'body1': nn.Sequential(*first), 'body2': nn.Sequential(*second), 'body3': joined}
        )
        two = nn.Sequential(conv(c, c), nn.ReLU(), conv(c, c))
        three = nn.Sequential(conv(c, c), nn.ReLU(), conv(c, c), nn.ReLU(), conv(c, c, 1))
        self.r2, self.r3 = nn.ModuleDict({'body': two}), nn.ModuleDict({'body': three})
        narrow = c // reduction
        self.ca = nn.ModuleDict(
            {
                'c1': nn.ModuleDict({'body': nn.Sequential(conv(c, narrow, 1), nn.ReLU())}),
                'c2': nn.ModuleDict({'body': nn.Sequential(conv(narrow, c, 1), nn.Sigmoid())}),
            }
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map features."""
        branches = torch.cat([self.r1['body1'](x), self.r1['body2'](x)], 1)
        x = self.r1['body3'](branches) + x
        x = torch.relu(self.r2['body'](x) + x)
        x = torch.relu(self.r3['body'](x) + x)
        means = nn.functional.adaptive_avg_pool2d(x, 1)
        return x * self.ca['c2']['body'](self.ca['c1']['body'](means))


@MODELS.register_module()
class PlainRIDNet(nn.Module):
    """The plain form of RIDNet; arguments as the network's."""

    scale = size_multiple = 1

    def __init__(
        self,
        in_channels: int = 3,
        *,
        channels: int = 64,
        reduction: int = 16,
        image_range: float = 255.0,
    ) -> None:
        super().__init__()
        self.in_channels, self.image_range = in_channels, image_range
        self.sub_mean, self.add_mean = conv(in_channels, in_channels, 1), conv(3, in_channels, 1)
        self.head = nn.ModuleDict({'body': nn.Sequential(conv(in_channels, channels), nn.ReLU())})
        self.b1, self.b2 = Block(channels, reduction), Block(channels, reduction)
        self.b3, self.b4 = Block(channels, reduction), Block(channels, reduction)
        self.tail = conv(channels, in_channels)

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1]."""
        x = x * self.image_range
        features = self.head['body'](self.sub_mean(x))
        features = self.b4(self.b3(self.b2(self.b1(features))))
        return (self.add_mean(self.tail(features)) + x) / self.image_range
