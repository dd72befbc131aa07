"""A measure of denoising that needs no clean picture."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from mmrestore.evaluation.base import ImageMetric
from mmrestore.functional.unit_range import to_unit_range
from mmrestore.registry import METRICS


@METRICS.register_module()
class RecorruptedGain(ImageMetric):
    """By how much restoring lowers the mean squared error, estimated from noisy images alone.

    The images come through the transform ``Recorrupt``. The gain of an image is the mean squared
    difference of its input to the target minus that of the restored image, in gray levels squared:
    0 for a network that changes nothing, more is better. Constants fall out of it, so that it
    orders networks as the unknown mean squared error does, as far as the noise was estimated well.
    On weak noise and after JPEG it prefers blur, for the estimate holds texture: rank the
    checkpoints of one training by it, and compare methods by ``EstimatedGain``.

    Args:
        name: what results are called.
        datasets: names of the data sets whose images are measured; those of all if absent.

    Examples:
        >>> import torch
        >>> noisy, second = torch.full((3, 2, 2), 0.4), torch.full((3, 2, 2), 0.2)
        >>> sample = dict(pred_img=noisy - 0.2, gt_img=second, dataset='a')
        >>> gain = RecorruptedGain()
        >>> gain.process(dict(inputs=noisy[None]), [sample])
        >>> {key: round(value) for key, value in gain.evaluate(1).items()}  # (0.2 * 255)^2
        {'a/RecorruptedGain': 2601}
    """

    gain_over_input = True

    def __init__(self, *, name: str | None = None, datasets: list[str] | None = None) -> None:
        super().__init__(name=name, datasets=datasets)

    @property
    def protocol(self) -> str:
        """What exactly is measured, in one line."""
        return 'estimated fall of the mean squared error, gray levels squared, mean over images'

    def measure_sample(self, pred: Tensor, target: Tensor, data_batch: Any, index: int) -> Tensor:
        """Return the gain of an image, ()."""
        noisy = to_unit_range(data_batch['inputs'][index].to(pred.device))
        before, after = ((x.double() - target).square().mean() for x in (noisy, pred))
        return (before - after) * 255**2
