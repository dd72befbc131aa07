"""Error of the mean brightness."""

from __future__ import annotations

from torch import Tensor

from mmrestore.evaluation.base import ImageMetric
from mmrestore.registry import METRICS


@METRICS.register_module()
class BrightnessError(ImageMetric):
    """Absolute difference between the mean of an image and that of its target.

    It is in 8-bit gray levels, over all pixels and channels, of images clamped to [0, 1]. A network
    that lightens or darkens images has a large one.

    Args:
        name: what results are called.
        of: ``prediction`` or ``input``.
        datasets: names of the data sets whose images are measured; those of all if absent.

    Examples:
        >>> import torch
        >>> x = torch.full((1, 3, 4, 4), 0.2)
        >>> round(BrightnessError().measure(x + 0.1, x).item(), 3)
        25.5
    """

    higher_is_better = False

    @property
    def protocol(self) -> str:
        """What exactly is measured, in one line."""
        return 'absolute difference of the means in 8-bit gray levels, mean over images'

    def measure(self, pred: Tensor, target: Tensor) -> Tensor:
        """Return the value of each image, (N,)."""
        difference = pred.double().clamp(0, 1).flatten(1).mean(1) - target.double().flatten(1).mean(
            1
        )
        return 255 * difference.abs()
