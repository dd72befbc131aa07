"""Resizing of single images."""

from __future__ import annotations

from typing import Any

from mmrestore.datasets.transforms.arrays import to_array, to_tensor
from mmrestore.datasets.transforms.base import Transform
from mmrestore.functional.resize import resize
from mmrestore.registry import TRANSFORMS


@TRANSFORMS.register_module()
class Resize(Transform):
    """Upscale or downscale ``img`` as MATLAB's ``imresize`` does.

    It is for single images, for example the clean images of an ``UnpairedDataset``, to match size
    and sharpness of restored images. Images of 8 and 16 bit keep their dtype.

    Args:
        scale: factor of both sides; a new side has ceil(scale * side) pixels.

    Raises:
        ValueError: ``scale`` is not positive; in a call, if the image has a target.

    Examples:
        >>> import numpy as np
        >>> Resize(1.5)({'img': np.full((4, 5, 3), 7, np.uint8)})['img'].shape
        (6, 8, 3)
    """

    cacheable = True  # the result is identical in every epoch

    def __init__(self, scale: float) -> None:
        if scale <= 0:
            raise ValueError(f'expected a positive scale, got {scale}')
        self.scale = scale

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Resize one image (H, W, C)."""
        if 'gt' in results:
            raise ValueError(
                'Resize needs single images, but this sample has a target: remove Resize'
            )
        resized = resize(to_tensor(results['img']), scale=self.scale)
        return {**results, 'img': to_array(resized)}
