"""Restoration quality against blind-spot size, for networks with a tunable blind spot."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, cast

import torch
from mmengine.model import BaseModel
from torch import nn
from torch.utils.data import DataLoader, Dataset

from mmrestore.analysis.figures import Line
from mmrestore.datasets.collate import collate
from mmrestore.evaluation import ImageMetric
from mmrestore.models.backbones.base import facts
from mmrestore.models.inference.base import decorated


class Row(NamedTuple):
    """The mean values of a model at a shift over the images of a data set."""

    model: str
    dataset: str
    shift: int
    images: int
    values: dict[str, float]

    @property
    def blind_spot(self) -> int:
        """Side of the hole in pixels, 2 shift - 1, or 0 of a network that sees its own pixel."""
        return max(2 * self.shift - 1, 0)


@contextmanager
def shifted(restorer: nn.Module, shift: int) -> Iterator[None]:
    """Let a restorer predict with another blind spot, and with its own again at the end.

    Raises:
        ValueError: its network has none that can be set.
    """
    predictor = decorated(cast(Any, restorer).predictor)
    network = predictor.backbone
    if not facts(network).tunable_blind_spot:
        raise ValueError(
            f'{type(network).__name__} has no blind spot that can be set: expected a network that '
            'states `tunable_blind_spot`, such as ATBSN'
        )
    setter = predictor.blind_spot or network
    before = setter.shift
    setter.shift = shift
    try:
        yield
    finally:
        setter.shift = before


@torch.inference_mode()
def measure_shifts(
    restorers: Mapping[str, nn.Module],
    dataset: Dataset,
    metrics: Sequence[ImageMetric],
    shifts: Sequence[int],
    *,
    limit: int | None = None,
    num_workers: int = 0,
    progress: Callable[[], None] = lambda: None,
) -> list[Row]:
    """Restore every image with every shift of every model, and average the metrics.

    Args:
        restorers: made by ``init_restorer``, by name; their networks have a ``multi_shift``.
        dataset: pairs, of several sizes and data sets.
        metrics: what is measured, on the device of the restorer.
        shifts: the shifts.
        limit: number of images, the first ones; all by default.
        num_workers: processes that load images.
        progress: called after every image.

    Raises:
        ValueError: a network has no shift, or an image has no target.
    """
    loader = DataLoader(dataset, batch_size=1, num_workers=num_workers, collate_fn=collate)
    values: dict[tuple[str, str, int], dict[str, list[float]]] = {}
    for batch in itertools.islice(loader, limit):
        for (name, restorer), shift in itertools.product(restorers.items(), shifts):
            with shifted(restorer, shift):
                (sample,) = cast(BaseModel, restorer).test_step(batch)
            if 'gt_img' not in sample:
                raise ValueError(f'{sample.path} has no target to compare with')
            lists = values.setdefault((name, sample.dataset, shift), {m.name: [] for m in metrics})
            for metric in metrics:
                value = metric.measure_one(sample.pred_img, sample.gt_img)
                lists[metric.name].append(value.item())
        progress()
    rows = []
    for place, lists in values.items():
        means = {metric: statistics.fmean(found) for metric, found in lists.items()}
        rows.append(Row(*place, len(lists[metrics[0].name]), means))
    return rows


def panels_of(rows: Sequence[Row]) -> dict[str, list[Line]]:
    """Return the lines of every data set and metric, one for each model."""
    panels: dict[str, list[Line]] = {}
    for dataset in dict.fromkeys(row.dataset for row in rows):
        for metric in rows[0].values:
            for model in dict.fromkeys(row.model for row in rows):
                chosen = [r for r in rows if (r.model, r.dataset) == (model, dataset)]
                shifts, values = zip(*[(r.shift, r.values[metric]) for r in chosen], strict=True)
                panels.setdefault(f'{dataset}, {metric}', []).append(Line(model, shifts, values))
    return panels
