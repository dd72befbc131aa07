"""Gaussian blur as a degradation."""

from __future__ import annotations

from torch import Tensor

from mmrestore.functional import noise_level
from mmrestore.functional.blur import gaussian_blur
from mmrestore.models.batch_transform import BatchTransform
from mmrestore.registry import BATCH_TRANSFORMS
from mmrestore.structures import DataSample

STD = noise_level.NoiseLevel('a standard deviation in pixels from 0 to 32', most=32)


@BATCH_TRANSFORMS.register_module()
class GaussianBlur(BatchTransform):
    """Blur the inputs with a Gaussian kernel; targets are unchanged.

    Args:
        std: standard deviation in input pixels, or a pair (low, high) from which it is drawn
            uniformly for each image.

    Raises:
        ValueError: ``std`` is negative or above 32, or not one number or an ordered pair.

    Examples:
        >>> import torch
        >>> x = torch.rand(2, 3, 8, 9)
        >>> blurred, sample = GaussianBlur(1.5)(x, DataSample(gt_img=x))
        >>> bool(blurred.std() < x.std()), sample.gt_img is x
        (True, True)
    """

    degrades_inputs = True

    def __init__(self, std: float | tuple[float, float]) -> None:
        self.low, self.high = STD.pair(std)

    def __call__(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        """Blur inputs (N, C, H, W), floating point."""
        std = STD.draw(self.low, self.high, inputs)
        return gaussian_blur(inputs, std, widest=self.high), data_samples
