"""Give metrics that run the network again access to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from mmrestore.engine.hooks.base import Hook
from mmrestore.evaluation.estimated_gain import NetworkMetric
from mmrestore.models.restorers.restorer import Restorer
from mmrestore.registry import HOOKS

if TYPE_CHECKING:
    from mmrestore.engine.runner import Runner


@HOOKS.register_module()
class MetricNetworkHook(Hook):
    """Give the network to metrics that run it again; every run has this hook.

    Raises:
        TypeError: before an evaluation, if such a metric measures a model that is no ``Restorer``.
    """

    def before_val_epoch(self, runner: Runner) -> None:
        """Give it to the metrics of the validation."""
        _give(runner.network, runner.val_loop.evaluator.metrics)

    def before_test_epoch(self, runner: Runner) -> None:
        """Give it to the metrics of the test."""
        _give(runner.network, runner.test_loop.evaluator.metrics)


def _give(model: Any, metrics: Iterable[Any]) -> None:
    needing = [metric for metric in metrics if isinstance(metric, NetworkMetric)]
    if not needing:
        return
    if not isinstance(model, Restorer):
        raise TypeError(
            f'{needing[0].name} measures a Restorer, got {type(model).__name__}: leave it out'
        )

    def predict(x: Tensor) -> Tensor:
        batch = model.predict(x)
        return torch.stack([sample.pred_img for sample in batch])

    for metric in needing:
        metric.network = predict
