"""RED-Net: convolutions and deconvolutions with symmetric shortcuts (Mao et al., NeurIPS 2016)."""

from __future__ import annotations

import itertools

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.models.backbones.base import Backbone
from mmrestore.models.layers.sizes import check_images
from mmrestore.models.official_weights import Converted
from mmrestore.registry import MODELS, OFFICIAL


@MODELS.register_module()
class REDNet(Backbone):
    """RED-Net for images of any size; RED30 unless told otherwise.

    Half of the layers are 3x3 convolutions, half 3x3 deconvolutions, all of stride 1 and with a
    ReLU but the last. After every second deconvolution, counted from the end, the features of the
    mirrored convolution are added; after the last one it is the input.

    There is no release for PyTorch. The paper speaks of 64 channels, the authors' release for Caffe
    has 128, the default here. Features are added after the ReLU, as in that release; as both are
    not negative, the ReLU of the sum in the paper changes nothing.

    Args:
        in_channels: channels of the images.
        channels: width of the features.
        num_layers: 30, 20 or 10 in RED30, RED20 and RED10.
        skip_step: layers from shortcut to shortcut; ``num_layers // 2`` leaves that of the input
            alone, as some have it in RED10.

    Raises:
        ValueError: ``num_layers`` is odd or less than 4, or ``skip_step`` less than 1.

    Examples:
        >>> net = REDNet(channels=8, num_layers=10)
        >>> net(torch.rand(1, 3, 5, 7)).shape
        torch.Size([1, 3, 5, 7])
        >>> sum(p.numel() for p in REDNet().parameters())
        4139395
    """

    scale = 1
    size_multiple = 1

    def __init__(
        self,
        in_channels: int = 3,
        *,
        channels: int = 128,
        num_layers: int = 30,
        skip_step: int = 2,
    ) -> None:
        super().__init__()
        if num_layers % 2 or num_layers < 4:
            raise ValueError(f'num_layers must be even and at least 4, got {num_layers}')
        if skip_step < 1:
            raise ValueError(f'skip_step must be at least 1, got {skip_step}')
        self.in_channels = in_channels
        self.skip_step = skip_step
        widths = [in_channels, *[channels] * (num_layers // 2)]
        steps = list(itertools.pairwise(widths))
        self.convs = nn.ModuleList(
            nn.Conv2d(before, after, 3, padding=1) for before, after in steps
        )
        self.deconvs = nn.ModuleList(
            nn.ConvTranspose2d(after, before, 3, padding=1) for before, after in reversed(steps)
        )
        self.apply(_initialise)

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1]."""
        check_images(x, self.in_channels)
        features = x.contiguous(memory_format=torch.channels_last)
        skips = {0: x}
        for number, conv in enumerate(self.convs, start=1):
            features = F.relu(conv(features), inplace=True)
            # Changes nothing after the first of gray images.
            features = features.contiguous(memory_format=torch.channels_last)
            if number % self.skip_step == 0:
                skips[number] = features
        last = len(self.deconvs) - 1
        for i, deconv in enumerate(self.deconvs):
            features = deconv(features)
            if i < last:
                features = F.relu(features, inplace=True)
            mirrored = last - i
            if mirrored % self.skip_step == 0:
                features = features + skips[mirrored]
        return features.contiguous()


def _initialise(module: nn.Module) -> None:
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
        # The first axis of a deconvolution's weight is that of its input.
        transposed = isinstance(module, nn.ConvTranspose2d)
        weight = module.weight.transpose(0, 1) if transposed else module.weight
        nn.init.kaiming_normal_(weight, nonlinearity='relu')
        assert module.bias is not None
        nn.init.zeros_(module.bias)


@OFFICIAL.register_module(name='RED30 (our reading of the paper)')
def paper_rednet(
    weights: dict[str, Tensor],
    *,
    channels: int = 1,
    features: int = 64,
    half: int = 15,
    skip: int = 2,
) -> Converted:
    """Return the network and the state dict of a RED-Net of ``half`` layers on either side."""
    net = REDNet(channels, channels=features, num_layers=2 * half, skip_step=skip)
    return net, weights
