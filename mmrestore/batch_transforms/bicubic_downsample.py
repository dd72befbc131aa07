"""Bicubic downscaling, the classical degradation of super-resolution."""

from __future__ import annotations

from torch import Tensor

from mmrestore.functional.resize import check_factor, resize
from mmrestore.functional.unit_range import to_8_bit, to_unit_range
from mmrestore.models.batch_transform import BatchTransform
from mmrestore.registry import BATCH_TRANSFORMS
from mmrestore.structures import DataSample


@BATCH_TRANSFORMS.register_module()
class BicubicDownsample(BatchTransform):
    """Downscale the inputs as MATLAB's ``imresize`` does; targets keep the high resolution.

    Single images, which are their own targets, become low-/high-resolution pairs for networks that
    upscale. Degradations of the low-resolution image, such as noise, come after this transform;
    degradations of the high-resolution image come before it.

    Args:
        scale: downscaling factor of height and width.
        round: clip the inputs to [0, 1] and round them to 8 bit before, between and after the two
            directions, as for 8-bit images that MATLAB downscales and stores. False leaves the
            values unrounded; they may overshoot [0, 1].

    Raises:
        ValueError: ``scale`` is not a whole number of at least 2; in a call, if the sides of the
            images are not multiples of ``scale`` or differ from those of the targets.

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
        """Downscale inputs (N, C, H, W), floating point in [0, 1]."""
        sides, target = tuple(inputs.shape[-2:]), data_samples.get('gt_img')
        if target is not None and tuple(target.shape[-2:]) != sides:
            raise ValueError(
                f'expected inputs of the size of their targets, {tuple(target.shape[-2:])}, got '
                f'{sides}: the data set or its pipeline has already downscaled them; remove one of '
                'the two'
            )
        if any(side % self.scale for side in sides):
            raise ValueError(
                f'expected sides that are multiples of scale={self.scale}, got {sides}: change the '
                'crop size'
            )
        if not self.round:
            return resize(inputs, scale=1 / self.scale), data_samples
        small = resize(to_8_bit(inputs), scale=1 / self.scale)
        return to_unit_range(small, dtype=inputs.dtype), data_samples
