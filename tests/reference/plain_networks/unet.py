"""AMSNet's U-Net in its plain form: slow and obvious, to test and to time that of the package."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.registry import MODELS


class Conv(nn.Conv2d):
    """A convolution and its activation; with a blind spot it looks at the rows up to its own."""

    def __init__(self, in_channels: int, out_channels: int, blind_spot: bool) -> None:
        super().__init__(in_channels, out_channels, 3, padding=1)
        self.blind_spot = blind_spot

    def forward(self, x: Tensor) -> Tensor:
        """Map features."""
        if not self.blind_spot:
            return F.leaky_relu(super().forward(x), 0.2)
        return F.leaky_relu(super().forward(F.pad(x, (0, 0, 1, 0)))[:, :, :-1], 0.2)


def down_one_row(x: Tensor) -> Tensor:
    """Shift features down by one row."""
    return F.pad(x, (0, 0, 1, 0))[:, :, :-1]


@MODELS.register_module()
class PlainUNet(nn.Module):
    """The plain form of the U-Net; arguments as the network's. A blind spot needs square images."""

    scale = 1
    size_multiple = 32

    def __init__(
        self, in_channels: int = 3, *, channels: int = 128, blind_spot: bool = False
    ) -> None:
        super().__init__()
        self.in_channels, self.blind_spot = in_channels, blind_spot
        c = channels
        widths = {5: (2 * c, 2 * c), 4: (3 * c, 2 * c), 3: (3 * c, 2 * c), 2: (3 * c, 2 * c)}
        widths[1] = (2 * c + in_channels, 96)
        for i in range(7):
            self.add_module(f'enc_conv{i}', Conv(in_channels if i == 0 else c, c, blind_spot))
        for i, (joined, width) in widths.items():
            below = c if i == 5 else 2 * c
            deconv = nn.ConvTranspose2d(below, below, 2, stride=2)
            self.add_module(f'up{i}', nn.ModuleDict({'deconv': deconv}))
            self.add_module(f'dec_conv{i}a', Conv(joined, width, blind_spot))
            self.add_module(f'dec_conv{i}b', Conv(width, width, blind_spot))
        joined = 384 if blind_spot else 96
        self.nin_a = nn.Conv2d(joined, joined, 1)
        self.nin_b = nn.Conv2d(joined, 96, 1)
        self.nin_c = nn.Conv2d(96, in_channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1]."""
        if self.blind_spot:
            x = torch.cat([torch.rot90(x, i, (3, 2)) for i in range(4)])
        modules = dict(self.named_children())
        pools = [x]
        x = modules['enc_conv0'](x)
        for i in range(1, 6):
            x = modules[f'enc_conv{i}'](x)
            x = F.max_pool2d(down_one_row(x) if self.blind_spot else x, 2)
            pools.append(x)
        x = modules['enc_conv6'](x)
        for i in range(5, 0, -1):
            x = torch.cat([modules[f'up{i}']['deconv'](x), pools[i - 1]], dim=1)
            x = modules[f'dec_conv{i}b'](modules[f'dec_conv{i}a'](x))
        if self.blind_spot:
            rotated = down_one_row(x).chunk(4)
            x = torch.cat([torch.rot90(y, i, (2, 3)) for i, y in enumerate(rotated)], dim=1)
        x = F.leaky_relu(self.nin_a(x), 0.2)
        return self.nin_c(F.leaky_relu(self.nin_b(x), 0.2))
