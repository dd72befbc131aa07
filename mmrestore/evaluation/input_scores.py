"""PSNR of validation inputs, for comparison with predictions."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from typing import Any

from mmengine.evaluator import BaseMetric
from torch import Tensor

from mmrestore.evaluation.base import LEFT_OUT
from mmrestore.evaluation.metrics import PSNR
from mmrestore.functional.resize import resize
from mmrestore.functional.unit_range import to_unit_range


def comparable_input(image: Tensor, target: Tensor) -> Tensor | None:
    """Return an input in the size of its target, upscaled bicubically if it is smaller.

    Args:
        image: (C, H, W) from the data worker.
        target: (C, s*H, s*W) in [0, 1].

    Returns:
        (C, s*H, s*W), approximately in [0, 1]; None if s is not an integer or the channels differ.

    Examples:
        >>> import torch
        >>> comparable_input(torch.full((1, 2, 3), 0.5), torch.zeros(1, 4, 6)).shape
        torch.Size([1, 4, 6])
        >>> comparable_input(torch.full((1, 2, 3), 0.5), torch.zeros(1, 4, 3)) is None
        True
    """
    (channels, height, width), size = image.shape, target.shape[-2:]
    scale = size[0] // height
    if target.ndim != 3 or target.shape[0] != channels or size != (scale * height, scale * width):
        return None
    image = to_unit_range(image.to(target.device))
    return image if scale == 1 else resize(image, scale=scale)


class InputScores:
    """PSNR of the inputs, with protocol and name of each prediction PSNR of an evaluator.

    Metrics with alignment are skipped, because alignment is slow. ``upscaled`` is True if inputs
    were smaller than their targets; see ``comparable_input``.

    Args:
        metrics: metrics of an evaluator; they are not modified.
    """

    upscaled = False

    def __init__(self, metrics: Iterable[BaseMetric]) -> None:
        self.metrics = []
        for metric in metrics:
            if isinstance(metric, PSNR) and metric.of == 'prediction' and not metric.align:
                twin = copy.copy(metric)
                twin.results = []
                twin.protocol_logged = True  # identical to the protocol of the predictions
                self.metrics.append(twin)

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Measure the inputs of a batch; see ``ImageMetric.process``."""
        for image, sample in zip(data_batch['inputs'], data_samples, strict=True):
            pred, target = sample['pred_img'], sample.get('gt_img')
            comparable = None
            if target is not None:
                comparable = comparable_input(image, target.to(pred.device))
            if comparable is not None and comparable.shape[-1] != image.shape[-1]:
                self.upscaled = True
            for metric in self.metrics:
                if comparable is None:
                    # All processes must return equally many results.
                    metric.results.append((LEFT_OUT, pred.new_zeros(()), ''))
                else:
                    metric.process(data_batch, [{**sample, 'pred_img': comparable}])

    def evaluate(self, size: int) -> dict[str, float]:
        """Return the mean over the images of each data set; see ``ImageMetric.evaluate``."""
        scores: dict[str, float] = {}
        for metric in self.metrics:
            scores.update(metric.evaluate(size))
        return scores
