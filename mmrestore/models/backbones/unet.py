"""The U-Net of blind-spot denoising (Laine et al., NeurIPS 2019), with or without a blind spot.

Without one it is a denoiser of AMSNet, whose checkpoints give the names of the parameters.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from mmrestore.models.backbones.base import Backbone
from mmrestore.models.layers.convolutions import conv3x3
from mmrestore.models.layers.sizes import check_images, check_positive
from mmrestore.models.official_weights import Converted, check_equal_channels
from mmrestore.registry import MODELS, OFFICIAL

LEVELS = 5  # each halves height and width
LAST_CHANNELS = 96  # of the full-size features, whatever the width of the others


@MODELS.register_module()
class UNet(Backbone):
    """A U-Net of five levels; sides are multiples of 32.

    With a blind spot no pixel of the output depends on the pixel of the input at its place: four
    rotations of the image go through a network that sees only the rows above, and 1x1 convolutions
    join them. Convolutions are shifted so that their window ends in the row of their output, pixels
    are pooled one row late, and the features move down by one row at the end.

    Args:
        in_channels: channels of the images.
        channels: width of the features, 128 in AMSNet, 48 in the original.
        blind_spot: whether the network has a blind spot.

    Raises:
        ValueError: ``channels`` is less than 1, or in a call a side is not a multiple of 32.

    Examples:
        >>> net = UNet(channels=8, blind_spot=True)
        >>> net(torch.rand(1, 3, 32, 64)).shape
        torch.Size([1, 3, 32, 64])
        >>> sum(p.numel() for p in UNet().parameters())
        7935555
    """

    scale = 1
    size_multiple = 2**LEVELS

    def __init__(
        self, in_channels: int = 3, *, channels: int = 128, blind_spot: bool = False
    ) -> None:
        super().__init__()
        check_positive('channels', channels)
        self.in_channels = in_channels
        self.blind_spot = blind_spot
        self.enc_conv0 = conv3x3(in_channels, channels)
        for i in range(1, LEVELS + 2):
            setattr(self, f'enc_conv{i}', conv3x3(channels, channels))
        width = channels  # of what comes from below
        for level in range(LEVELS, 0, -1):
            deconv = nn.ConvTranspose2d(width, width, 2, stride=2)
            setattr(self, f'up{level}', nn.ModuleDict({'deconv': deconv}))
            joined = width + (channels if level > 1 else in_channels)
            width = 2 * channels if level > 1 else LAST_CHANNELS
            setattr(self, f'dec_conv{level}a', conv3x3(joined, width))
            setattr(self, f'dec_conv{level}b', conv3x3(width, width))
        joined = 4 * width if blind_spot else width
        self.nin_a = nn.Conv2d(joined, joined, 1)
        self.nin_b = nn.Conv2d(joined, width, 1)
        self.nin_c = nn.Conv2d(width, in_channels, 1)
        self.apply(_initialise)

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1], H and W multiples of 32."""
        check_images(x, self.in_channels, self.size_multiple)
        features = self._in_rotations(x) if self.blind_spot else self._features(x)
        for conv in (self.nin_a, self.nin_b):
            features = _leaky(conv(features))
        return self.nin_c(features).contiguous()

    def _in_rotations(self, x: Tensor) -> Tensor:
        rotated = []
        for quarters in (0, 1):  # rotations of one shape go together
            views = [torch.rot90(x, quarters + half, (3, 2)) for half in (0, 2)]
            features = F.pad(self._features(torch.cat(views)), (0, 0, 1, -1))
            # Not `chunk`, at which PyTorch's exporter to ONNX fails.
            rotated.append(features.unflatten(0, (2, -1)).unbind())
        ordered = [rotated[quarters % 2][quarters // 2] for quarters in range(4)]
        return torch.cat([torch.rot90(y, i, (2, 3)) for i, y in enumerate(ordered)], dim=1)

    def _features(self, x: Tensor) -> Tensor:
        """Map images to full-size features, with a blind spot from the rows above and their own."""
        skips = [x]
        x = self._convolve('enc_conv0', x)
        for level in range(1, LEVELS + 1):
            x = self._pool(self._convolve(f'enc_conv{level}', x))
            skips.append(x)
        x = self._convolve(f'enc_conv{LEVELS + 1}', x)
        for level in range(LEVELS, 0, -1):
            x = self.get_submodule(f'up{level}.deconv')(x)
            x = torch.cat([x, skips[level - 1]], dim=1)
            for part in 'ab':
                x = self._convolve(f'dec_conv{level}{part}', x)
        return x

    def _convolve(self, name: str, x: Tensor) -> Tensor:
        conv = getattr(self, name)
        x = x.contiguous(memory_format=torch.channels_last)  # nothing to do in most places
        if not self.blind_spot:
            return _leaky(conv(x))
        x = F.pad(x, (0, 0, 2, 0))
        return _leaky(F.conv2d(x, conv.weight, conv.bias, padding=(0, 1)))

    def _pool(self, x: Tensor) -> Tensor:
        return F.max_pool2d(F.pad(x, (0, 0, 1, -1)) if self.blind_spot else x, 2)


def _leaky(x: Tensor) -> Tensor:
    return F.leaky_relu(x, 0.2, inplace=True)


def _initialise(module: nn.Module) -> None:
    if isinstance(module, (nn.Conv2d, nn.ConvTranspose2d)):
        nn.init.kaiming_normal_(module.weight)
        assert module.bias is not None
        with torch.no_grad():
            module.weight.mul_(0.1)  # as in AMSNet
        nn.init.zeros_(module.bias)


@OFFICIAL.register_module(name=['UNet (AMSNet)', 'UNet (AMSNet, blind spot)'])
def official_unet(
    weights: dict[str, Tensor],
    *,
    in_nc: int = 3,
    out_nc: int = 3,
    n_feature: int = 48,
    blindspot: bool = False,
    zero_last: bool = False,
) -> Converted:
    """Return the network and the state dict of a U-Net of AMSNet.

    ``zero_last`` is about the start of a training and changes nothing here.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    check_equal_channels('the U-Net', in_nc, out_nc)
    return UNet(in_nc, channels=n_feature, blind_spot=blindspot), weights
