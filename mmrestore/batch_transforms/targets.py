"""Targets made from the noisy images."""

from __future__ import annotations

from torch import Tensor

from mmrestore.functional.recharge import random_classes, recharge
from mmrestore.models.batch_transform import BatchTransform
from mmrestore.registry import BATCH_TRANSFORMS
from mmrestore.structures import DataSample


@BATCH_TRANSFORMS.register_module()
class NoisyTarget(BatchTransform):
    """Replace the targets by the current inputs.

    Use it after a batch transform that adds noise. Images from a folder without targets are already
    their own targets.

    Examples:
        >>> import torch
        >>> x = torch.rand(1, 3, 4, 5)
        >>> NoisyTarget()(x, DataSample(gt_img=torch.zeros_like(x)))[1].gt_img is x
        True
    """

    targets_from_inputs = True
    targets_are_inputs = True
    target_scale = 1

    def __call__(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        """Replace the targets by the inputs (N, C, H, W)."""
        samples = data_samples.new()
        samples.gt_img = inputs
        return inputs, samples


@BATCH_TRANSFORMS.register_module()
class Recharge(BatchTransform):
    """Put each input pixel back into one of the K targets.

    The pixels of each image are divided at random into K classes. Target k gets the input pixels of
    class k, in all channels.

    Source: Kim and Cho, "APR-RD: Complementary two steps for self-supervised real image denoising",
    AAAI 2025, equations 7 and 8.

    Args:
        balanced: use classes of equal size, as in the paper. False draws the class of each pixel
            independently, as the released code does.

    Raises:
        ValueError: in a call, if the images do not have several targets of their size.

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
                'Recharge needs several targets (N, K, C, H, W), got '
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
