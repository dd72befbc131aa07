"""The first transform of a pipeline, with decoded images on disk in place of image files."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np

from mmrestore.datasets.decoded_file import map_decoded
from mmrestore.datasets.image_file import read_image
from mmrestore.datasets.transforms.base import Transform


class LoadDecoded(Transform):
    """Load what ``LoadImage`` loads, from decoded images on disk where they are there and whole.

    Args:
        paths: the decoded images by their image files.
        color: in which other files are decoded.
    """

    cacheable = True

    def __init__(self, paths: Mapping[str, str], *, color: str) -> None:
        self.paths = dict(paths)
        self.color = color

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Add ``img`` and, of a pair, ``gt``, of which only what is looked at is read."""
        results = dict(results, img=self._load(results['img_path']))
        if 'gt_path' in results:
            results['gt'] = self._load(results['gt_path'])
        return results

    def _load(self, path: str) -> np.ndarray:
        if path in self.paths:
            # Removed or damaged since: the image file is decoded.
            with suppress(OSError, RuntimeError, ValueError):
                return map_decoded(self.paths[path])
        return read_image(path, color=self.color)
