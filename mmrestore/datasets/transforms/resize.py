"""Single images in another size."""

from __future__ import annotations

from typing import Any

from mmrestore.datasets.transforms.arrays import to_array, to_tensor
from mmrestore.datasets.transforms.base import Transform
from mmrestore.functional.resize import resize
from mmrestore.registry import TRANSFORMS


@TRANSFORMS.register_module()
class Resize(Transform):
    """Enlarge or shrink ``img`` with the numbers of MATLAB's ``imresize``.

    It is for single images: the clean pictures of an ``UnpairedDataset``, for example, which shall
    be as large and as soft as what a network restores. Images of 8 and 16 bit stay so.

    Args:
        scale: factor of both sides; a new side has ceil(scale * side) pixels.

    Raises:
        ValueError: ``scale`` is not positive; in a call, if the image has a target.

    Examples:
        >>> import numpy as np
        >>> Resize(1.5)({'img': np.full((4, 5, 3), 7, np.uint8)})['img'].shape
        (6, 8, 3)
    """

    cacheable = True  # the outcome is the same in every epoch

    def __init__(self, scale: float) -> None:
        if scale <= 0:
            raise ValueError(f'expected a positive scale, got {scale}')
        self.scale = scale

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Resize one image (H, W, C)."""
        if 'gt' in results:
            raise ValueError(
                'Resize is for single images, and this one has a target: leave Resize out'
            )
        resized = resize(to_tensor(results['img']), scale=self.scale)
        return {**results, 'img': to_array(resized)}
