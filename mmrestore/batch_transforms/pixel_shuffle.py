"""Intra-patch pixel shuffle."""

from __future__ import annotations

from torch import Tensor

from mmrestore.functional.permutation import permute_pixels, random_permutation
from mmrestore.models.batch_transform import BatchTransform
from mmrestore.registry import BATCH_TRANSFORMS
from mmrestore.structures import DataSample


@BATCH_TRANSFORMS.register_module()
class IntraPatchPixelShuffle(BatchTransform):
    """Shuffle the pixels of each image, its target and its loss weight by the same permutation.

    The network can then only learn a mapping from single pixels to single pixels. TRAPS trains this
    way in its first epochs.

    Source: "Haste makes waste: teaching image restoration to learn distributions from pixels to
    patterns", section 3.2 and algorithm 1.

    Args:
        per_channel: draw a permutation for each channel of each image, B * C permutations as in the
            paper; this also separates the colors of a pixel. False draws one permutation per image,
            which moves whole pixels.

    Examples:
        >>> import torch
        >>> x = torch.arange(12.0).view(1, 1, 3, 4)
        >>> y, sample = IntraPatchPixelShuffle()(x, DataSample(gt_img=x + 100))
        >>> sample.gt_img.equal(y + 100), y.flatten().sort().values.equal(x.flatten())
        (True, True)
    """

    needs_equal_sizes = True

    def __init__(self, *, per_channel: bool = True) -> None:
        self.per_channel = per_channel

    def __call__(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        """Shuffle inputs (N, C, H, W) and targets (N, C, H, W) or (N, K, C, H, W).

        Raises:
            ValueError: targets and inputs differ in size, as in super-resolution, where their
                pixels do not correspond.
        """
        num, channels, height, width = inputs.shape
        target = data_samples.get('gt_img')
        if target is not None and target.shape[-3:] != inputs.shape[-3:]:
            raise ValueError(
                'intra-patch pixel shuffle needs targets of the size of the inputs, '
                f'{(channels, height, width)}, got {tuple(target.shape[-3:])}: it is not defined '
                'for super-resolution; remove it from the batch transforms'
            )
        permutation = random_permutation(
            num, channels if self.per_channel else 1, height * width, device=inputs.device
        )
        shuffled = data_samples.new()
        if target is not None:
            shuffled.gt_img = permute_pixels(target, permutation)
        weight = data_samples.get('weight')
        if weight is not None:
            sides = (num, *weight.shape[1:-3], channels, height, width)
            shuffled.weight = permute_pixels(weight.expand(sides), permutation)
        return permute_pixels(inputs, permutation), shuffled
