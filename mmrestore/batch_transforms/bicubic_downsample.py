"""Small images of large ones: the classical degradation of super-resolution."""

from __future__ import annotations

from torch import Tensor

from mmrestore.functional.resize import check_factor, resize
from mmrestore.functional.unit_range import to_8_bit, to_unit_range
from mmrestore.models.batch_transform import BatchTransform
from mmrestore.registry import BATCH_TRANSFORMS
from mmrestore.structures import DataSample


@BATCH_TRANSFORMS.register_module()
class BicubicDownsample(BatchTransform):
    """Shrink the inputs with the numbers of MATLAB's ``imresize``; targets stay large.

    Of single images, which are their own targets, this makes pairs for a network that enlarges.
    What degrades the small image, such as noise, comes after it, what degrades the large one
    before it.

    Args:
        scale: factor by which height and width become smaller.
        round: clip the inputs to [0, 1] and round them to 8 bit before, between and after the two
            directions, as images are that MATLAB made of files of 8 bit and that were stored in
            files. Otherwise they stay as they come and may overshoot [0, 1].

    Raises:
        ValueError: ``scale`` is not a whole number of at least 2; in a call, if the sides of the
            images are no multiples of it or not those of the targets.

    Examples:
        >>> import torch
        >>> x = torch.full((1, 3, 8, 12), 0.5)
        >>> small, sample = BicubicDownsample(4)(x, DataSample(gt_img=x))
        >>> small.shape, sample.gt_img is x, (small * 255).unique()
        (torch.Size([1, 3, 2, 3]), True, tensor([128.]))
    """

    needs_equal_sizes = True

    def __init__(self, scale: int = 4, *, round: bool = True) -> None:
        check_factor(scale)
        self.scale, self.round = scale, round
        self.shrink_factor = scale

    def __call__(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        """Shrink inputs (N, C, H, W), floating point in [0, 1]."""
        sides, target = tuple(inputs.shape[-2:]), data_samples.get('gt_img')
        if target is not None and tuple(target.shape[-2:]) != sides:
            raise ValueError(
                f'expected inputs of the size of their targets, {tuple(target.shape[-2:])}, got '
                f'{sides}: they were made smaller already, in the pipeline or by the data set'
            )
        if any(side % self.scale for side in sides):
            raise ValueError(
                f'expected sides that are multiples of scale={self.scale}, got {sides}: change the '
                'size of the crop'
            )
        if not self.round:
            return resize(inputs, scale=1 / self.scale), data_samples
        small = resize(to_8_bit(inputs), scale=1 / self.scale)
        return to_unit_range(small, dtype=inputs.dtype), data_samples
