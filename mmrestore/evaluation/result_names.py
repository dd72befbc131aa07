"""Names of evaluation results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mmrestore.evaluation.base import ImageMetric


def result_names(metrics: Sequence[Any], datasets: Sequence[str] | None) -> list[str] | None:
    """Return the result names of an evaluation, in the order of the metrics.

    Args:
        metrics: MMEngine metrics.
        datasets: names of the data sets; None if unknown.

    Returns:
        The names; None if they are unknown, because metrics of other packages name their results
        freely.
    """
    if datasets is None or not all(isinstance(metric, ImageMetric) for metric in metrics):
        return None
    return [
        f'{dataset}/{metric.name}' if dataset else metric.name
        for metric in metrics
        for dataset in datasets
        if metric.datasets is None or dataset in metric.datasets
    ]
