"""Loss at two image scales."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from mmrestore.models.layers.two_scales import TwoScales
from mmrestore.models.losses.base import Loss
from mmrestore.registry import MODELS


@MODELS.register_module()
class TwoScaleLoss(Loss):
    """Sum of the losses of the fine and the coarse image.

    The target and the optional weight of the coarse image are downscaled by averaging cells of
    s x s pixels.

    Source: Liu, Shu and Wu, "Deep Learning with Inaccurate Training Data for Image Restoration",
    2018, equation 8, with the mean squared error in both terms. The equation sums over colors and
    is therefore three times as large for color images.

    Args:
        loss: config of the loss at both scales; ``MSELoss`` if None.
        coarse_weight: factor of the coarse loss.

    Raises:
        TypeError: in a call, if the prediction is not :class:`TwoScales`.
        ValueError: ``coarse_weight`` is negative; in a call, if the sizes do not match.

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
                f'TwoScaleLoss needs a network that returns TwoScales, got '
                f'{type(pred).__name__}: use DMNet with both_scales=True'
            )
        height, width = pred.coarse.shape[-2:]
        factor = target.shape[-1] // width
        if target.shape[-2:] != (factor * height, factor * width):
            raise ValueError(
                'expected a target size that is a whole multiple of the coarse size '
                f'{height} x {width}, got {tuple(target.shape[-2:])}'
            )
        if weight is not None:
            weight = weight.expand(*weight.shape[:-2], *target.shape[-2:]).to(target.dtype)
        coarse_weight = None if weight is None else cell_means(weight, factor)
        coarse = self.loss(pred.coarse, cell_means(target, factor), coarse_weight)
        return self.loss(pred.fine, target, weight) + self.coarse_weight * coarse


def cell_means(x: Tensor, factor: int) -> Tensor:
    """Downscale (..., H, W) by averaging cells of ``factor`` x ``factor`` pixels.

    Examples:
        >>> import torch
        >>> cell_means(torch.arange(16.0).view(1, 1, 1, 4, 4), 2).flatten().tolist()
        [2.5, 4.5, 10.5, 12.5]
    """
    means = F.avg_pool2d(x.flatten(0, -3), factor)
    return means.view(*x.shape[:-2], *means.shape[-2:])
