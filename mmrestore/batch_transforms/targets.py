"""Targets made of the noisy images themselves."""

from __future__ import annotations

from torch import Tensor

from mmrestore.functional.recharge import random_classes, recharge
from mmrestore.models.batch_transform import BatchTransform
from mmrestore.registry import BATCH_TRANSFORMS
from mmrestore.structures import DataSample


@BATCH_TRANSFORMS.register_module()
class NoisyTarget(BatchTransform):
    """Make the inputs, as they are at this place among the batch transforms, the targets.

    It is for images that a batch transform made noisy. Images of a folder without targets are their
    own targets anyway.

    Examples:
        >>> import torch
        >>> x = torch.rand(1, 3, 4, 5)
        >>> NoisyTarget()(x, DataSample(gt_img=torch.zeros_like(x)))[1].gt_img is x
        True
    """

    targets_from_inputs = True

    def __call__(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        """Replace the targets by the inputs (N, C, H, W)."""
        samples = data_samples.new()
        samples.gt_img = inputs
        return inputs, samples


@BATCH_TRANSFORMS.register_module()
class Recharge(BatchTransform):
    """Put the pixels of the inputs back into the K targets, each pixel into one of them.

    The pixels of every image are divided at random into K classes; target k gets the pixels of
    class k, in all channels.

    Source: Kim and Cho, "APR-RD: Complementary two steps for self-supervised real image denoising",
    AAAI 2025, equations 7 and 8.

    Args:
        balanced: classes of equal size, as in the paper. The released code draws the class of every
            pixel independently.

    Raises:
        ValueError: in a call, if an image does not have several targets of its size.

    Examples:
        >>> import torch
        >>> x = torch.ones(1, 3, 4, 6)
        >>> _, sample = Recharge()(x, DataSample(gt_img=torch.zeros(1, 6, 3, 4, 6)))
        >>> sample.gt_img.sum(dim=(0, 2, 3, 4))
        tensor([12., 12., 12., 12., 12., 12.])
    """

    needs_several_targets = True

    def __init__(self, *, balanced: bool = True) -> None:
        self.balanced = balanced

    def __call__(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        """Recharge targets (N, K, C, H, W) from inputs (N, C, H, W)."""
        targets = data_samples.gt_img
        if targets.ndim != 5:
            raise ValueError(
                'recharging needs several targets (N, K, C, H, W), got '
                f'{tuple(targets.shape)}: put TeacherTarget with several shifts before it'
            )
        num, num_targets, _, height, width = targets.shape
        classes = random_classes(
            num,
            height,
            width,
            num_classes=num_targets,
            balanced=self.balanced,
            device=inputs.device,
        )
        samples = data_samples.new()
        samples.gt_img = recharge(targets, inputs, classes)
        return inputs, samples
