"""Colours in another order, as augmentation."""

from __future__ import annotations

import torch
from torch import Tensor

from mmrestore.batch_transforms import BatchTransform
from mmrestore.registry import BATCH_TRANSFORMS
from mmrestore.structures import DataSample


def reorder_channels(images: Tensor, order: Tensor) -> Tensor:
    """Return images (N, ..., C, H, W) with the channels of each in the order (N, C).

    Examples:
        >>> image = torch.tensor([0.1, 0.2, 0.3]).view(1, 3, 1, 1)
        >>> reorder_channels(image, torch.tensor([[2, 0, 1]])).flatten()
        tensor([0.3000, 0.1000, 0.2000])
    """
    num, channels = order.shape
    places = order.view(num, *[1] * (images.ndim - 4), channels, 1, 1)
    return images.take_along_dim(places, dim=-3)


@BATCH_TRANSFORMS.register_module()
class RandomChannelOrder(BatchTransform):
    """Put the channels of every image, and of its target alike, in a random order.

    Examples:
        >>> x = torch.rand(2, 3, 4, 5)
        >>> inputs, samples = RandomChannelOrder()(x, DataSample(gt_img=x))
        >>> samples.gt_img.equal(inputs), inputs.sum(1).allclose(x.sum(1))
        (True, True)
    """

    def __call__(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        """Reorder inputs (N, C, H, W), targets and, where it tells channels apart, the weight."""
        num, channels = inputs.shape[:2]
        order = torch.rand(num, channels, device=inputs.device).argsort(dim=1)
        reordered = data_samples.new()
        for name in ('gt_img', 'weight'):
            value = data_samples.get(name)
            if value is not None and value.shape[-3] == channels:
                value = value.expand(num, *value.shape[1:])
                reordered.set_field(reorder_channels(value, order), name)
        return reorder_channels(inputs, order), reordered
