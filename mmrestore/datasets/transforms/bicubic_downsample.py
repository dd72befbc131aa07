"""The small images of super-resolution tests."""

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
    """Make ``img`` small with the numbers of MATLAB's ``imresize``; the large image becomes ``gt``.

    Sides that are no multiples of the scale lose pixels at the bottom and at the right first, in a
    ``gt`` that is there already too. An image of 8 or 16 bit stays so, rounded after each
    direction, as the published small images are.

    Args:
        scale: factor by which height and width become smaller.
        round: whether images of 8 and 16 bit stay so; otherwise the result is float32 in about
            [0, 1], neither clipped nor rounded.
        keep_clean: whether the large image becomes ``gt``; otherwise the sample has no ``gt``, as
            training on the small image itself wants it.

    Raises:
        ValueError: ``scale`` is not a whole number of at least 2; in a call, if a side is shorter
            than it.

    Examples:
        >>> image = np.full((9, 14, 3), 7, np.uint8)
        >>> results = BicubicDownsample(4)({'img': image})
        >>> results['img'].shape, results['gt'].shape, results['img'].max()
        ((2, 3, 3), (8, 12, 3), np.uint8(7))
    """

    cacheable = True  # the outcome is the same in every epoch

    def __init__(self, scale: int = 4, *, round: bool = True, keep_clean: bool = True) -> None:
        check_factor(scale)
        self.scale, self.round, self.keep_clean = scale, round, keep_clean
        self.minimum_size = scale, scale

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Shrink one image."""
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
                f'expected an image of at least {self.scale} x {self.scale} pixels to shrink it by '
                f'{self.scale}, got {image.shape[0]} x {image.shape[1]}'
            )
        return image[:height, :width]
