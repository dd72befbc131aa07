"""DBSNl: the dilated blind-spot network of AP-BSN (Lee et al., CVPR 2022).

Parameters have the names of official checkpoints.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mmrestore.models.backbones.base import Backbone, Tokens
from mmrestore.models.layers.pointwise import PointwiseConv
from mmrestore.models.layers.sizes import check_images, check_positive
from mmrestore.models.official_weights import Converted, check_equal_channels
from mmrestore.registry import MODELS, OFFICIAL


class CentreMaskedConv(nn.Conv2d):
    """A convolution that does not see the pixel at its centre.

    The tap is hidden in every call, whatever a checkpoint or a step of an optimizer leaves there;
    the weight itself is not changed, and the gradient of the tap is 0.
    """

    mask: Tensor

    def __init__(self, channels: int, kernel_size: int) -> None:
        super().__init__(channels, channels, kernel_size, padding=kernel_size // 2)
        mask = torch.ones(1, 1, kernel_size, kernel_size)
        mask[..., kernel_size // 2, kernel_size // 2] = 0
        self.register_buffer('mask', mask, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        return self._conv_forward(x, self.weight * self.mask, self.bias)


class Conv1x1(PointwiseConv):
    """A 1x1 convolution of features in either memory format."""

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        if x.is_contiguous(memory_format=torch.channels_last):
            return super().forward(x)
        return self._conv_forward(x, self.weight, self.bias)


class Module(nn.Module):
    """x + conv1x1(relu(conv3x3(x))), the 3x3 convolution dilated."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=dilation, dilation=dilation),
            nn.ReLU(inplace=True),
            Conv1x1(channels, channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        return self.body(x).add_(x)


class Branch(nn.Module):
    """A masked convolution of 2 ``step`` - 1 pixels on a side, then taps ``step`` pixels apart.

    The first one moves by less than ``step`` pixels and not by none, all others by multiples of
    it: no sum of them is zero, so that the pixel itself stays hidden.
    """

    def __init__(self, channels: int, step: int, num_modules: int, *, dilated: bool) -> None:
        super().__init__()
        layers: list[nn.Module] = [CentreMaskedConv(channels, 2 * step - 1)]
        layers += [nn.ReLU(inplace=True)]
        for _ in range(2):
            layers += [Conv1x1(channels, channels), nn.ReLU(inplace=True)]
        layers += [Module(channels, step if dilated else 1) for _ in range(num_modules)]
        layers += [Conv1x1(channels, channels), nn.ReLU(inplace=True)]
        self.body = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, H, W)."""
        return self.body(x)


@MODELS.register_module()
class DBSNl(Backbone):
    """A network whose output at a pixel does not depend on the input there; images of any size.

    Source: Lee, Son and Lee, "AP-BSN: Self-supervised denoising for real-world images via
    asymmetric PD and blind-spot network", CVPR 2022, where it works on images in [0, 255]; D_A of
    AMSNet (ECCV 2024), table 3.

    Args:
        in_channels: channels of the images.
        channels: width of the features, even.
        num_modules: residual modules of each of the two branches.
        dilated: whether the convolutions of the modules are dilated. Without, the masked first
            convolutions stay but hide nothing: neighbours bring the pixel back. So is D_AS of
            AMSNet, with the same parameters.
        image_range: factor of the image inside the network; 255 in AP-BSN.

    Raises:
        ValueError: there is no channel or no module, ``channels`` is odd or ``image_range`` is not
            positive; in a call, the images have other channels.

    Examples:
        >>> torch.manual_seed(0).initial_seed()
        0
        >>> net = DBSNl(channels=8, num_modules=1)
        >>> x = torch.rand(1, 3, 9, 11, requires_grad=True)
        >>> net(x)[0, :, 4, 5].sum().backward()
        >>> float(x.grad[0, :, 4, 5].abs().sum()), bool((x.grad[0, :, 4, 6] != 0).any())
        (0.0, True)
        >>> sum(p.numel() for p in DBSNl().parameters())
        3656131
    """

    scale = 1
    size_multiple = 1
    ignored_keys = ('mask',)  # of official checkpoints
    embedding = Tokens('head.0', at='output', channel_dim=1)

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
        check_positive('in_channels', in_channels)
        check_positive('channels', channels)
        check_positive('num_modules', num_modules)
        if channels % 2 or image_range <= 0:
            raise ValueError(
                'expected an even number of channels and a positive image_range, got '
                f'channels={channels} and image_range={image_range}'
            )
        self.in_channels = in_channels
        # The control is trained as a blind-spot network is: it does not state that it is none.
        self.blind_spot = True if dilated else None
        self.image_range = image_range
        self.head = nn.Sequential(nn.Conv2d(in_channels, channels, 1), nn.ReLU(inplace=True))
        self.branch1 = Branch(channels, 2, num_modules, dilated=dilated)
        self.branch2 = Branch(channels, 3, num_modules, dilated=dilated)
        half = channels // 2
        self.tail = nn.Sequential(
            Conv1x1(2 * channels, channels),
            nn.ReLU(inplace=True),
            Conv1x1(channels, half),
            nn.ReLU(inplace=True),
            Conv1x1(half, half),
            nn.ReLU(inplace=True),
            Conv1x1(half, in_channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1]."""
        check_images(x, self.in_channels)
        x = x * self.image_range
        # Channels-last a CPU takes longer for the gradients of dilated weights than it wins before.
        if x.device.type != 'cpu' or not torch.is_grad_enabled():
            x = x.contiguous(memory_format=torch.channels_last)
        x = self.head(x)
        y = self.tail(torch.cat([self.branch1(x), self.branch2(x)], dim=1))
        return (y / self.image_range).contiguous()


@OFFICIAL.register_module(name='DBSNl')
def official_dbsnl(
    weights: dict[str, Tensor],
    *,
    in_ch: int = 3,
    out_ch: int = 3,
    base_ch: int = 128,
    num_module: int = 9,
) -> Converted:
    """Return the network and the state dict of a DBSNl, on images of the range of its training.

    Raises:
        ValueError: the numbers of channels of inputs and outputs differ.
    """
    check_equal_channels('DBSNl', in_ch, out_ch)
    return DBSNl(in_ch, channels=base_ch, num_modules=num_module), weights


@OFFICIAL.register_module(name='DBSNl (not dilated)')
def undilated_dbsnl(
    weights: dict[str, Tensor],
    *,
    in_ch: int = 3,
    out_ch: int = 3,
    base_ch: int = 128,
    num_module: int = 9,
) -> Converted:
    """Return the network and the state dict of AMSNet's D_AS: a DBSNl all of whose dilations are 1.

    Raises:
        ValueError: the numbers of channels of inputs and outputs differ.
    """
    check_equal_channels('DBSNl', in_ch, out_ch)
    return DBSNl(in_ch, channels=base_ch, num_modules=num_module, dilated=False), weights


@OFFICIAL.register_module(name='AP-BSN')
def official_apbsn(
    weights: dict[str, Tensor],
    *,
    in_ch: int = 3,
    bsn_base_ch: int = 128,
    bsn_num_module: int = 9,
) -> Converted:
    """Return the network and the state dict of the DBSNl in a checkpoint of AP-BSN.

    Theirs maps images in [0, 255], ours the same images in [0, 1]. What is around the network is
    for a config to say.
    """
    net = DBSNl(in_ch, channels=bsn_base_ch, num_modules=bsn_num_module, image_range=255.0)
    return net, weights
