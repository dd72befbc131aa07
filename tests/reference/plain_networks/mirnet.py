"""MIRNet in its plain form: slow and obvious, to test and to time the network of the package.

Every step is written as in the paper: all features of a column are brought to every size, put
beside each other and fused. It loads the state dict of ``mmrestore.models.backbones.MIRNet``.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.registry import MODELS


def conv(c_in: int, c_out: int, k: int = 3) -> nn.Conv2d:
    """Convolution without bias."""
    return nn.Conv2d(c_in, c_out, k, padding=k // 2, bias=False)


class SKFF(nn.Module):
    """Selective kernel feature fusion."""

    def __init__(self, c: int, branches: int, activation: nn.Module) -> None:
        super().__init__()
        d = max(int(c / 8), 4)
        self.conv_du = nn.Sequential(conv(c, d, 1), activation)
        self.fcs = nn.ModuleList([conv(d, c, 1) for _ in range(branches)])

    def forward(self, features: list[Tensor]) -> Tensor:
        """Softmax over the branches, weighted sum."""
        stacked = torch.stack(features, 1)  # (B, branches, C, H, W)
        z = self.conv_du(F.adaptive_avg_pool2d(stacked.sum(1), 1))
        weights = torch.stack([fc(z) for fc in self.fcs], 1).softmax(1)
        return (stacked * weights).sum(1)


class DAU(nn.Module):
    """Dual attention unit."""

    def __init__(self, c: int, prelu: nn.PReLU) -> None:
        super().__init__()
        self.body = nn.Sequential(conv(c, c), prelu, conv(c, c))
        spatial = nn.ModuleDict({'conv': conv(2, 1, 5)})
        self.SA = nn.ModuleDict({'spatial': spatial})
        squeeze = nn.Sequential(conv(c, c // 8, 1), nn.ReLU(), conv(c // 8, c, 1), nn.Sigmoid())
        self.CA = nn.ModuleDict({'conv_du': squeeze})
        self.conv1x1 = conv(2 * c, c, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Spatial beside channel attention."""
        r = self.body(x)
        pooled = torch.cat([r.max(1, keepdim=True).values, r.mean(1, keepdim=True)], 1)
        by_pixel = r * torch.sigmoid(self.SA['spatial']['conv'](pooled))
        by_channel = r * self.CA['conv_du'](F.adaptive_avg_pool2d(r, 1))
        return self.conv1x1(torch.cat([by_pixel, by_channel], 1)) + x


class Blur(nn.Module):
    """Binomial filter with mirrored borders, then every second pixel."""

    def forward(self, x: Tensor) -> Tensor:
        """Map features."""
        f = torch.tensor([1.0, 2.0, 1.0]).to(x)
        f = (f[:, None] * f[None, :] / 16).repeat(x.shape[1], 1, 1, 1)
        return F.conv2d(F.pad(x, (1, 1, 1, 1), mode='reflect'), f, stride=2, groups=x.shape[1])


class Down(nn.Module):
    """Residual down-sampling by 2."""

    def __init__(self, c: int) -> None:
        super().__init__()
        top = [conv(c, c, 1), nn.PReLU(), conv(c, c), nn.PReLU(), Blur(), conv(c, 2 * c, 1)]
        self.top = nn.Sequential(*top)
        self.bot = nn.Sequential(Blur(), conv(c, 2 * c, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Sum of both paths."""
        return self.top(x) + self.bot(x)


class Up(nn.Module):
    """Residual up-sampling by 2."""

    def __init__(self, c: int) -> None:
        super().__init__()
        up = nn.ConvTranspose2d(c, c, 3, stride=2, padding=1, output_padding=1, bias=False)
        self.top = nn.Sequential(conv(c, c, 1), nn.PReLU(), up, nn.PReLU(), conv(c, c // 2, 1))
        bilinear = nn.Upsample(scale_factor=2, mode='bilinear', align_corners=False)
        self.bot = nn.Sequential(bilinear, conv(c, c // 2, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Sum of both paths."""
        return self.top(x) + self.bot(x)


class Resize(nn.Module):
    """Down- or up-sampling by 2 or 4."""

    def __init__(self, *steps: nn.Module) -> None:
        super().__init__()
        self.body = nn.Sequential(*steps)

    def forward(self, x: Tensor) -> Tensor:
        """Map features."""
        return self.body(x)


class MSRB(nn.Module):
    """Multi-scale residual block: three streams, two columns."""

    def __init__(self, c: int, prelu: nn.PReLU) -> None:
        super().__init__()
        self.c = c
        self.blocks = nn.ModuleList()
        for j in range(3):
            unit = DAU(c * 2**j, prelu)
            self.blocks.append(nn.ModuleList([unit, unit]))
        self.down = nn.ModuleDict()
        self.down[f'{c}_4'] = Resize(Down(c), Down(2 * c))
        self.down[f'{c}_2'] = Resize(Down(c))
        self.down[f'{2 * c}_2'] = Resize(Down(2 * c))
        self.up = nn.ModuleDict()
        self.up[f'{4 * c}_4'] = Resize(Up(4 * c), Up(2 * c))
        self.up[f'{4 * c}_2'] = Resize(Up(4 * c))
        self.up[f'{2 * c}_2'] = Resize(Up(2 * c))
        self.last_up = nn.ModuleDict({'1': Resize(Up(2 * c)), '2': Resize(Up(4 * c), Up(2 * c))})
        self.conv_out = conv(c, c)
        self.selective_kernel = nn.ModuleList([SKFF(c * 2**j, 3, nn.PReLU()) for j in range(3)])

    def resize(self, x: Tensor, source: int, target: int) -> Tensor:
        """Bring a stream to the size of another."""
        if source == target:
            return x
        modules = self.down if source < target else self.up
        return modules[f'{self.c * 2**source}_{2 ** abs(source - target)}'](x)

    def forward(self, x: Tensor) -> Tensor:
        """Two columns, then one fusion at full size."""
        y = x.clone()
        streams = [self.blocks[0][0](y)]
        for j in (1, 2):
            streams.append(self.blocks[j][0](self.resize(streams[-1], j - 1, j)))
        streams = [
            self.blocks[j][1](
                self.selective_kernel[j]([self.resize(streams[k], k, j) for k in range(3)])
            )
            for j in range(3)
        ]
        enlarged = [streams[0], self.last_up['1'](streams[1]), self.last_up['2'](streams[2])]
        return self.conv_out(self.selective_kernel[0](enlarged)) + x


class RRG(nn.Module):
    """Recursive residual group."""

    def __init__(self, c: int, num: int, prelu: nn.PReLU) -> None:
        super().__init__()
        self.body = nn.Sequential(*[MSRB(c, prelu) for _ in range(num)], conv(c, c))

    def forward(self, x: Tensor) -> Tensor:
        """Blocks and a shortcut."""
        return self.body(x) + x


@MODELS.register_module()
class PlainMIRNet(nn.Module):
    """The plain form of MIRNet; arguments as the network's."""

    scale = 1
    size_multiple = 4

    def __init__(
        self,
        in_channels: int = 3,
        *,
        channels: int = 64,
        num_groups: int = 3,
        num_blocks: int = 2,
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        prelu = nn.PReLU()  # one slope for the whole network
        self.conv_in = conv(in_channels, channels)
        self.body = nn.Sequential(*[RRG(channels, num_blocks, prelu) for _ in range(num_groups)])
        self.conv_out = conv(channels, in_channels)

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1]; the sides are multiples of 4."""
        return x + self.conv_out(self.body(self.conv_in(x)))
