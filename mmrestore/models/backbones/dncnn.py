"""DnCNN: a stack of convolutions that predicts the noise (Zhang et al., IEEE TIP 2017).

Parameters have the names of the checkpoints of KAIR, a later release by the same authors.
"""

from __future__ import annotations

import copy

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from mmrestore.models.backbones.base import Backbone
from mmrestore.models.layers.sizes import check_images, check_positive
from mmrestore.models.official_weights import Converted, check_equal_channels
from mmrestore.registry import MODELS, OFFICIAL

NORM_EPSILON = 1e-4
NORM_MOMENTUM = 0.9  # of the new batch, as released; PyTorch's own is 0.1


@MODELS.register_module()
class DnCNN(Backbone):
    """DnCNN: the input less the noise that the stack finds in it; images of any size.

    The defaults are the gray network for one noise level. The blind networks, and that for Gaussian
    noise, super-resolution and JPEG at once, have ``num_layers=20``. In released weights batch norm
    is folded into the convolutions (``batch_norm=False``); :func:`fold_batch_norm` does that.

    Args:
        in_channels: channels of the images.
        channels: width of the features.
        num_layers: number of 3x3 convolutions.
        batch_norm: whether those but the first and the last are followed by batch norm.
        bias: whether the convolutions after the first have a bias; in the authors' first release
            for PyTorch they have none.

    Raises:
        ValueError: there are fewer than two layers or no channels, or in a call the images have
            other channels.

    Examples:
        >>> net = DnCNN(3, channels=8, num_layers=4)
        >>> net(torch.rand(1, 3, 5, 7)).shape
        torch.Size([1, 3, 5, 7])
        >>> sum(p.numel() for p in DnCNN().parameters())
        557057
    """

    scale = 1
    size_multiple = 1

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
        if num_layers < 2:
            raise ValueError(f'a stack has at least 2 layers, got num_layers={num_layers}')
        check_positive('in_channels', in_channels)
        check_positive('channels', channels)
        self.in_channels = in_channels
        layers: list[nn.Module] = [nn.Conv2d(in_channels, channels, 3, padding=1), nn.ReLU()]
        for _ in range(num_layers - 2):
            layers.append(nn.Conv2d(channels, channels, 3, padding=1, bias=bias))
            if batch_norm:
                layers.append(nn.BatchNorm2d(channels, eps=NORM_EPSILON, momentum=NORM_MOMENTUM))
            layers.append(nn.ReLU())
        layers.append(nn.Conv2d(channels, self._out_channels(), 3, padding=1, bias=bias))
        self.model = nn.Sequential(*layers)
        self.apply(_initialise)

    def _out_channels(self) -> int:
        return self.in_channels

    def forward(self, x: Tensor) -> Tensor:
        """Restore images (B, C, H, W) in [0, 1]."""
        check_images(x, self.in_channels)
        return x - self._stack(x)

    def _stack(self, x: Tensor) -> Tensor:
        """Map images to what the last convolution says."""
        layers = conv_layers(self)
        features = x
        for i, (conv, norm) in enumerate(layers):
            if i > 0:
                features = F.relu(features, inplace=True)
            # Changes nothing after the second: the features stay in the format.
            features = features.contiguous(memory_format=torch.channels_last)
            if norm is None or norm.training:
                features = conv(features)
                features = features if norm is None else norm(features)
            else:
                weight, bias = folded(conv, norm)
                features = F.conv2d(features, weight, bias, padding=1)
        return features.contiguous()


@MODELS.register_module()
class FDnCNN(DnCNN):
    """A DnCNN that is told the noise and returns the image itself (KAIR's FDnCNN).

    The last channel of the input is the noise map: at every pixel sigma / 255, for sigma in 8-bit
    grey levels. Released networks have neither batch norm nor a shortcut, and the image comes out
    of the last convolution.

    Args:
        in_channels: channels of the images and one for the noise map.
        channels: width of the features.
        num_layers: number of 3x3 convolutions.

    Raises:
        ValueError: there is no channel beside the noise map, or there are fewer than two layers.

    Examples:
        >>> net = FDnCNN(channels=8, num_layers=4)
        >>> image, noise_map = torch.rand(1, 3, 5, 7), torch.full((1, 1, 5, 7), 25 / 255)
        >>> net(torch.cat([image, noise_map], dim=1)).shape
        torch.Size([1, 3, 5, 7])
    """

    def __init__(self, in_channels: int = 4, *, channels: int = 64, num_layers: int = 20) -> None:
        if in_channels < 2:
            raise ValueError(
                f'in_channels counts those of the images and the noise map, got {in_channels}'
            )
        super().__init__(in_channels, channels=channels, num_layers=num_layers, batch_norm=False)

    def _out_channels(self) -> int:
        return self.in_channels - 1

    def forward(self, x: Tensor) -> Tensor:
        """Restore images with noise map (B, C + 1, H, W) in [0, 1]; returns (B, C, H, W)."""
        check_images(x, self.in_channels)
        return self._stack(x)


