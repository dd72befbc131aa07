"""Metrics that are computed for each image and averaged over each data set."""

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

LEFT_OUT = '<left out>'  # stands for the data set of images that are not measured


class ImageMetric(BaseMetric):
    """Mean over the images of each data set; subclasses define ``measure`` and ``protocol``.

    Results are called ``<data set>/<name>``, or ``<name>`` for images of no named data set. Only
    the values of the images are gathered from other processes. After an evaluation the main process
    has them as ``image_values``.

    Args:
        name: what results are called; the name of the class if absent. Two metrics of one class in
            an evaluator need different names.
        of: ``prediction``, or ``input`` for the value that the degraded image itself has.
        datasets: names of the data sets whose images are measured; those of all if absent.

    Raises:
        ValueError: ``of`` is neither of them.
        TypeError: ``datasets`` is a single name.
    """

    higher_is_better = True
    gain_over_input = False  # whether a network that changes nothing has 0, and a better one more
    needs_target = True  # without, predictions are measured alone, and the target may be None
    pooled = False  # whether a data set has one value, and its images have none of their own
    minimum_side = 1  # pixels that height and width of an image must have
    default_prefix = ''  # no prefix; with None, MMEngine warns that there is none

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
        # Despite its name 'gpu' gathers through the process group, with gloo on a CPU too; 'cpu'
        # would gather through a folder that all machines must share.
        super().__init__(collect_device='gpu')
        self.name = name or type(self).__name__
        self.of = of
        self.datasets = datasets
        self.channels: set[int] = set()  # numbers of channels of the images that were measured
        self.image_values: list[ImageValue] = []  # of the last evaluation
        self.num_images: dict[str | None, int] = {}  # of each data set in it
        self.protocol_logged = False

    @property
    def protocol(self) -> str:
        """What exactly is measured, in one line; it may say so of the images measured before."""
        raise NotImplementedError

    def announcement(self) -> str:
        """Return one line with the name, what is measured on which data sets, and the protocol."""
        of = ', measured on the input' if self.of == 'input' else ''
        on = f' on {", ".join(self.datasets)}' if self.datasets is not None else ''
        return f'{self.name}{of}{on}: {self.protocol}'

    def summarize(self, dataset: str | None, values: Sequence[float]) -> float:
        """Return the value of a data set: the mean of the values of its images."""
        return sum(values) / len(values)

    def measure(self, pred: Tensor, target: Tensor) -> Tensor:
        """Return the value of each image, (N,), of predictions and targets (N, C, H, W)."""
        raise NotImplementedError

    def measure_one(self, pred: Tensor, target: Tensor) -> Tensor:
        """Return the value of one image, (), of a prediction and a target (C, H, W)."""
        return self.measure(pred[None], target[None]).squeeze(0)

    def measure_sample(self, pred: Tensor, target: Any, data_batch: Any, index: int) -> Tensor:
        """Return the value of image ``index`` of a batch, (); a subclass may look at its input."""
        return self.measure_one(pred, target)

    def measure_named(
        self, sample: dict, pred: Tensor, target: Any, data_batch: Any, index: int
    ) -> Tensor:
        """Return ``measure_sample``; a subclass may look at path and data set of the sample."""
        return self.measure_sample(pred, target, data_batch, index)

    @torch.no_grad()
    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Measure the images of a batch.

        Args:
            data_batch: the batch as it came from the workers; its ``inputs`` are measured with
                ``of='input'``.
            data_samples: dicts with ``pred_img`` and ``gt_img``, (C, H, W) in [0, 1], and where
                known ``path``, ``title`` and ``dataset``.

        Raises:
            ValueError: an image has no target, or one of another shape, and one is needed; or an
                image is too small.
        """
        for i, sample in enumerate(data_samples):
            pred, target = sample['pred_img'], sample.get('gt_img')
            if self.datasets is not None and sample.get('dataset') not in self.datasets:
                # Processes are asked for equally many results, whatever data sets they got.
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
            ValueError: a side is shorter than ``minimum_side``; the message has its name.
        """
        height, width = image.shape[-2:]
        if min(height, width) < self.minimum_side:
            raise ValueError(
                f'{self.name} needs images whose sides have at least {self.minimum_side} pixels, '
                f'got {height}x{width} (height x width) of {name}: give larger images, or leave '
                'the metric out'
            )

    def _check(self, sample: dict, pred: Tensor, target: Tensor | None) -> None:
        image = _image_name(sample)
        if target is None:
            raise ValueError(
                f'{self.name} compares with a target, but {image} has no gt_img: use a data '
                'set with targets, or leave out the evaluator to restore without measuring'
            )
        if target.shape != pred.shape:
            raise ValueError(
                f'{self.name} of {image}: the {self.of} has shape {tuple(pred.shape)}, the '
                f'target {tuple(target.shape)}'
            )

    def evaluate(self, size: int) -> dict[str, float]:
        """Gather the values of all processes and average them over each data set.

        Args:
            size: number of images; a sampler may have repeated some to give all processes equally
                many.
        """
        if self.results:  # one copy from the device for all images
            datasets, values, titles = zip(*self.results, strict=True)
            self.results[:] = zip(datasets, torch.stack(values).tolist(), titles, strict=True)
        return super().evaluate(size)

    def compute_metrics(self, results: list) -> dict[str, float]:
        """Summarize each data set; log the protocol the first time.

        Args:
            results: the name of the data set, the value and the title of each image.
        """
        if not self.protocol_logged:
            print_log(self.announcement(), logger='current')
            self.protocol_logged = True
        unseen = set(self.datasets or ()) - {dataset for dataset, _, _ in results}
        if unseen:
            print_log(
                f'{self.name} is of data sets that did not occur: {", ".join(sorted(unseen))}',
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
