"""RNAN in its plain form: slow and obvious, to test and to time the network of the package."""

from __future__ import annotations

from torch import Tensor, nn

from mmrestore.registry import MODELS


def conv(in_channels: int, out_channels: int, kernel: int = 3, stride: int = 1) -> nn.Conv2d:
    """Return a padded convolution."""
    return nn.Conv2d(in_channels, out_channels, kernel, stride, kernel // 2)


class NonLocal(nn.Module):
    """Attention over all pixels, whose softmax is over the queries."""

    def __init__(self, c: int) -> None:
        super().__init__()
        self.g, self.W = conv(c, c // 2, 1), conv(c // 2, c, 1)
        self.theta, self.phi = conv(c, c // 2, 1), conv(c, c // 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Map features."""
        theta = self.theta(x).flatten(2).permute(0, 2, 1)  # (B, N, C / 2)
        g = self.g(x).flatten(2).permute(0, 2, 1)
        weights = (theta @ self.phi(x).flatten(2)).softmax(dim=1)
        y = (weights @ g).permute(0, 2, 1).reshape(len(x), -1, *x.shape[2:])
        return self.W(y) + x


class ResidualBlock(nn.Module):
    """Two convolutions and a shortcut."""

    def __init__(self, c: int) -> None:
        super().__init__()
        self.body = nn.Sequential(conv(c, c), nn.ReLU(), conv(c, c))

    def forward(self, x: Tensor) -> Tensor:
        """Map features."""
        return self.body(x) + x


class Mask(nn.Module):
    """The mask branch."""

    def __init__(self, c: int, is_non_local: bool) -> None:
        super().__init__()
        first = [NonLocal(c), ResidualBlock(c)] if is_non_local else [ResidualBlock(c)]
        self.MB_RB1 = nn.Sequential(*first)
        self.MB_Down = nn.Sequential(conv(c, c, stride=2))
        self.MB_RB2 = nn.Sequential(ResidualBlock(c), ResidualBlock(c))
        self.MB_Up = nn.Sequential(nn.ConvTranspose2d(c, c, 6, stride=2, padding=2))
        self.MB_RB3 = nn.Sequential(ResidualBlock(c))
        self.MB_1x1conv = nn.Sequential(conv(c, c, 1))
        self.sigmoid = nn.Sigmoid()

    def forward(self, x: Tensor) -> Tensor:
        """Return weights."""
        x = self.MB_RB1(x)
        x = x + self.MB_Up(self.MB_RB2(self.MB_Down(x)))
        return self.sigmoid(self.MB_1x1conv(self.MB_RB3(x)))


class Trunk(nn.Module):
    """The trunk branch."""

    def __init__(self, c: int) -> None:
        super().__init__()
        self.body = nn.Sequential(ResidualBlock(c), ResidualBlock(c))

    def forward(self, x: Tensor) -> Tensor:
        """Map features."""
        return self.body(x)


class Attention(nn.Module):
    """Trunk and mask between residual blocks."""

    def __init__(self, c: int, is_non_local: bool) -> None:
        super().__init__()
        self.RA_RB1 = nn.Sequential(ResidualBlock(c))
        self.RA_TB = nn.Sequential(Trunk(c))
        self.RA_MB = nn.Sequential(Mask(c, is_non_local))
        self.RA_tail = nn.Sequential(ResidualBlock(c), ResidualBlock(c))

    def forward(self, x: Tensor) -> Tensor:
        """Map features."""
        x = self.RA_RB1(x)
        return self.RA_tail(self.RA_TB(x) * self.RA_MB(x) + x)


class Group(nn.Module):
    """Attention and a convolution."""

    def __init__(self, c: int, is_non_local: bool = False) -> None:
        super().__init__()
        self.body = nn.Sequential(Attention(c, is_non_local), conv(c, c))

    def forward(self, x: Tensor) -> Tensor:
        """Map features."""
        return self.body(x)


@MODELS.register_module()
class PlainRNAN(nn.Module):
    """The plain form of RNAN for denoising; arguments as the network's."""

    scale = 1
    size_multiple = 2

    def __init__(
        self,
        in_channels: int = 3,
        *,
        channels: int = 64,
        num_groups: int = 10,
        image_range: float = 255.0,
    ) -> None:
        super().__init__()
        self.in_channels, self.image_range = in_channels, image_range
        groups = [Group(channels) for _ in range(num_groups - 2)]
        self.head = nn.Sequential(conv(in_channels, channels))
        self.body_nl_low = nn.Sequential(Group(channels, True))
        self.body = nn.Sequential(*groups, conv(channels, channels))
        self.body_nl_high = nn.Sequential(Group(channels, True))
        self.tail = nn.Sequential(conv(channels, in_channels))

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1]."""
        x = x * self.image_range
        features = self.body_nl_high(self.body(self.body_nl_low(self.head(x))))
        return (self.tail(features) + x) / self.image_range
