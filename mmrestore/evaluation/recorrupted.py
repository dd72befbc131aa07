"""Reference-free denoising gain from recorrupted images."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from mmrestore.evaluation.base import ImageMetric
from mmrestore.functional.unit_range import to_unit_range
from mmrestore.registry import METRICS


@METRICS.register_module()
class RecorruptedGain(ImageMetric):
    """Reduction of the mean squared error by restoring, estimated from noisy images only.

    The transform ``Recorrupt`` must be part of the pipeline. The gain of an image is the mean
    squared error of its input minus that of the restored image, both against the recorrupted
    target, in squared gray levels. A network that changes nothing has 0; higher is better. Constant
    terms cancel, so that networks are ranked as by the unknown mean squared error if the noise
    estimate is good. With weak noise and after JPEG the estimate contains texture, and the metric
    prefers blur: use it to rank checkpoints of one training, and ``EstimatedGain`` to compare
    methods.

    Args:
        name: name of the results.
        datasets: names of the data sets to measure; all data sets if None.

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
        """Evaluation protocol in one line."""
        return 'estimated reduction of the MSE, gray levels squared, mean over images'

    def measure_sample(self, pred: Tensor, target: Tensor, data_batch: Any, index: int) -> Tensor:
        """Return the gain of an image, ()."""
        noisy = to_unit_range(data_batch['inputs'][index].to(pred.device))
        before, after = ((x.double() - target).square().mean() for x in (noisy, pred))
        return (before - after) * 255**2
