"""RED-Net in its plain form: slow and obvious, to test and to time the network of the package."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mmrestore.registry import MODELS


@MODELS.register_module()
class PlainREDNet(nn.Module):
    """The plain form of RED-Net with a shortcut at every second layer; arguments as its."""

    scale = size_multiple = 1

    def __init__(self, in_channels: int = 3, *, channels: int = 128, num_layers: int = 30) -> None:
        super().__init__()
        self.in_channels = in_channels
        half = num_layers // 2
        self.convs, self.deconvs = nn.ModuleList(), nn.ModuleList()
        for i in range(half):
            first, last = i == 0, i == half - 1
            conv = nn.Conv2d(in_channels if first else channels, channels, 3, padding=1)
            self.convs.append(conv)
            out = in_channels if last else channels
            self.deconvs.append(nn.ConvTranspose2d(channels, out, 3, padding=1))

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1]."""
        features = [x]
        for conv in self.convs:
            features.append(torch.relu(conv(features[-1])))
        y = features.pop()
        for deconv in self.deconvs:
            y = deconv(y) if len(features) == 1 else torch.relu(deconv(y))
            mirrored = features.pop()  # of the convolution that many layers from the input
            if len(features) % 2 == 0:
                y = y + mirrored if len(features) == 0 else torch.relu(y + mirrored)
        return y
