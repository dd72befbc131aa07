"""The mean absolute error."""

from __future__ import annotations

from torch import Tensor

from mmrestore.evaluation.base import ImageMetric
from mmrestore.registry import METRICS


@METRICS.register_module()
class MAE(ImageMetric):
    """Mean of |prediction - target| over pixels and channels, in 8-bit grey levels.

    Neither image is rounded.

    Examples:
        >>> import torch
        >>> MAE().measure(torch.zeros(1, 3, 4, 4), torch.full((1, 3, 4, 4), 0.2))
        tensor([51.])
    """

    protocol = 'mean absolute error in 8-bit grey levels, RGB, not rounded, mean over images'

    def measure(self, pred: Tensor, target: Tensor) -> Tensor:
        """Return the error of each image, (N,)."""
        return 255 * (pred - target).abs().mean(dim=(1, 2, 3))
