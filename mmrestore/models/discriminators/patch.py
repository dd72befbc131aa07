"""PatchGAN discriminator with one logit per image patch."""

from __future__ import annotations

from torch import Tensor, nn

from mmrestore.models.discriminators.shared import downsampling
from mmrestore.models.layers.sizes import check_images
from mmrestore.registry import MODELS


@MODELS.register_module()
class PatchDiscriminator(nn.Module):
    """PatchGAN: one logit per image patch (Isola et al., CVPR 2017, section 3.2.2).

    Weights are initialized from a normal distribution of standard deviation 0.02, as in the paper.
    Parameter names are those of the authors' PyTorch release.

    Args:
        in_channels: channels of the images; twice as many if input and output are concatenated.
        channels: width of the first features; it grows to 8 times as many.
        num_layers: number of convolutions of stride 2. The receptive field is 16 x 16 pixels with
            1, 70 x 70 with 3 and 286 x 286 with 5, the published sizes.

    Raises:
        ValueError: ``num_layers`` is not positive; in a call, if a side of the images is below
            3 * 2^num_layers.

    Examples:
        >>> import torch
        >>> net = PatchDiscriminator(channels=4)
        >>> net(torch.rand(2, 3, 96, 64)).shape
        torch.Size([2, 1, 10, 6])
    """

    def __init__(self, in_channels: int = 3, *, channels: int = 64, num_layers: int = 3) -> None:
        super().__init__()
        if num_layers < 1:
            raise ValueError(f'num_layers must be at least 1, got {num_layers}')
        self.in_channels = in_channels
        self.min_size = 3 * 2**num_layers  # the last two convolutions reduce 3 pixels to 1
        layers: list[nn.Module] = [downsampling(in_channels, channels, stride=2, bias=True)]
        layers.append(nn.LeakyReLU(0.2, inplace=True))
        width = channels
        for i in range(1, num_layers + 1):
            out = min(2**i, 8) * channels
            stride = 1 if i == num_layers else 2
            layers += [
                downsampling(width, out, stride=stride, bias=False),
                nn.BatchNorm2d(out),
                nn.LeakyReLU(0.2, inplace=True),
            ]
            width = out
        layers.append(downsampling(width, 1, stride=1, bias=True))
        self.model = nn.Sequential(*layers)
        for layer in layers:
            if isinstance(layer, nn.Conv2d):
                nn.init.normal_(layer.weight, std=0.02)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits (N, 1, rows, columns)."""
        check_images(x, self.in_channels)
        if min(x.shape[-2:]) < self.min_size:
            raise ValueError(
                f'this PatchDiscriminator needs images of at least {self.min_size} x '
                f'{self.min_size} pixels, got {x.shape[-2]} x {x.shape[-1]}: use larger crops or '
                'a smaller `num_layers`'
            )
        return self.model(x)
