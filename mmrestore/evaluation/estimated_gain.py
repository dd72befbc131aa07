"""Measures of denoising that need no clean picture, but the network itself."""

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
    """A metric that runs the network, or ``reference``, again on images of its own.

    What the reference network takes away from the noisy input, with signs that change at random, is
    the noise by which the network is measured. To compare networks all must have one reference,
    which is none of them or the one that they started from.

    Attributes:
        network: images (N, C, H, W) in [0, 1] to restored ones in [0, 1], as they are predicted.
            The hook ``MetricNetworkHook``, which every run has, sets it before an evaluation.

    Args:
        reference: ``backbone`` (config) and ``checkpoint`` of the reference network; the network
            that is measured by default, whose own texture is then taken for noise.
        seed: of the signs.
        name: what results are called.
        datasets: names of the data sets whose images are measured; those of all if absent.
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
                f'{self.name} runs the network again and was not given one: use it in a training '
                'or a test, or set its attribute `network`'
            )
        noisy = to_unit_range(data_batch['inputs'][index].to(pred.device))
        found = witnesses_of(
            noisy, self.network, restored=pred, reference=self.reference, seed=self.seed
        )
        return torch.tensor(self.value(found), device=pred.device, dtype=torch.float64)


@METRICS.register_module()
class BestStrength(NetworkMetric):
    """Estimate w_hat of the strength at which each image is best restored, y + w (f(y) - y).

    Below 1/2 the restored image is worse than the noisy one, by this estimate, which is mostly too
    low. See :func:`mmrestore.functional.witnesses.weigh`; arguments are those of ``NetworkMetric``.

    Examples:
        >>> noisy = 0.5 + 0.05 * torch.randn(3, 48, 48, generator=torch.manual_seed(0))
        >>> metric = BestStrength()
        >>> metric.network = lambda x: (x + 0.5) / 2
        >>> batch = dict(inputs=noisy[None])
        >>> metric.measure_sample(metric.network(noisy), None, batch, 0)  # truly 2
        tensor(0.5000, dtype=torch.float64)
    """

    @property
    def protocol(self) -> str:
        """What exactly is measured, in one line."""
        return 'w_hat, estimated from noisy images by a second pass, mean over images'

    def value(self, found: Witnesses) -> float:
        """Return w_hat."""
        return found.pass_estimate


@METRICS.register_module()
class EstimatedGain(NetworkMetric):
    """Estimate G of what restoring is worth: E (2 c w_hat - 1) / mean z^2.

    0 for a network that changes nothing, more is better. It is in units of the energy of the noise
    by which it is measured. It takes the place of ``RecorruptedGain`` where methods are compared.
    See :func:`mmrestore.functional.strength.gain_at_full_strength`; arguments are those of
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
        """What exactly is measured, in one line."""
        return f'G with c = {FACTOR:g}, estimated from noisy images, mean over images'

    def value(self, found: Witnesses) -> float:
        """Return G."""
        return gain_at_full_strength(found)
