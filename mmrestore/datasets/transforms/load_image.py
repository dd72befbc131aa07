"""The first transform: from file to pixels."""

from __future__ import annotations

from typing import Any

from mmrestore.datasets.image_file import COLORS, read_image
from mmrestore.datasets.transforms.base import Transform
from mmrestore.registry import TRANSFORMS


@TRANSFORMS.register_module()
class LoadImage(Transform):
    """Load ``img`` from ``img_path``, and ``gt`` from ``gt_path`` of a pair.

    The arrays are (H, W, 3) RGB or (H, W, 1) gray, upright; uint8, uint16 or float32 in [0, 1].

    Args:
        color: ``'rgb'`` or ``'gray'``; see ``read_image`` for how one becomes the other.

    Raises:
        ValueError: ``color`` is neither of the two, or a file cannot be decoded (it is named).
    """

    cacheable = True  # the outcome is the same in every epoch

    def __init__(self, color: str = 'rgb') -> None:
        if color not in COLORS:
            raise ValueError(f'color must be one of {COLORS}, got {color!r}')
        self.color = color

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Add ``img`` and, of a pair, ``gt``."""
        results = dict(results, img=read_image(results['img_path'], color=self.color))
        if 'gt_path' in results:
            results['gt'] = read_image(results['gt_path'], color=self.color)
        return results
