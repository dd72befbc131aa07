"""Low-resolution images for super-resolution tests."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from mmrestore.datasets.transforms.arrays import to_array, to_tensor
from mmrestore.datasets.transforms.base import Transform
from mmrestore.functional.resize import check_factor, resize
from mmrestore.functional.unit_range import to_unit_range
from mmrestore.registry import TRANSFORMS


@TRANSFORMS.register_module()
class BicubicDownsample(Transform):
    """Downscale ``img`` as MATLAB's ``imresize`` does; the high-resolution image becomes ``gt``.

    Sides that are not multiples of the scale are first cropped at the bottom and right, also in an
    existing ``gt``. Images of 8 or 16 bit keep their dtype and are rounded after each direction, as
    published low-resolution images are.

    Args:
        scale: downscaling factor of height and width.
        round: keep the dtype of 8- and 16-bit images; False returns float32 in about [0, 1],
            neither clipped nor rounded.
        keep_clean: True makes the high-resolution image ``gt``; False leaves the sample without
            ``gt``, for training on the low-resolution image itself.

    Raises:
        ValueError: ``scale`` is not a whole number of at least 2; in a call, if a side is shorter
            than ``scale``.

    Examples:
        >>> image = np.full((9, 14, 3), 7, np.uint8)
        >>> results = BicubicDownsample(4)({'img': image})
        >>> results['img'].shape, results['gt'].shape, results['img'].max()
        ((2, 3, 3), (8, 12, 3), np.uint8(7))
    """

    cacheable = True  # the result is identical in every epoch

    def __init__(self, scale: int = 4, *, round: bool = True, keep_clean: bool = True) -> None:
        check_factor(scale)
        self.scale, self.round, self.keep_clean = scale, round, keep_clean
        self.minimum_size = scale, scale

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Downscale one image."""
        large = self._cut(results['img'])
        tensor = to_tensor(large)
        if not self.round:
            tensor = to_unit_range(tensor, dtype=torch.float64)
        small = resize(tensor, scale=1 / self.scale)
        small = small.float() if small.dtype == torch.float64 else small
        results = dict(results, img=to_array(small))
        if self.keep_clean:
            results['gt'] = self._cut(results['gt']) if 'gt' in results else large
        else:
            results.pop('gt', None)
        return results

    def _cut(self, image: np.ndarray) -> np.ndarray:
        height, width = (side - side % self.scale for side in image.shape[:2])
        if not height or not width:
            raise ValueError(
                f'downscaling by {self.scale} needs an image of at least {self.scale} x '
                f'{self.scale} pixels, got {image.shape[0]} x {image.shape[1]}'
            )
        return image[:height, :width]
