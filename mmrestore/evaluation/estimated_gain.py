"""Reference-free denoising metrics that run the network on re-noised images."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from mmrestore.evaluation.base import ImageMetric
from mmrestore.functional.strength import FACTOR, gain_at_full_strength, witnesses_of
from mmrestore.functional.unit_range import to_unit_range
from mmrestore.functional.witnesses import Witnesses
from mmrestore.models.inference.reference import Reference
from mmrestore.registry import METRICS


class NetworkMetric(ImageMetric):
    """Metric that runs the network again on re-noised images.

    The probing noise is the residual of a reference network on the noisy input, with random signs.
    To compare several networks, use the same reference for all of them: a network that is not
    compared, or their common starting point.

    Attributes:
        network: function from images (N, C, H, W) in [0, 1] to predictions in [0, 1]. The hook
            ``MetricNetworkHook``, which is part of every run, sets it before an evaluation.

    Args:
        reference: ``backbone`` (config) and ``checkpoint`` of the reference network. None uses the
            measured network itself; texture that it removes then counts as noise.
        seed: seed of the random signs.
        name: name of the results.
        datasets: names of the data sets to measure; all data sets if None.
    """

    needs_target = False
    network: Callable[[Tensor], Tensor] | None = None

    def __init__(
        self,
        *,
        reference: Mapping[str, Any] | None = None,
        seed: int = 0,
        name: str | None = None,
        datasets: Sequence[str] | None = None,
    ) -> None:
        super().__init__(name=name, datasets=datasets)
        self.reference = None if reference is None else Reference(reference)
        self.seed = seed

    def value(self, found: Witnesses) -> float:
        """Return the value of an image."""
        raise NotImplementedError

    def measure_sample(self, pred: Tensor, target: Any, data_batch: Any, index: int) -> Tensor:
        """Return the value of an image, ()."""
        if self.network is None:
            raise ValueError(
                f'{self.name} needs the network, but none is set: use the metric in training or '
                'testing, or set its attribute `network`'
            )
        noisy = to_unit_range(data_batch['inputs'][index].to(pred.device))
        found = witnesses_of(
            noisy, self.network, restored=pred, reference=self.reference, seed=self.seed
        )
        return torch.tensor(self.value(found), device=pred.device, dtype=torch.float64)


@METRICS.register_module()
class BestStrength(NetworkMetric):
    """Estimate of the best strength w per image, where y + w (f(y) - y) is the restored image.

    A value below 1/2 estimates that the restored image is worse than the noisy one. The estimate is
    mostly too low. See :func:`mmrestore.functional.witnesses.weigh`; for arguments see
    ``NetworkMetric``.

    Examples:
        >>> noisy = 0.5 + 0.05 * torch.randn(3, 48, 48, generator=torch.manual_seed(0))
        >>> metric = BestStrength()
        >>> metric.network = lambda x: (x + 0.5) / 2
        >>> batch = dict(inputs=noisy[None])
        >>> metric.measure_sample(metric.network(noisy), None, batch, 0)  # true value: 2
        tensor(0.5000, dtype=torch.float64)
    """

    @property
    def protocol(self) -> str:
        """Evaluation protocol in one line."""
        return 'w_hat, estimated from noisy images by a second pass, mean over images'

    def value(self, found: Witnesses) -> float:
        """Return w_hat."""
        return found.pass_estimate


@METRICS.register_module()
class EstimatedGain(NetworkMetric):
    """Estimated denoising gain G = E (2 c w_hat - 1) / mean z^2.

    A network that changes nothing has 0; higher is better. The unit is the energy of the probing
    noise. Use it instead of ``RecorruptedGain`` to compare methods. See
    :func:`mmrestore.functional.strength.gain_at_full_strength`; for arguments see
    ``NetworkMetric``.

    Examples:
        >>> noisy = 0.5 + 0.05 * torch.randn(3, 48, 48, generator=torch.manual_seed(0))
        >>> metric = EstimatedGain()
        >>> metric.network = lambda x: (x + 0.5) / 2
        >>> batch = dict(inputs=noisy[None])
        >>> metric.measure_sample(metric.network(noisy), None, batch, 0)  # 2 * 1.5 * 0.5 - 1
        tensor(0.5000, dtype=torch.float64)
    """

    gain_over_input = True

    @property
    def protocol(self) -> str:
        """Evaluation protocol in one line."""
        return f'G with c = {FACTOR:g}, estimated from noisy images, mean over images'

    def value(self, found: Witnesses) -> float:
        """Return G."""
        return gain_at_full_strength(found)
