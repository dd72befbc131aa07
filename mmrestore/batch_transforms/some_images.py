"""Random application of a batch transform to part of a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from mmrestore.models.batch_transform import BatchTransform, stated_by
from mmrestore.registry import BATCH_TRANSFORMS
from mmrestore.structures import DataSample


@BATCH_TRANSFORMS.register_module()
class SomeImages(BatchTransform):
    """Apply a batch transform to randomly drawn images of a batch.

    The transform must preserve the size of inputs and targets.

    Args:
        share: probability that an image is transformed.
        transform: the batch transform or its config.

    Raises:
        ValueError: ``share`` is outside [0, 1], or the transform changes sizes or hides pixels.

    Examples:
        >>> x = torch.full((1000, 1, 2, 2), 0.5)
        >>> half = SomeImages(0.5, transform=dict(type='GaussianNoise', sigma=10))
        >>> noisy, _ = half(x, DataSample(gt_img=x))
        >>> 450 < (noisy != x).any(dim=(1, 2, 3)).sum() < 550
        tensor(True)
    """

    def __init__(self, share: float, *, transform: Mapping[str, Any] | Callable[..., Any]) -> None:
        if not 0 <= share <= 1:
            raise ValueError(f'share: expected a probability in [0, 1], got {share!r}')
        built = transform if callable(transform) else BATCH_TRANSFORMS.build(transform)
        self.share, self.transform = share, stated_by(built)
        stated = self.transform
        if (
            stated.shrink_factor != 1
            or stated.target_scale not in (None, 1)
            or stated.makes_several_targets
            or stated.hides_pixels
            or stated.weights_loss
        ):
            raise ValueError(
                f'{type(built).__name__} changes sizes or sets the loss weight: it cannot be '
                'applied to only some images of a batch; list it directly in batch_transforms'
            )
        self.adds_noise, self.degrades_inputs = stated.adds_noise, stated.degrades_inputs
        self.needs_equal_sizes = stated.needs_equal_sizes

    def __call__(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        """Transform inputs (N, C, H, W) and targets (N, C, ...) of the drawn images."""
        chosen = torch.rand(len(inputs)) < self.share
        if not chosen.any():
            return inputs, data_samples
        places = chosen.nonzero().squeeze(1).to(inputs.device, non_blocking=True)
        some, target = data_samples.new(), data_samples.gt_img
        some.gt_img = target[places]
        new_inputs, some = self.transform(inputs[places], some)
        samples = data_samples.new()
        samples.gt_img = target.index_copy(0, places, some.gt_img)
        return inputs.index_copy(0, places, new_inputs), samples

    def prepare(self) -> None:
        """Prepare the wrapped transform; see ``BatchTransform.prepare``."""
        self.transform.prepare()
