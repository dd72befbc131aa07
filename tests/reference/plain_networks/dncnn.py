"""DnCNN in its plain form: slow and obvious, to test and to time the network of the package."""

from __future__ import annotations

from torch import Tensor, nn

from mmrestore.registry import MODELS


@MODELS.register_module()
class PlainDnCNN(nn.Module):
    """The plain form of DnCNN; arguments as the network's."""

    scale = size_multiple = 1

    def __init__(
        self,
        in_channels: int = 1,
        *,
        channels: int = 64,
        num_layers: int = 17,
        batch_norm: bool = True,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.in_channels = in_channels
        layers: list[nn.Module] = [nn.Conv2d(in_channels, channels, 3, padding=1), nn.ReLU()]
        for _ in range(num_layers - 2):
            layers.append(nn.Conv2d(channels, channels, 3, padding=1, bias=bias))
            if batch_norm:
                layers.append(nn.BatchNorm2d(channels, eps=1e-4, momentum=0.9))
            layers.append(nn.ReLU())
        self.model = nn.Sequential(
            *layers, nn.Conv2d(channels, in_channels, 3, padding=1, bias=bias)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1]."""
        return x - self.model(x)
