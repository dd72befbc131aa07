"""A loss that compares what a classifier of natural images makes of them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor, nn

from mmrestore.functional.seeding import seeded
from mmrestore.models.imagenet import find_weights, load_features
from mmrestore.models.losses.base import Loss
from mmrestore.registry import MODELS, suggest

CONVS = (2, 2, 4, 4, 4)  # of VGG-19, between its max-poolings
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of the images that it learnt from


@MODELS.register_module()
class PerceptualLoss(Loss):
    """A loss of the features of VGG-19, which was trained on ImageNet.

    The classifier is frozen, computes in float32 and belongs to nobody: it is in no state dict, no
    average of weights and no optimizer. It is loaded when a training begins, or in the first call,
    and once in a process. A gray image is given to it as three equal channels.

    Source: Ledig et al., "Photo-realistic single image super-resolution using a generative
    adversarial network", CVPR 2017, equation 5: ``layer='relu5_4'`` is its VGG54, ``'relu2_2'`` its
    VGG22, with ``MSELoss``, a mean over channels too where the equation divides by pixels alone.
    ESRGAN (Wang et al., ECCV Workshops 2018, section 3.3) compares before the activation,
    ``'conv5_4'``; its code does so by ``L1Loss``.

    Args:
        layer: the features, ``convI_J`` of the J-th convolution of the I-th of five blocks or
            ``reluI_J`` behind its ReLU.
        loss: config of what compares the features; ``MSELoss`` if absent.
        loss_weight: factor of the result.
        weights: the file of torchvision's weights of VGG-19; if absent, the place where torchvision
            keeps its downloads. Nothing is downloaded.

    Raises:
        ValueError: there is no such layer; in a call, if predictions and targets have different
            shapes, neither one nor three channels, sides too small for the layer, or a weight,
            which features have no place for.
        RuntimeError: when it is loaded, if the weights are missing; the message says how to get
            them.
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
        self.min_size = 2 ** (block_of(layer) - 1)  # the max-poolings before it leave a pixel

    def prepare(self) -> None:
        """Load the classifier, so that what is missing is said before a training begins."""
        load_vgg(self.layer, self.weights)

    def forward(self, pred: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
        """Compare predictions with targets, both (N, C, H, W) in [0, 1]."""
        if weight is not None:
            raise ValueError(
                'features of VGG-19 are not those of single pixels and cannot be weighted by them: '
                'train with a loss of pixels, or without what makes the weight'
            )
        if pred.shape != target.shape or pred.ndim != 4 or pred.shape[1] not in (1, 3):
            raise ValueError(
                'expected predictions and targets of one shape (N, C, H, W) with one or three '
                f'channels, got {tuple(pred.shape)} and {tuple(target.shape)}'
            )
        if min(pred.shape[-2:]) < self.min_size:
            raise ValueError(
                f'{self.layer} needs images of at least {self.min_size} x {self.min_size} pixels, '
                f'got {pred.shape[-2]} x {pred.shape[-1]}: enlarge the crop'
            )
        vgg = load_vgg(self.layer, self.weights).to(pred.device)
        # In bfloat16 the features of two images that are alike differ by little but rounding.
        with torch.autocast(pred.device.type, enabled=False):
            with torch.no_grad():
                wanted = vgg(normalized(target))
            return self.loss_weight * self.loss(vgg(normalized(pred)), wanted)


def layer_names() -> list[str]:
    """Return the names of the layers of VGG-19 in their order, without the poolings.

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
    """Return VGG-19 up to a layer, untrained; its parameters have torchvision's names.

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
    """Return the number of the block of a layer, from 1.

    Examples:
        >>> block_of('relu5_4')
        5
    """
    return int(layer.removeprefix('conv').removeprefix('relu').split('_')[0])


@lru_cache
def load_vgg(layer: str, weights: str | Path | None = None) -> nn.Sequential:
    """Return VGG-19 up to a layer, frozen; one and the same for all who ask.

    Args:
        layer: as of ``PerceptualLoss``.
        weights: as of ``PerceptualLoss``.

    Raises:
        RuntimeError: the weights are missing; the message says how to get them.
    """
    file = find_weights(
        'vgg19',
        weights,
        needed_by='PerceptualLoss',
        otherwise='To train without it, replace it in the losses, by MSELoss for example.',
    )
    with seeded(0):  # what is drawn after it must not depend on when it is made
        vgg = build_vgg(layer)
    load_features(vgg, 'vgg19', file)
    return vgg.eval().requires_grad_(False)


def normalized(images: Tensor) -> Tensor:
    """Return images (N, C, H, W) in [0, 1] as the classifier knows them, (N, 3, H, W)."""
    mean, std = (images.new_tensor(values).view(3, 1, 1) for values in (MEAN, STD))
    return (images - mean) / std