def fold_batch_norm(net: DnCNN) -> DnCNN:
    """Return a copy without batch norm that maps as ``net`` does in evaluation.

    Its weights are of ``batch_norm=False`` and ``bias=True``.

    Examples:
        >>> net = DnCNN(channels=4, num_layers=3).eval()
        >>> x = torch.rand(1, 1, 5, 7)
        >>> torch.allclose(fold_batch_norm(net)(x), net(x), atol=1e-6)
        True
    """
    result = copy.deepcopy(net)
    layers: list[nn.Module] = []
    with torch.no_grad():
        for conv, norm in conv_layers(result):
            weight, bias = (conv.weight, conv.bias) if norm is None else folded(conv, norm)
            bias = weight.new_zeros(len(weight)) if bias is None else bias
            conv.weight, conv.bias = nn.Parameter(weight), nn.Parameter(bias)
            layers += [conv, nn.ReLU()]
    result.model = nn.Sequential(*layers[:-1])
    return result


def conv_layers(net: DnCNN) -> list[tuple[nn.Conv2d, _BatchNorm | None]]:
    """Return the convolutions, each with the batch norm that follows it or ``None``."""
    layers: list[tuple[nn.Conv2d, _BatchNorm | None]] = []
    for module in net.model:
        if isinstance(module, nn.Conv2d):
            layers.append((module, None))
        elif isinstance(module, _BatchNorm):  # synchronised between processes or not
            layers[-1] = (layers[-1][0], module)
        elif not isinstance(module, nn.ReLU):
            raise TypeError(f'expected convolutions, batch norms and ReLUs, got {module}')
    return layers


def folded(conv: nn.Conv2d, norm: _BatchNorm) -> tuple[Tensor, Tensor]:
    """Return weight and bias of the convolution that does both in evaluation."""
    assert norm.running_mean is not None and norm.running_var is not None
    factor = norm.weight * torch.rsqrt(norm.running_var + norm.eps)
    bias = -norm.running_mean if conv.bias is None else conv.bias - norm.running_mean
    return conv.weight * factor.view(-1, 1, 1, 1), bias * factor + norm.bias


def _initialise(module: nn.Module) -> None:
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, nonlinearity='relu')
        if module.bias is not None:
            nn.init.zeros_(module.bias)


@OFFICIAL.register_module(name='DnCNN')
def official_dncnn(
    weights: dict[str, Tensor],
    *,
    in_nc: int = 1,
    out_nc: int = 1,
    nc: int = 64,
    nb: int = 17,
    act_mode: str = 'BR',
) -> Converted:
    """Return the network and the state dict of a DnCNN of KAIR.

    Its files hold folded batch norm: their ``act_mode`` is 'R', not the default.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    check_equal_channels('DnCNN', in_nc, out_nc)
    if act_mode not in ('BR', 'R'):
        raise ValueError(f"act_mode of a published DnCNN is 'BR' or 'R', got {act_mode!r}")
    return DnCNN(in_nc, channels=nc, num_layers=nb, batch_norm=act_mode == 'BR'), weights


@OFFICIAL.register_module(name='DnCNN (original PyTorch release)')
def original_dncnn(
    weights: dict[str, Tensor],
    *,
    depth: int = 17,
    n_channels: int = 64,
    image_channels: int = 1,
    use_bnorm: bool = True,
    kernel_size: int = 3,
) -> Converted:
    """Return the network and the state dict of the authors' first release for PyTorch.

    Its convolutions after the first have no bias. It always has batch norm and 3x3 kernels: the
    official constructor takes ``use_bnorm`` and ``kernel_size`` and ignores them.
    """
    net = DnCNN(image_channels, channels=n_channels, num_layers=depth, bias=False)
    return net, {key.replace('dncnn.', 'model.', 1): value for key, value in weights.items()}


@OFFICIAL.register_module(name='FDnCNN')
def official_fdncnn(
    weights: dict[str, Tensor],
    *,
    in_nc: int = 2,
    out_nc: int = 1,
    nc: int = 64,
    nb: int = 20,
    act_mode: str = 'R',
) -> Converted:
    """Return the network and the state dict of an FDnCNN of KAIR.

    Raises:
        ValueError: an argument has a value that no published network has.
    """
    if in_nc != out_nc + 1:
        raise ValueError(f'FDnCNN gets one channel more than it returns, got {in_nc} and {out_nc}')
    if act_mode != 'R':
        raise ValueError(f"act_mode of a published FDnCNN is 'R', got {act_mode!r}")
    return FDnCNN(in_nc, channels=nc, num_layers=nb), weights
