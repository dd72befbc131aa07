"""Pixel downsampling of training batches."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from mmrestore.functional.pixel_downsample import check_stride, pixel_downsample, to_mosaic
from mmrestore.models.batch_transform import BatchTransform
from mmrestore.registry import BATCH_TRANSFORMS
from mmrestore.structures import DataSample


@BATCH_TRANSFORMS.register_module()
class PixelDownsample(BatchTransform):
    """Split inputs, targets and loss weights into sub-images of every s-th pixel.

    Source: Lee, Son and Lee, "AP-BSN: Self-supervised denoising for real-world images via
    asymmetric PD and blind-spot network", CVPR 2022 (a mosaic with a padding of 2); Liao et al.,
    "Asymmetric mask scheme for self-supervised real image denoising" (AMSNet), ECCV 2024, section
    3.2 (a batch); both train with a stride of 5.

    Args:
        stride: s. A batch of N images becomes a batch of N * s * s sub-images.
        mosaic: place the sub-images of an image side by side in one image instead. The loss weight
            is 0 at the padding between them.
        padding: width of the zero padding on all sides of each mosaic tile.

    Raises:
        ValueError: the stride is below 1 or the padding is negative; in a call, if the sides of the
            images are not multiples of the stride or differ from those of the targets.

    Examples:
        >>> x = torch.arange(16.0).view(1, 1, 4, 4)
        >>> y, sample = PixelDownsample(2)(x, DataSample(gt_img=-x))
        >>> y.shape, y[1].flatten(), sample.gt_img.equal(-y)
        (torch.Size([4, 1, 2, 2]), tensor([ 1.,  3.,  9., 11.]), True)
    """

    needs_equal_sizes = True
    makes_subimages = True

    def __init__(self, stride: int, *, mosaic: bool = False, padding: int = 2) -> None:
        check_stride(stride, padding)
        self.stride = stride
        self.mosaic = mosaic
        self.padding = padding
        self.weights_loss = mosaic and padding > 0

    def __call__(self, inputs: Tensor, data_samples: DataSample) -> tuple[Tensor, DataSample]:
        """Split inputs (N, C, H, W) and targets (N, C, H, W) or (N, K, C, H, W)."""
        target, weight = data_samples.gt_img, data_samples.get('weight')
        if target.shape[-2:] != inputs.shape[-2:]:
            raise ValueError(
                'pixel downsampling needs targets of the size of the inputs, '
                f'{tuple(inputs.shape[-2:])}, got {tuple(target.shape[-2:])}'
            )
        if weight is not None:
            weight = weight.expand(len(inputs), *weight.shape[1:-2], *inputs.shape[-2:])
        elif self.mosaic and self.padding:
            weight = torch.ones_like(inputs[:, :1])
        apart = partial(pixel_downsample, stride=self.stride)
        if self.mosaic:
            apart = partial(to_mosaic, stride=self.stride, padding=self.padding)
        result = apart(inputs)
        samples = data_samples.new()
        samples.gt_img = result if target is inputs else apart(target)
        if weight is not None:
            samples.weight = apart(weight)
        if not self.mosaic:
            repeats = range(self.stride**2)
            for key, values in samples.metainfo_items():
                samples.set_metainfo({key: [value for value in values for _ in repeats]})
        return result, samples
