"""Perceptual loss on VGG-19 features."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor, nn

from mmrestore.deprecation import former_names
from mmrestore.functional.seeding import seeded
from mmrestore.models.imagenet import find_weights, load_features
from mmrestore.models.losses.base import Loss
from mmrestore.registry import MODELS, suggest

CONVS = (2, 2, 4, 4, 4)  # convolutions per block of VGG-19, between max-poolings
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet


@MODELS.register_module()
class PerceptualLoss(Loss):
    """Loss between the VGG-19 features of prediction and target.

    The ImageNet classifier is frozen and computes in float32. It is not part of the state dict, the
    averaged weights or the optimizer. It is loaded once per process, before training or in the
    first call. Gray images are repeated to three channels.

    Source: Ledig et al., "Photo-realistic single image super-resolution using a generative
    adversarial network", CVPR 2017, equation 5: ``layer='relu5_4'`` is VGG54 and ``'relu2_2'`` is
    VGG22. With ``MSELoss`` the result is also a mean over channels, whereas the equation divides
    only by the number of pixels. ESRGAN (Wang et al., ECCV Workshops 2018, section 3.3) compares
    features before the activation, ``'conv5_4'``; its code uses ``L1Loss``.

    Args:
        layer: feature layer: ``convI_J`` is the output of convolution J in block I of five,
            ``reluI_J`` is that output after ReLU.
        loss: config of the loss between features; ``MSELoss`` if None.
        loss_weight: factor of the result.
        weights: file with torchvision's VGG-19 weights; torchvision's download folder if None.
            Nothing is downloaded.

    Raises:
        ValueError: ``layer`` is unknown; in a call, if predictions and targets differ in shape,
            have neither one nor three channels, are too small for the layer, or have a weight,
            which features do not support.
        RuntimeError: on loading, if the weights are missing; the message states how to get them.
    """

    def __init__(
        self,
        layer: str = 'relu5_4',
        *,
        loss: dict | None = None,
        loss_weight: float = 1.0,
        weights: str | Path | None = None,
    ) -> None:
        super().__init__()
        layers = layer_names()
        if layer not in layers:
            raise ValueError(
                f'VGG-19 has no layer {layer!r}.{suggest(layer, layers)} It has convI_J and '
                'reluI_J, such as relu5_4 and conv2_2'
            )
        self.layer = layer
        self.loss = MODELS.build(loss or {'type': 'MSELoss'})
        self.loss_weight = loss_weight
        self.weights = weights
        self.min_size = 2 ** (block_of(layer) - 1)  # leaves one pixel after the max-poolings

    def prepare(self) -> None:
        """Load the classifier before training, so that missing weights fail at once."""
        load_vgg(self.layer, self.weights)

    def forward(self, pred: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
        """Compare predictions with targets, both (N, C, H, W) in [0, 1]."""
        if weight is not None:
            raise ValueError(
                'PerceptualLoss does not support a pixel weight, because VGG-19 features do not '
                'belong to single pixels: use a pixel loss, or remove the transform that sets the '
                'weight'
            )
        if pred.shape != target.shape or pred.ndim != 4 or pred.shape[1] not in (1, 3):
            raise ValueError(
                'expected predictions and targets of the same shape (N, C, H, W) with one or three '
                f'channels, got {tuple(pred.shape)} and {tuple(target.shape)}'
            )
        if min(pred.shape[-2:]) < self.min_size:
            raise ValueError(
                f'{self.layer} needs images of at least {self.min_size} x {self.min_size} pixels, '
                f'got {pred.shape[-2]} x {pred.shape[-1]}: use larger crops'
            )
        vgg = load_vgg(self.layer, self.weights).to(pred.device)
        # In bfloat16, features of similar images differ by little more than rounding errors.
        with torch.autocast(pred.device.type, enabled=False):
            with torch.no_grad():
                wanted = vgg(normalized(target))
            return self.loss_weight * self.loss(vgg(normalized(pred)), wanted)


def layer_names() -> list[str]:
    """Return the names of the VGG-19 layers in order, without pooling layers.

    Examples:
        >>> layer_names()[:5]
        ['conv1_1', 'relu1_1', 'conv1_2', 'relu1_2', 'conv2_1']
    """
    return [
        f'{kind}{block}_{i}'
        for block, num_convs in enumerate(CONVS, 1)
        for i in range(1, num_convs + 1)
        for kind in ('conv', 'relu')
    ]


def build_vgg(layer: str) -> nn.Sequential:
    """Build VGG-19 up to a layer, untrained, with torchvision's parameter names.

    Examples:
        >>> [type(module).__name__ for module in build_vgg('conv2_1')]
        ['Conv2d', 'ReLU', 'Conv2d', 'ReLU', 'MaxPool2d', 'Conv2d']
    """
    modules: list[nn.Module] = []
    width = 3
    for name in layer_names():
        if name.startswith('conv'):
            if modules and name.endswith('_1'):
                modules.append(nn.MaxPool2d(2))
            out = min(32 * 2 ** block_of(name), 512)
            modules.append(nn.Conv2d(width, out, 3, padding=1))
            width = out
        else:
            modules.append(nn.ReLU())
        if name == layer:
            break
    return nn.Sequential(*modules)


def block_of(layer: str) -> int:
    """Return the block number of a layer, starting at 1.

    Examples:
        >>> block_of('relu5_4')
        5
    """
    return int(layer.removeprefix('conv').removeprefix('relu').split('_')[0])


@lru_cache
def load_vgg(layer: str, weights: str | Path | None = None) -> nn.Sequential:
    """Load frozen VGG-19 up to a layer; the result is shared by all callers.

    Args:
        layer: see ``PerceptualLoss``.
        weights: see ``PerceptualLoss``.

    Raises:
        RuntimeError: the weights are missing; the message states how to get them.
    """
    file = find_weights(
        'vgg19',
        weights,
        needed_by='PerceptualLoss',
        otherwise='To train without it, replace it in the losses, for example by MSELoss.',
    )
    with seeded(0):  # later draws must not depend on the time of loading
        vgg = build_vgg(layer)
    load_features(vgg, 'vgg19', file)
    return vgg.eval().requires_grad_(False)


def normalized(images: Tensor) -> Tensor:
    """Normalize images (N, C, H, W) in [0, 1] by the ImageNet statistics, (N, 3, H, W)."""
    mean, std = (images.new_tensor(values).view(3, 1, 1) for values in (MEAN, STD))
    return (images - mean) / std


__getattr__ = former_names(__name__, {'normalised': normalized}, since='0.2', removed='0.4')
