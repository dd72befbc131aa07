"""A loss at two scales of the image."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from mmrestore.models.layers.two_scales import TwoScales
from mmrestore.models.losses.base import Loss
from mmrestore.registry import MODELS


@MODELS.register_module()
class TwoScaleLoss(Loss):
    """The loss of the fine image plus that of the coarse one.

    The target of the coarse image is the target downsampled, by the mean of cells of s x s pixels;
    the weight of the loss, where there is one, likewise.

    Source: Liu, Shu and Wu, "Deep Learning with Inaccurate Training Data for Image Restoration",
    2018, equation 8, with the mean of squares in both terms. It sums over colors, which makes it
    three times as much in color.

    Args:
        loss: config of the loss of both scales.
        coarse_weight: factor of the loss of the coarse image.

    Raises:
        TypeError: in a call, if the prediction is not :class:`TwoScales`.
        ValueError: ``coarse_weight`` is negative; in a call, if the sizes do not fit.

    Examples:
        >>> import torch
        >>> target = torch.tensor([[[[0.0, 2.0], [0.0, 2.0]]]])
        >>> pred = TwoScales(target + 1, torch.tensor([[[[3.0]]]]))
        >>> TwoScaleLoss()(pred, target)  # 1^2 + (3 - 1)^2
        tensor(5.)
    """

    def __init__(self, loss: dict | None = None, *, coarse_weight: float = 1.0) -> None:
        super().__init__()
        if coarse_weight < 0:
            raise ValueError(f'expected a coarse_weight of at least 0, got {coarse_weight}')
        self.loss = MODELS.build(loss or {'type': 'MSELoss'})
        self.coarse_weight = coarse_weight

    def forward(self, pred: TwoScales, target: Tensor, weight: Tensor | None = None) -> Tensor:
        """Compare both scales with targets (N, C, H, W) or (N, K, C, H, W)."""
        if not isinstance(pred, TwoScales):
            raise TypeError(
                f'a loss of two scales needs a network that returns TwoScales, got '
                f'{type(pred).__name__}: take DMNet with both_scales=True'
            )
        height, width = pred.coarse.shape[-2:]
        factor = target.shape[-1] // width
        if target.shape[-2:] != (factor * height, factor * width):
            raise ValueError(
                f'expected targets that are whole multiples of the coarse images {height} x '
                f'{width}, got {tuple(target.shape[-2:])}'
            )
        if weight is not None:
            weight = weight.expand(*weight.shape[:-2], *target.shape[-2:]).to(target.dtype)
        coarse_weight = None if weight is None else cell_means(weight, factor)
        coarse = self.loss(pred.coarse, cell_means(target, factor), coarse_weight)
        return self.loss(pred.fine, target, weight) + self.coarse_weight * coarse


def cell_means(x: Tensor, factor: int) -> Tensor:
    """Return the means of cells of ``factor`` x ``factor`` pixels of (..., H, W).

    Examples:
        >>> import torch
        >>> cell_means(torch.arange(16.0).view(1, 1, 1, 4, 4), 2).flatten().tolist()
        [2.5, 4.5, 10.5, 12.5]
    """
    means = F.avg_pool2d(x.flatten(0, -3), factor)
    return means.view(*x.shape[:-2], *means.shape[-2:])
