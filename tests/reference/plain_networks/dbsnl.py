"""DBSNl in its plain form: slow and obvious, to test and to time that of the package."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.registry import MODELS


class MaskedConv(nn.Conv2d):
    """A convolution whose weight at the centre is set to zero before it is used."""

    def forward(self, x: Tensor) -> Tensor:
        """Map features."""
        centre = self.kernel_size[0] // 2
        weight = self.weight.clone()
        weight[:, :, centre, centre] = 0
        return F.conv2d(x, weight, self.bias, padding=centre)


class Module(nn.Module):
    """The residual module."""

    def __init__(self, c: int, dilation: int) -> None:
        super().__init__()
        conv = nn.Conv2d(c, c, 3, padding=dilation, dilation=dilation)
        self.body = nn.Sequential(conv, nn.ReLU(), nn.Conv2d(c, c, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Map features."""
        return x + self.body(x)


@MODELS.register_module()
class PlainDBSNl(nn.Module):
    """The plain form of DBSNl; arguments as the network's."""

    scale = 1
    size_multiple = 1

    def __init__(
        self,
        in_channels: int = 3,
        *,
        channels: int = 128,
        num_modules: int = 9,
        dilated: bool = True,
        image_range: float = 1.0,
    ) -> None:
        super().__init__()
        self.in_channels, self.image_range = in_channels, image_range
        c = channels
        self.head = nn.Sequential(nn.Conv2d(in_channels, c, 1), nn.ReLU())
        for number, step in ((1, 2), (2, 3)):
            layers = [MaskedConv(c, c, 2 * step - 1), nn.ReLU()]
            layers += [nn.Conv2d(c, c, 1), nn.ReLU(), nn.Conv2d(c, c, 1), nn.ReLU()]
            layers += [Module(c, step if dilated else 1) for _ in range(num_modules)]
            layers += [nn.Conv2d(c, c, 1), nn.ReLU()]
            self.add_module(f'branch{number}', nn.ModuleDict({'body': nn.Sequential(*layers)}))
        tail = []
        for before, after in ((2 * c, c), (c, c // 2), (c // 2, c // 2)):
            tail += [nn.Conv2d(before, after, 1), nn.ReLU()]
        self.tail = nn.Sequential(*tail, nn.Conv2d(c // 2, in_channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1]."""
        modules = dict(self.named_children())
        x = self.head(self.image_range * x)
        branches = [modules[f'branch{number}']['body'](x) for number in (1, 2)]
        return self.tail(torch.cat(branches, dim=1)) / self.image_range
