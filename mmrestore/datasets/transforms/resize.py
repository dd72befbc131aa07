"""Single images in another size."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from mmcv.transforms import BaseTransform

from mmrestore.functional.resize import resize
from mmrestore.registry import TRANSFORMS


@TRANSFORMS.register_module()
class Resize(BaseTransform):
    """Enlarge or shrink ``img`` with the numbers of MATLAB's ``imresize``.

    It is for single images: the clean pictures of an ``UnpairedDataset``, for example, which shall
    be as large and as soft as what a network restores. Images of 8 and 16 bit stay so.

    Args:
        scale: factor of both sides; a new side has ceil(scale * side) pixels.

    Raises:
        ValueError: ``scale`` is not positive; in a call, if the image has a target.

    Examples:
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
        image = torch.from_numpy(np.ascontiguousarray(results['img'].transpose(2, 0, 1)))
        resized = resize(image, scale=self.scale).numpy().transpose(1, 2, 0)
        return {**results, 'img': np.ascontiguousarray(resized)}
