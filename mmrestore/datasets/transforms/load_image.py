"""Loading of images, the first transform of a pipeline."""

from __future__ import annotations

from typing import Any

from mmrestore.datasets.image_file import COLORS, read_image
from mmrestore.datasets.transforms.base import Transform
from mmrestore.registry import TRANSFORMS


@TRANSFORMS.register_module()
class LoadImage(Transform):
    """Load ``img`` from ``img_path`` and, for pairs, ``gt`` from ``gt_path``.

    The arrays are (H, W, 3) RGB or (H, W, 1) gray with the orientation applied; uint8, uint16, or
    float32 in [0, 1].

    Args:
        color: ``'rgb'`` or ``'gray'``; for the conversion see ``read_image``.

    Raises:
        ValueError: ``color`` is unknown, or a file cannot be decoded; the message names the file.
    """

    cacheable = True  # the result is identical in every epoch

    def __init__(self, color: str = 'rgb') -> None:
        if color not in COLORS:
            raise ValueError(f'color must be one of {COLORS}, got {color!r}')
        self.color = color

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Add ``img`` and, for pairs, ``gt``."""
        results = dict(results, img=read_image(results['img_path'], color=self.color))
        if 'gt_path' in results:
            results['gt'] = read_image(results['gt_path'], color=self.color)
        return results
