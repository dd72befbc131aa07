"""Crops at corresponding positions in image and target."""

from __future__ import annotations

from typing import Any

import numpy as np

from mmrestore.datasets.transforms.base import Transform
from mmrestore.registry import TRANSFORMS


def crop(image: np.ndarray, top: int, left: int, height: int, width: int) -> np.ndarray:
    """Return a crop of an image (H, W, ...) as a view.

    Raises:
        ValueError: the crop extends beyond the image.

    Examples:
        >>> crop(np.arange(12).reshape(3, 4), 1, 2, 2, 2).tolist()
        [[6, 7], [10, 11]]
    """
    if min(top, left) < 0 or top + height > image.shape[0] or left + width > image.shape[1]:
        raise ValueError(
            f'a crop of {height}x{width} (height x width) at row {top}, column {left} extends '
            f'beyond the image of {image.shape[0]}x{image.shape[1]}'
        )
    return image[top : top + height, left : left + width]


class _PairedCrop(Transform):
    """Crop of ``img`` and of the corresponding region of ``gt``."""

    crops = True

    def __init__(self, size: int | tuple[int, int], *, scale: int = 1) -> None:
        height, width = (size, size) if isinstance(size, int) else size
        if height < 1 or width < 1:
            raise ValueError(f'the size of a patch must be positive, got {size}')
        if scale < 1:
            raise ValueError(f'scale must be at least 1, got {scale}')
        self.height, self.width, self.scale = height, width, scale
        self.minimum_size = height, width

    def apply(self, results: dict[str, Any], top: int, left: int) -> dict[str, Any]:
        """Crop at a given position of the input.

        Raises:
            ValueError: the image is smaller than the patch, or the target is not ``scale`` times
                the size of the input.
        """
        image, target = results['img'], results.get('gt')
        results = dict(results, img=crop(image, top, left, self.height, self.width))
        if target is not None:
            expected = (image.shape[0] * self.scale, image.shape[1] * self.scale)
            if target.shape[:2] != expected:
                raise ValueError(
                    f'expected a target of {expected} (height, width), {self.scale} times the '
                    f'input, got {target.shape[:2]} of {results.get("gt_path", "the sample")}: '
                    'correct `scale` of the crop'
                )
            place = (top, left, self.height, self.width)
            results['gt'] = crop(target, *(self.scale * value for value in place))
        return results


@TRANSFORMS.register_module()
class RandomCrop(_PairedCrop):
    """Crop a patch at a random position; all positions are equally likely.

    Args:
        size: height and width of the input patch in pixels, or one number for a square.
        scale: size of a target divided by that of its input; its patch is ``scale * size``.

    Raises:
        ValueError: a size or the scale is not positive, or an image is smaller than the patch.
    """

    def draw(self, image: np.ndarray, rng: np.random.Generator) -> tuple[int, int]:
        """Draw row and column of the top left corner of the patch."""
        height, width = image.shape[:2]
        if height < self.height or width < self.width:
            raise ValueError(
                f'an image of {height}x{width} (height x width) is smaller than the patch of '
                f'{self.height}x{self.width}: use smaller patches or remove the image'
            )
        top = rng.integers(height - self.height + 1)
        return int(top), int(rng.integers(width - self.width + 1))

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Draw a position and crop there."""
        return self.apply(results, *self.draw(results['img'], results['rng']))


@TRANSFORMS.register_module()
class CenterCrop(_PairedCrop):
    """Crop a patch at the center, for quick checks on large test images.

    If the margins cannot be equal, the top or left margin is one pixel smaller.

    Args:
        size: height and width of the input patch in pixels, or one number for a square.
        scale: size of a target divided by that of its input; its patch is ``scale * size``.

    Raises:
        ValueError: a size or the scale is not positive, or an image is smaller than the patch.
    """

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Crop at the center."""
        height, width = results['img'].shape[:2]
        return self.apply(results, (height - self.height) // 2, (width - self.width) // 2)
