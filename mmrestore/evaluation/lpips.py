"""LPIPS of a data set."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Literal

from torch import Tensor, nn

from mmrestore.evaluation.base import ImageMetric
from mmrestore.functional.image_quality import round_to_8_bit
from mmrestore.functional.seeding import seeded
from mmrestore.models.imagenet import find_weights, load_features
from mmrestore.registry import METRICS

TRUNKS = {'alex': 'alexnet', 'vgg': 'vgg16'}
LEAST_SIDES = {'alex': 31, 'vgg': 16}  # of which the last pooling leaves a pixel
RANDOM = 'random'


@METRICS.register_module()
class LPIPS(ImageMetric):
    """Learned perceptual image patch similarity, version 0.1 of the package ``lpips``.

    Lower is better, equal images have 0. Images are RGB, scaled to [-1, 1]; a gray image is given
    to the network as three equal channels. The weights of the network (ImageNet) are those of
    torchvision. Nothing is downloaded.

    Where these weights cannot be had, ``weights='random'`` takes those that PyTorch initializes a
    network with, drawn from one seed. The results are then called ``LPIPS_random_weights``: they
    can be compared with each other, but not with any published figure.

    Source: Zhang, Isola, Efros, Shechtman and Wang, "The unreasonable effectiveness of deep
    features as a perceptual metric", CVPR 2018.

    Args:
        net: 'alex' or 'vgg'.
        rounded: clamp and round both images to 8 bit.
        weights: a file with torchvision's weights of AlexNet or VGG-16; if absent, the place where
            torchvision keeps its downloads; ``'random'`` for none.
        channel_order: order in which the network gets the channels, 'rgb', for which it was
            trained, or 'bgr', in which some papers' code reads images.
        name: what results are called; with random weights ``_random_weights`` is appended.

    Raises:
        ValueError: ``net`` or ``channel_order`` is neither of the two; in an evaluation, if a side
            is shorter than 31 pixels (``alex``) or 16 (``vgg``).
        RuntimeError: the package or the weights are missing; the message says how to get them.
    """

    higher_is_better = False

    def __init__(
        self,
        *,
        net: Literal['alex', 'vgg'] = 'alex',
        rounded: bool = True,
        weights: str | Path | None = None,
        channel_order: Literal['rgb', 'bgr'] = 'rgb',
        name: str | None = None,
    ) -> None:
        super().__init__(name=name)
        if net not in TRUNKS:
            raise ValueError(f"expected net 'alex' or 'vgg', got {net!r}")
        if channel_order not in ('rgb', 'bgr'):
            raise ValueError(f"expected channel_order 'rgb' or 'bgr', got {channel_order!r}")
        self.net = net
        self.minimum_side = LEAST_SIDES[net]
        self.rounded = rounded
        self.channel_order = channel_order
        self.is_random = weights == RANDOM
        if self.is_random:
            self.name += '_random_weights'
        self.distance = load_distance(net, weights)

    @property
    def protocol(self) -> str:
        """What exactly is measured, in one line."""
        rounding = 'rounded to 8 bit' if self.rounded else 'neither clamped nor rounded'
        net = f'{self.net}, RANDOM WEIGHTS of seed 0' if self.is_random else self.net
        order = self.channel_order.upper()
        return f'LPIPS 0.1 ({net}), {order}, {rounding}, no border cropped, mean over images'

    def measure(self, pred: Tensor, target: Tensor) -> Tensor:
        """Return the distance of each pair of images (N, C, H, W) with one or three channels."""
        distance = self.distance.to(pred.device)
        return distance(self._prepare(pred), self._prepare(target)).flatten()

    def _prepare(self, x: Tensor) -> Tensor:
        x = x.float()
        if self.rounded:
            x = round_to_8_bit(x)
        x = (2 * x - 1).expand(-1, 3, -1, -1)
        return x.flip(1) if self.channel_order == 'bgr' else x


def load_distance(net: str, weights: str | Path | None = None) -> nn.Module:
    """Return the network of LPIPS, which maps two images in [-1, 1] to (N, 1, 1, 1).

    Args:
        net: 'alex' or 'vgg'.
        weights: as of ``LPIPS``.

    Raises:
        RuntimeError: the package or the weights are missing; the message says how to get them.
    """
    try:
        import lpips
    except (ImportError, RuntimeError) as error:
        # A torchvision that does not fit the installed torch fails with a RuntimeError.
        raise RuntimeError(
            'LPIPS needs the packages lpips and torchvision: `pip install lpips torchvision` '
            f'(both torch and torchvision from PyPI, or both CPU-only builds). {error}'
        ) from error
    trunk = TRUNKS[net]
    file = None
    if weights != RANDOM:
        file = find_weights(
            trunk,
            weights,
            needed_by=f'LPIPS ({net})',
            otherwise='To evaluate without LPIPS, remove it from the metrics; with '
            "weights='random' its figures can be compared with each other only.",
        )
    with seeded(0), warnings.catch_warnings():
        # lpips calls torchvision by an argument that is deprecated.
        warnings.simplefilter('ignore', UserWarning)
        # With pnet_rand it does not download; its linear layers are trained and come with it.
        distance = lpips.LPIPS(net=net, pnet_rand=True, verbose=False)
    if file is not None:
        # It cuts the network into slices and keeps the numbers: slice2.3.bias is 3.bias.
        load_features(distance.net, trunk, file, key=lambda name: name.split('.', 1)[1])
    return distance.eval().requires_grad_(False)
