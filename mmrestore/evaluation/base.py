"""Base class of metrics that are computed per image and averaged over each data set."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import torch
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log
from torch import Tensor

from mmrestore.evaluation.image_values import ImageValue, image_title, with_distinct_names
from mmrestore.functional.unit_range import to_unit_range

LEFT_OUT = '<left out>'  # data-set name of images that are not measured


class ImageMetric(BaseMetric):
    """Mean over the images of each data set; subclasses define ``measure`` and ``protocol``.

    Results are named ``<data set>/<name>``, or ``<name>`` for images without a named data set. Only
    image values are gathered from other processes. After an evaluation, the main process has them
    as ``image_values``.

    Args:
        name: name of the results; the class name if None. Two metrics of the same class in an
            evaluator need different names.
        of: ``prediction``, or ``input`` to measure the degraded image itself.
        datasets: names of the data sets to measure; all data sets if None.

    Raises:
        ValueError: ``of`` is unknown.
        TypeError: ``datasets`` is a single name.
    """

    higher_is_better = True
    gain_over_input = False  # True if the identity scores 0 and better networks score more
    needs_target = True  # False if only predictions are measured and the target may be None
    pooled = False  # True if a data set has one value and single images have none
    minimum_side = 1  # minimum height and width of an image in pixels
    default_prefix = ''  # no prefix; None would cause a warning of MMEngine

    def __init__(
        self,
        *,
        name: str | None = None,
        of: str = 'prediction',
        datasets: Sequence[str] | None = None,
    ) -> None:
        if of not in ('prediction', 'input'):
            raise ValueError(f"expected of='prediction' or of='input', got {of!r}")
        if isinstance(datasets, str):
            raise TypeError(f'datasets is a list of names, got {datasets!r}')
        # Despite its name, 'gpu' gathers through the process group, on a CPU with gloo; 'cpu' would
        # gather through a folder shared by all machines.
        super().__init__(collect_device='gpu')
        self.name = name or type(self).__name__
        self.of = of
        self.datasets = datasets
        self.channels: set[int] = set()  # numbers of channels of measured images
        self.image_values: list[ImageValue] = []  # of the last evaluation
        self.num_images: dict[str | None, int] = {}  # by data set, of the last evaluation
        self.protocol_logged = False

    @property
    def protocol(self) -> str:
        """Evaluation protocol in one line; it may depend on the images measured so far."""
        raise NotImplementedError

    def announcement(self) -> str:
        """Return one line with name, measured images, data sets and protocol."""
        of = ', measured on the input' if self.of == 'input' else ''
        on = f' on {", ".join(self.datasets)}' if self.datasets is not None else ''
        return f'{self.name}{of}{on}: {self.protocol}'

    def summarize(self, dataset: str | None, values: Sequence[float]) -> float:
        """Return the value of a data set, the mean of its image values."""
        return sum(values) / len(values)

    def measure(self, pred: Tensor, target: Tensor) -> Tensor:
        """Return the value of each image, (N,), for predictions and targets (N, C, H, W)."""
        raise NotImplementedError

    def measure_one(self, pred: Tensor, target: Tensor) -> Tensor:
        """Return the value of one image, (), for a prediction and a target (C, H, W)."""
        return self.measure(pred[None], target[None]).squeeze(0)

    def measure_sample(self, pred: Tensor, target: Any, data_batch: Any, index: int) -> Tensor:
        """Return the value of image ``index`` of a batch, (); a subclass may use its input."""
        return self.measure_one(pred, target)

    def measure_named(
        self, sample: dict, pred: Tensor, target: Any, data_batch: Any, index: int
    ) -> Tensor:
        """Return ``measure_sample``; a subclass may use path and data set of the sample."""
        return self.measure_sample(pred, target, data_batch, index)

    @torch.no_grad()
    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Measure the images of a batch.

        Args:
            data_batch: batch from the data workers; ``of='input'`` measures its ``inputs``.
            data_samples: dicts with ``pred_img`` and ``gt_img``, (C, H, W) in [0, 1], and if known
                ``path``, ``title`` and ``dataset``.

        Raises:
            ValueError: a required target is missing or has another shape, or an image is too small.
        """
        for i, sample in enumerate(data_samples):
            pred, target = sample['pred_img'], sample.get('gt_img')
            if self.datasets is not None and sample.get('dataset') not in self.datasets:
                # All processes must return equally many results, whatever their data sets.
                self.results.append((LEFT_OUT, pred.new_zeros(()), ''))
                continue
            if self.of == 'input':
                pred = to_unit_range(data_batch['inputs'][i].to(pred.device))
            if self.needs_target:
                self._check(sample, pred, target)
            self.check_size(pred, _image_name(sample))
            self.channels.add(pred.shape[0])
            if target is not None:
                target = target.to(pred.device)
            value = self.measure_named(sample, pred, target, data_batch, i)
            self.results.append((sample.get('dataset'), value, image_title(sample)))

    def check_size(self, image: Tensor, name: str) -> None:
        """Check that an image (C, H, W) is large enough.

        Raises:
            ValueError: a side is shorter than ``minimum_side``; the message names the image.
        """
        height, width = image.shape[-2:]
        if min(height, width) < self.minimum_side:
            raise ValueError(
                f'{self.name} needs images whose sides have at least {self.minimum_side} pixels, '
                f'got {height}x{width} (height x width) for {name}: use larger images, or remove '
                'the metric'
            )

    def _check(self, sample: dict, pred: Tensor, target: Tensor | None) -> None:
        image = _image_name(sample)
        if target is None:
            raise ValueError(
                f'{self.name} needs a target, but {image} has no gt_img: use a data set with '
                'targets, or remove the evaluator to restore without measuring'
            )
        if target.shape != pred.shape:
            raise ValueError(
                f'{self.name} of {image}: expected the {self.of} in the shape of the target, '
                f'{tuple(target.shape)}, got {tuple(pred.shape)}'
            )

    def evaluate(self, size: int) -> dict[str, float]:
        """Gather the values of all processes and average them over each data set.

        Args:
            size: number of images; a sampler may have repeated some so that all processes have
                equally many.
        """
        if self.results:  # one copy from the device for all images
            datasets, values, titles = zip(*self.results, strict=True)
            self.results[:] = zip(datasets, torch.stack(values).tolist(), titles, strict=True)
        return super().evaluate(size)

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Summarize each data set; log the protocol the first time.

        Args:
            results: (data-set name, value, title) of each image.
        """
        if not self.protocol_logged:
            print_log(self.announcement(), logger='current')
            self.protocol_logged = True
        unseen = set(self.datasets or ()) - {dataset for dataset, _, _ in results}
        if unseen:
            print_log(
                f'{self.name} names data sets that were not evaluated: {", ".join(sorted(unseen))}',
                logger='current',
                level=logging.WARNING,
            )
        measured = [ImageValue(d, title, value) for d, value, title in results if d != LEFT_OUT]
        groups: dict[str | None, list[float]] = {}
        for dataset, _, value in measured:
            groups.setdefault(dataset, []).append(value)
        self.num_images = {dataset: len(values) for dataset, values in groups.items()}
        self.image_values = [] if self.pooled else with_distinct_names(measured)
        return {
            f'{dataset}/{self.name}' if dataset else self.name: self.summarize(dataset, values)
            for dataset, values in groups.items()
        }


def _image_name(sample: dict) -> str:
    return f'{sample.get("path", "an image")} of data set {sample.get("dataset")}'
