"""AT-BSN and its students in their plain form, to test and to time the networks of the package.

The four turned copies of an image are one batch, so that a blind spot needs square images; features
are enlarged, joined and padded before every convolution, and each blind spot has heads of its own,
on the whole image.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.registry import MODELS


def down(x: Tensor, rows: int) -> Tensor:
    """Shift features down; zeros enter at the top."""
    return F.pad(x, (0, 0, rows, 0))[:, :, : x.shape[2]]


class Conv(nn.Module):
    """A convolution and its activation; with a blind spot it looks at the rows up to its own."""

    def __init__(self, in_channels: int, out_channels: int, blind: bool) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels, 3, padding=1)
        self.blind = blind

    def forward(self, x: Tensor) -> Tensor:
        """Map features."""
        x = self.conv(F.pad(x, (0, 0, 1, 0)))[:, :, :-1] if self.blind else self.conv(x)
        return F.leaky_relu(x, 0.1, inplace=True)


class UNet(nn.Module):
    """The U-Net of both."""

    def __init__(self, in_channels: int, m: int, out_channels: int, blind: bool) -> None:
        super().__init__()
        self.blind = blind
        self.intro = Conv(in_channels, m, blind)
        for i in range(1, 7):
            self.add_module(f'enc{i}', nn.ModuleDict({'conv1': Conv(m, m, blind)}))
        widths = {5: (2 * m, 2 * m), 4: (3 * m, 2 * m), 3: (3 * m, 2 * m), 2: (3 * m, 2 * m)}
        widths[1] = (2 * m + in_channels, out_channels)
        for i, (joined, width) in widths.items():
            convs = {'conv1': Conv(joined, 2 * m, blind), 'conv2': Conv(2 * m, width, blind)}
            self.add_module(f'dec{i}', nn.ModuleDict(convs))

    def forward(self, x: Tensor) -> Tensor:
        """Map images to features."""
        modules = dict(self.named_children())
        pools = [x]
        x = self.intro(x)
        for i in range(1, 6):
            x = modules[f'enc{i}']['conv1'](x)
            x = F.max_pool2d(down(x, 1) if self.blind else x, 2)
            pools.append(x)
        x = modules['enc6']['conv1'](x)
        for i in range(5, 0, -1):
            x = torch.cat([F.interpolate(x, scale_factor=2), pools[i - 1]], dim=1)
            x = modules[f'dec{i}']['conv2'](modules[f'dec{i}']['conv1'](x))
        return x


@MODELS.register_module()
class PlainATBSN(nn.Module):
    """The plain form of AT-BSN; arguments as the network's."""

    scale = 1
    size_multiple = 32

    def __init__(
        self, in_channels: int = 3, *, channels: int = 48, blind_spot_shift: int = 5
    ) -> None:
        super().__init__()
        self.in_channels, self.shift = in_channels, blind_spot_shift
        m = channels
        self.unet = UNet(in_channels, m, 2 * m, blind=True)
        self.nin_A = nn.Conv2d(8 * m, 8 * m, 1)
        self.nin_B = nn.Conv2d(8 * m, 2 * m, 1)
        self.nin_C = nn.Conv2d(2 * m, in_channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1]."""
        return self.head(self.features(x), self.shift)

    def multi_shift(self, x: Tensor, shifts: Sequence[int], *, border: int = 0) -> Tensor:
        """Return (B, K, C, h, w), an output for every shift, less a border on all sides."""
        features = self.features(x)
        outputs = torch.stack([self.head(features, shift) for shift in shifts], dim=1)
        return outputs[..., border : x.shape[2] - border, border : x.shape[3] - border]

    def features(self, x: Tensor) -> Tensor:
        """Map images to the features of their four turned copies."""
        return self.unet(torch.cat([torch.rot90(x, i, (3, 2)) for i in range(4)]))

    def head(self, features: Tensor, shift: int) -> Tensor:
        """Map the features of the four copies to images."""
        turned = down(features, shift).chunk(4)
        x = torch.cat([torch.rot90(y, i, (2, 3)) for i, y in enumerate(turned)], dim=1)
        x = F.leaky_relu(self.nin_A(x), 0.1, inplace=True)
        x = F.leaky_relu(self.nin_B(x), 0.1, inplace=True)
        return self.nin_C(x)


@MODELS.register_module()
class PlainATBSNStudent(nn.Module):
    """The plain form of the student of AT-BSN; arguments as the network's."""

    scale = 1
    size_multiple = 32

    def __init__(self, in_channels: int = 3, *, channels: int = 48) -> None:
        super().__init__()
        self.in_channels = in_channels
        self.unet = UNet(in_channels, channels, in_channels, blind=False)

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1]."""
        return self.unet(x)


@MODELS.register_module()
class PlainNBSN(nn.Module):
    """The plain form of NBSN; arguments as the network's."""

    scale = 1
    size_multiple = 32

    def __init__(self, in_channels: int = 3, *, channels: int = 48) -> None:
        super().__init__()
        self.in_channels = in_channels
        m = channels
        for i in range(1, 7):
            self.add_module(f'enc{i}', Conv(in_channels if i == 1 else m, m, blind=False))
        for i in range(5, 0, -1):
            self.add_module(f'dec{i}_2', Conv(2 * m if i == 5 else 3 * m, 2 * m, blind=False))
            if i > 1:
                self.add_module(f'dec{i}_1', Conv(2 * m, 2 * m, blind=False))
        self.dec1_1 = nn.Conv2d(2 * m, in_channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1]."""
        modules = dict(self.named_children())
        skips = {}
        for i in range(1, 6):
            skips[i] = modules[f'enc{i}'](x)
            x = F.max_pool2d(skips[i], 2)
        x = modules['enc6'](x)
        for i in range(5, 0, -1):
            x = torch.cat([F.interpolate(x, scale_factor=2), skips[i]], dim=1)
            x = modules[f'dec{i}_1'](modules[f'dec{i}_2'](x))
        return x
