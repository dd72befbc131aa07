"""DM-Net: two-scale demoireing network.

Source: Liu, Shu and Wu, "Deep Learning with Inaccurate Training Data for Image Restoration", 2018,
section 5 and figure 5.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.models.backbones.base import Backbone
from mmrestore.models.layers.convolutions import conv3x3
from mmrestore.models.layers.sizes import check_images
from mmrestore.models.layers.two_scales import TwoScales
from mmrestore.models.official_weights import Converted
from mmrestore.registry import MODELS, OFFICIAL

FACTOR = 4  # of the coarse scale


class Block(nn.Module):
    """Two convolutions with batch norm and a shortcut, without a ReLU behind the sum."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = conv3x3(channels, channels)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = conv3x3(channels, channels)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        features = F.relu(self.bn1(self.conv1(x)), inplace=True)
        return x + self.bn2(self.conv2(features))


@MODELS.register_module()
class DMNet(Backbone):
    """DM-Net; sides are multiples of 4.

    The image, downsampled by 4, is cleaned by 16 residual blocks; their features are upsampled and
    cleaned by 20 more convolutions. The paper's loss also looks at the coarse image: with
    ``both_scales`` the network returns both in training, for ``TwoScaleLoss``. A loss of the fine
    image alone leaves ``to_low``, which makes the coarse one, untrained.

    The paper says no more than that; its figure, with kernels and widths, is not readable in the
    text. Decided here:

    - 64 channels and 3x3 kernels throughout, ReLUs, biases;
    - the input is downsampled by the mean of cells of 4 x 4 pixels, because it lets no moire
      through to lower frequencies, and because the target of the coarse image can be made the same
      way (:func:`area_mean`);
    - residual blocks have batch norm and no ReLU behind the sum, as in the work that the paper
      cites for them; a convolution and a shortcut end them, as in SRResNet;
    - the coarse image is what one convolution adds to the downsampled input, the fine image what
      the last one adds to the input;
    - two convolutions to four times the channels, pixel shuffles and ReLUs upsample the features;
    - the fine stage sees them and the input itself, without which details finer than the coarse
      scale were lost.

    Args:
        in_channels: channels of the images.
        channels: width of the features.
        num_blocks: number of residual blocks of the coarse stage.
        num_convs: number of convolutions of the fine stage.
        both_scales: whether the network in training mode returns :class:`TwoScales` in place of the
            fine images; in evaluation mode it never does.

    Raises:
        ValueError: the fine stage has fewer than two convolutions, or in a call a side is not a
            multiple of 4.

    Examples:
        >>> net = DMNet(channels=8, num_blocks=1, num_convs=2).eval()
        >>> fine, coarse = net.multi_scale(torch.rand(1, 3, 8, 12))
        >>> tuple(fine.shape), tuple(coarse.shape)
        ((1, 3, 8, 12), (1, 3, 2, 3))
        >>> sum(p.numel() for p in DMNet().parameters())
        2226758
    """

    scale = 1
    size_multiple = FACTOR
    pad_mode = 'replicate'

    def __init__(
        self,
        in_channels: int = 3,
        *,
        channels: int = 64,
        num_blocks: int = 16,
        num_convs: int = 20,
        both_scales: bool = False,
    ) -> None:
        super().__init__()
        if num_convs < 2:
            raise ValueError(f'the fine stage has at least 2 convolutions, got {num_convs}')
        self.in_channels = in_channels
        self.both_scales = both_scales
        self.head = conv3x3(in_channels, channels)
        self.blocks = nn.Sequential(*(Block(channels) for _ in range(num_blocks)))
        self.mid = conv3x3(channels, channels)
        self.to_low = conv3x3(channels, in_channels)
        up: list[nn.Module] = []
        for _ in range(2):
            up += [conv3x3(channels, 4 * channels), nn.PixelShuffle(2), nn.ReLU(inplace=True)]
        self.up = nn.Sequential(*up)
        refine: list[nn.Module] = [conv3x3(channels + in_channels, channels)]
        for _ in range(num_convs - 2):
            refine += [nn.ReLU(inplace=True), conv3x3(channels, channels)]
        refine += [nn.ReLU(inplace=True), conv3x3(channels, in_channels)]
        self.refine = nn.Sequential(*refine)

    def forward(self, x: Tensor) -> Tensor | TwoScales:
        """Restore images (B, C, H, W) in [0, 1]."""
        if self.both_scales and self.training:
            return self.multi_scale(x)
        check_images(x, self.in_channels, self.size_multiple)
        return self._fine(x, self._coarse_features(area_mean(x)))

    def multi_scale(self, x: Tensor) -> TwoScales:
        """Restore images (B, C, H, W) in [0, 1] at both scales.

        Returns:
            The fine images, (B, C, H, W), and the coarse ones, (B, C, H / 4, W / 4).
        """
        check_images(x, self.in_channels, self.size_multiple)
        low = area_mean(x)
        features = self._coarse_features(low)
        coarse = (low + self.to_low(features)).contiguous()
        return TwoScales(self._fine(x, features), coarse)

    def _coarse_features(self, low: Tensor) -> Tensor:
        first = self.head(low.contiguous(memory_format=torch.channels_last))
        # Changes nothing but for gray images.
        first = F.relu(first.contiguous(memory_format=torch.channels_last), inplace=True)
        return first + self.mid(self.blocks(first))

    def _fine(self, x: Tensor, features: Tensor) -> Tensor:
        joined = torch.cat([self.up(features), x], dim=1)
        joined = joined.contiguous(memory_format=torch.channels_last)
        return (x + self.refine(joined)).contiguous()


def area_mean(x: Tensor) -> Tensor:
    """Return the means of cells of 4 x 4 pixels, (B, C, H / 4, W / 4).

    Examples:
        >>> area_mean(torch.arange(16.0).view(1, 1, 4, 4)).item()
        7.5
    """
    return F.avg_pool2d(x, FACTOR)


@OFFICIAL.register_module(name='DM-Net (our reading of the paper)')
def paper_dmnet(
    weights: dict[str, Tensor],
    *,
    ch: int = 3,
    f: int = 64,
    blocks: int = 16,
    convs: int = 20,
    scale: int = 4,
    bn: bool = True,
    down: str = 'area',
    residual: bool = True,
) -> Converted:
    """Return the network and the state dict of a DM-Net.

    Raises:
        ValueError: an argument leaves the reading of :class:`DMNet`.
    """
    if (scale, bn, down, residual) != (4, True, 'area', True):
        raise ValueError(
            "DMNet has scale=4, bn=True, down='area' and residual=True, got "
            f'{scale}, {bn}, {down!r} and {residual}'
        )
    return DMNet(ch, channels=f, num_blocks=blocks, num_convs=convs), weights
