"""LPIPS metric."""

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
LEAST_SIDES = {'alex': 31, 'vgg': 16}  # minimum sides; one pixel is left after the last pooling
RANDOM = 'random'


@METRICS.register_module()
class LPIPS(ImageMetric):
    """Learned perceptual image patch similarity, version 0.1 of the package ``lpips``.

    Lower is better; identical images have 0. Images are RGB and scaled to [-1, 1]; gray images are
    repeated to three channels. The network has torchvision's ImageNet weights. Nothing is
    downloaded.

    If these weights are not available, ``weights='random'`` uses PyTorch's random initialization
    with a fixed seed. The results are then named ``LPIPS_random_weights``: they are comparable with
    each other, but not with published results.

    Source: Zhang, Isola, Efros, Shechtman and Wang, "The unreasonable effectiveness of deep
    features as a perceptual metric", CVPR 2018.

    Args:
        net: 'alex' or 'vgg'.
        rounded: clamp and round both images to 8 bit.
        weights: file with torchvision's weights of AlexNet or VGG-16; torchvision's download folder
            if None; ``'random'`` for random weights.
        channel_order: channel order of the network input: 'rgb', for which the network was trained,
            or 'bgr', which the code of some papers uses.
        name: name of the results; with random weights, ``_random_weights`` is appended.

    Raises:
        ValueError: ``net`` or ``channel_order`` is unknown; in an evaluation, if a side is shorter
            than 31 pixels (``alex``) or 16 (``vgg``).
        RuntimeError: the package or the weights are missing; the message states how to get them.
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
        """Evaluation protocol in one line."""
        rounding = 'rounded to 8 bit' if self.rounded else 'neither clamped nor rounded'
        net = f'{self.net}, RANDOM WEIGHTS of seed 0' if self.is_random else self.net
        order = self.channel_order.upper()
        return f'LPIPS 0.1 ({net}), {order}, {rounding}, no border cropped, mean over images'

    def measure(self, pred: Tensor, target: Tensor) -> Tensor:
        """Return the distance of each image pair (N, C, H, W) with one or three channels."""
        distance = self.distance.to(pred.device)
        return distance(self._prepare(pred), self._prepare(target)).flatten()

    def _prepare(self, x: Tensor) -> Tensor:
        x = x.float()
        if self.rounded:
            x = round_to_8_bit(x)
        x = (2 * x - 1).expand(-1, 3, -1, -1)
        return x.flip(1) if self.channel_order == 'bgr' else x


def load_distance(net: str, weights: str | Path | None = None) -> nn.Module:
    """Load the LPIPS network, which maps two image batches in [-1, 1] to (N, 1, 1, 1).

    Args:
        net: 'alex' or 'vgg'.
        weights: see ``LPIPS``.

    Raises:
        RuntimeError: the package or the weights are missing; the message states how to get them.
    """
    try:
        import lpips
    except (ImportError, RuntimeError) as error:
        # An incompatible torchvision raises a RuntimeError.
        raise RuntimeError(
            'LPIPS needs the packages lpips and torchvision: run `pip install lpips torchvision` '
            f'(torch and torchvision both from PyPI, or both CPU-only builds). {error}'
        ) from error
    trunk = TRUNKS[net]
    file = None
    if weights != RANDOM:
        file = find_weights(
            trunk,
            weights,
            needed_by=f'LPIPS ({net})',
            otherwise='To evaluate without LPIPS, remove it from the metrics; with '
            "weights='random' its results are comparable only with each other.",
        )
    with seeded(0), warnings.catch_warnings():
        # lpips passes a deprecated argument to torchvision.
        warnings.simplefilter('ignore', UserWarning)
        # pnet_rand avoids the download; the trained linear layers are part of the package.
        distance = lpips.LPIPS(net=net, pnet_rand=True, verbose=False)
    if file is not None:
        # lpips splits the network into slices and keeps the layer numbers: slice2.3.bias is 3.bias.
        load_features(distance.net, trunk, file, key=lambda name: name.split('.', 1)[1])
    return distance.eval().requires_grad_(False)
