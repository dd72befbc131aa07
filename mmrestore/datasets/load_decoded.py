"""Transform that loads decoded images from disk instead of image files."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np

from mmrestore.datasets.decoded_file import map_decoded
from mmrestore.datasets.image_file import read_image
from mmrestore.datasets.transforms.base import Transform


class LoadDecoded(Transform):
    """Replacement of ``LoadImage`` that reads decoded images from disk if they are available.

    Args:
        paths: files of decoded images by image file.
        color: color mode for decoding other files.
    """

    cacheable = True

    def __init__(self, paths: Mapping[str, str], *, color: str) -> None:
        self.paths = dict(paths)
        self.color = color

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Add ``img`` and, for pairs, ``gt``; only accessed pixels are read."""
        results = dict(results, img=self._load(results['img_path']))
        if 'gt_path' in results:
            results['gt'] = self._load(results['gt_path'])
        return results

    def _load(self, path: str) -> np.ndarray:
        if path in self.paths:
            # If the decoded image was removed or damaged, the image file is decoded.
            with suppress(OSError, RuntimeError, ValueError):
                return map_decoded(self.paths[path])
        return read_image(path, color=self.color)
