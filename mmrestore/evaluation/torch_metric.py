"""Adapter for image metrics of the package torchmetrics."""

from __future__ import annotations

import copy
import io
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr
from typing import Any

import torch
from mmengine.dist import get_world_size
from torch import Tensor

from mmrestore.evaluation.base import ImageMetric
from mmrestore.evaluation.torch_metrics_loading import (
    build_metric,
    import_metric,
    only_local,
    update_form,
)
from mmrestore.evaluation.torch_metrics_table import Values, metric_facts
from mmrestore.functional.image_quality import round_to_8_bit
from mmrestore.functional.seeding import seeded
from mmrestore.functional.unit_range import from_unit_range
from mmrestore.registry import METRICS

RANGES = {'unit': 'values in [0, 1]', 'levels': 'values in [0, 255]', 'bytes': 'bytes'}


@METRICS.register_module()
class TorchMetric(ImageMetric):
    """Metric of ``torchmetrics.image``, such as MS-SSIM, DISTS, VIF or FID.

    Metrics that compare images are computed per image and averaged. FID, KID, MIFID and IS are
    *pooled*: they compare distributions over all images of a data set and give one value per data
    set, none per image. If a metric returns several values, such as mean and deviation, the first
    is used. Random draws are seeded. Nothing is downloaded: an error names missing weights with
    their URL and path.

    Args:
        metric: a name in ``TORCH_METRICS`` such as ``'MS-SSIM'``, or the name of a class.
        options: arguments of the class. ``data_range`` and ``normalize`` follow from ``values``.
        values: value range of the images: ``'unit'`` is [0, 1], ``'levels'`` is [0, 255],
            ``'bytes'`` is uint8; if None, the range that the metric needs, [0, 1] if unknown.
        rounded: clamp and round both images to 8 bit; ``'bytes'`` are always rounded.
        name: name of the results; ``metric`` if None.
        of: ``prediction`` or ``input``.
        datasets: names of the data sets to measure; all data sets if None.

    Raises:
        RuntimeError: torchmetrics, a package that the metric needs, or its weights are missing; or
            a pooled metric is evaluated in several processes.
        ValueError: the metric is unknown, does not compare images, or does not accept an option; in
            an evaluation, if it refuses an image, for example because of its size.
    """

    def __init__(
        self,
        metric: str,
        *,
        options: Mapping[str, Any] | None = None,
        values: Values | None = None,
        rounded: bool = True,
        name: str | None = None,
        of: str = 'prediction',
        datasets: Sequence[str] | None = None,
    ) -> None:
        super().__init__(name=name or metric, of=of, datasets=datasets)
        facts = metric_facts(metric)
        self.values = values or facts.values
        if self.values not in RANGES:
            raise ValueError(f'expected values among {", ".join(RANGES)}, got {values!r}')
        kind, version = import_metric(metric)
        self.options = dict(options or {})
        with redirect_stderr(io.StringIO()):  # torch.hub announces downloads, which are refused
            self.metric = build_metric(kind, metric, self.options, self.values)
        form = update_form(self.metric, metric)
        self.needs_target, self.one_by_one = form.needs_target, form.one_by_one
        self.pooled = facts.pooled or form.one_by_one
        if self.pooled and get_world_size() > 1:
            raise RuntimeError(
                f'{metric} pools all images of a data set: evaluate it in one process'
            )
        self.color = facts.color
        self.rounded = rounded
        self.higher_is_better = bool(self.metric.higher_is_better)
        self.source = f'{facts.class_name} of torchmetrics {version}'
        self._pools: dict[str | None, Any] = {}
        if facts.color and not self.pooled:  # some metrics load their network with the first image
            gray = torch.full((3, 64, 64), 0.5)
            with redirect_stderr(io.StringIO()):
                self.measure_one(gray, gray)

    @property
    def protocol(self) -> str:
        """Evaluation protocol in one line."""
        given = ', '.join(f'{key}={value!r}' for key, value in self.options.items())
        rounded = self.rounded or self.values == 'bytes'
        parts = (
            f'{self.source}({given})' if given else self.source,
            RANGES[self.values],
            'rounded to 8 bit' if rounded else 'neither clamped nor rounded',
            *(['gray as three channels'] if self.color and 1 in self.channels else []),
            'no border cropped',
            'one value for all images' if self.pooled else 'mean over images',
        )
        return ', '.join(parts)

    def measure_one(self, pred: Tensor, target: Any) -> Tensor:
        """Return the value of one image, (), for a metric that is not pooled."""
        metric = self.metric.to(pred.device)
        metric.reset()
        self._update(metric, pred, target)
        return _first(metric.compute())

    def measure_named(
        self, sample: dict, pred: Tensor, target: Any, data_batch: Any, index: int
    ) -> Tensor:
        """Return the value of an image, (); 0 for pooled metrics, which only collect images."""
        try:
            if not self.pooled:
                return self.measure_one(pred, target)
            dataset = sample.get('dataset')
            if dataset not in self._pools:
                self._pools[dataset] = copy.deepcopy(self.metric).to(pred.device)
            self._update(self._pools[dataset], pred, target)
        except (RuntimeError, ValueError) as error:
            image = f'{sample.get("path", "an image")} of data set {sample.get("dataset")}'
            raise ValueError(f'{self.name} of {image}: {" ".join(str(error).split())}') from error
        return pred.new_zeros(())

    def summarize(self, dataset: str | None, values: Sequence[float]) -> float:
        """Return the mean of the values, or the pooled value of the data set."""
        if not self.pooled:
            return super().summarize(dataset, values)
        try:
            with seeded(0):
                return _first(self._pools.pop(dataset).compute()).item()
        except (RuntimeError, ValueError) as error:
            raise ValueError(
                f'{self.name} of the {len(values)} images of data set {dataset}: '
                f'{" ".join(str(error).split())}'
            ) from error

    def _update(self, metric: Any, pred: Tensor, target: Any) -> None:
        image = self._prepare(pred)[None]
        with only_local(self.name):
            if self.one_by_one:
                metric.update(self._prepare(target)[None], real=True)
                metric.update(image, real=False)
            elif self.needs_target:
                metric.update(image, self._prepare(target)[None])
            else:
                metric.update(image)

    def _prepare(self, x: Tensor) -> Tensor:
        """Convert an image (C, H, W) in [0, 1] to the channels and range of the metric."""
        if self.color:
            x = x.expand(3, -1, -1)
        if self.values == 'bytes':
            return from_unit_range(x.double(), torch.uint8)
        x = (round_to_8_bit(x) if self.rounded else x).float()
        return 255 * x if self.values == 'levels' else x


def _first(value: Any) -> Tensor:
    """Return the value of a metric, (); the first one if it returns several."""
    return (value[0] if isinstance(value, (tuple, list)) else value).reshape(())
