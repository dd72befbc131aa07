"""Boxes of the Darmstadt Noise Dataset (DND): real noise without public targets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from torch.utils.data import Dataset

from mmrestore.datasets.image_folder import build_pipeline
from mmrestore.datasets.matlab_file import read_matlab
from mmrestore.datasets.noise_again import check_no_noise_again
from mmrestore.datasets.sample_key import SampleKey, as_sample_key, sample_rng
from mmrestore.datasets.transforms import LoadImage
from mmrestore.registry import DATASETS

NUM_IMAGES, NUM_BOXES = 50, 20
SOURCE = 'https://noise.visinf.tu-darmstadt.de'


class Box(NamedTuple):
    """Image region: rows ``top`` to ``bottom`` and columns ``left`` to ``right``, ends excluded."""

    top: int
    left: int
    bottom: int
    right: int


def read_boxes(path: str | Path) -> list[list[Box]]:
    """Read the boxes of all images from ``info.mat``.

    In the field ``boundingboxes`` of the structure ``info``, a box is (first row, first column,
    last row, last column), counted from 1.

    Args:
        path: the file.

    Raises:
        ModuleNotFoundError: see ``read_matlab``.
        ValueError: the file is missing or damaged, or has no such boxes.
    """
    found = read_matlab(path, 'info', 'boundingboxes')
    arrays = [np.asarray(array) for array in found] if isinstance(found, list) else []
    if not arrays or any(a.ndim != 2 or a.shape[1] != 4 or a.min() < 1 for a in arrays):
        raise ValueError(
            f'expected info.boundingboxes in {path}, boxes of four numbers for each image: get the '
            f'file from {SOURCE}'
        )
    return [
        [Box(int(a) - 1, int(b) - 1, int(c), int(d)) for a, b, c, d in of_image]
        for of_image in arrays
    ]


@DATASETS.register_module()
class DNDBoxes(Dataset):
    """Boxes of the sRGB images of DND: 20 boxes of 512 x 512 pixels in each of 50 images.

    A sample starts with ``img``, (H, W, 3) float32 RGB in [0, 1]; there is no target. ``img_path``
    ends in ``IMAGE_BOX``, both counted from 1 with four and two digits, as on the server. Boxes are
    ordered by image; the last read image is kept in memory.

    Args:
        root: folder of ``info.mat`` and ``images_srgb/0001.mat`` to ``0050.mat``.
        pipeline: transforms or their configs, in a list or by name; None skips a step.
        name: name of the data set in results.
        num_images: number of images to use, from the first; all if None.
        cache: read the boxes once and keep them in memory, 3 MB per box, 3 GB in total.

    Raises:
        ModuleNotFoundError: h5py is not installed, and the files are of MATLAB 7.3, as published.
        ValueError: a file is missing or invalid, a box lies outside its image, there are too few
            images, or the pipeline begins with LoadImage.
    """

    noisy_inputs = True

    def __init__(
        self,
        root: str | Path,
        *,
        pipeline: Sequence[Any] | Mapping[str, Any],
        name: str = 'dnd',
        num_images: int | None = None,
        cache: bool = False,
    ) -> None:
        self.transforms = build_pipeline(pipeline)
        if any(isinstance(transform, LoadImage) for transform in self.transforms):
            raise ValueError('DNDBoxes already loads images: remove LoadImage from its pipeline')
        self.name = name
        check_no_noise_again(self, self.transforms)
        self.folder = Path(root, 'images_srgb')
        boxes = read_boxes(Path(root, 'info.mat'))
        if num_images is not None and not 1 <= num_images <= len(boxes):
            raise ValueError(f'num_images must be from 1 to {len(boxes)}, got {num_images}')
        boxes = boxes[:num_images]
        self.boxes = [(i, k, box) for i, of in enumerate(boxes) for k, box in enumerate(of)]
        missing = [file.name for i in range(len(boxes)) if not (file := self._file(i)).is_file()]
        if missing:
            raise ValueError(
                f'{len(missing)} images are missing in {self.folder}, for example {missing[0]}: '
                f'get them from {SOURCE}'
            )
        self._cached = [self._read(i) for i in range(len(self))] if cache else None

    @property
    def metainfo(self) -> dict[str, str]:
        """Metadata of the data set for MMEngine's metrics."""
        return {'name': self.name}

    def __len__(self) -> int:
        return len(self.boxes)

    def __getitem__(self, key: SampleKey | int) -> Any:
        """Return the packed sample of ``key``; random draws depend only on the key."""
        index = as_sample_key(key).index
        if not 0 <= index < len(self):
            raise IndexError(f'index {index} is out of range for {len(self)} boxes')
        image, box, _ = self.boxes[index]
        results: dict[str, Any] = {
            'img': self._read(index) if self._cached is None else self._cached[index],
            'img_path': str(self.folder / box_name(image, box)),
            'dataset': self.name,
            'rng': sample_rng(key),
        }
        for transform in self.transforms:
            results = transform(results)
        return results

    def _file(self, image: int) -> Path:
        return self.folder / f'{image + 1:04d}.mat'

    def _read(self, index: int) -> np.ndarray:
        image, _, (top, left, bottom, right) = self.boxes[index]
        whole = _read_image(self._file(image))
        if bottom > whole.shape[0] or right > whole.shape[1]:
            raise ValueError(
                f'a box of {self._file(image)} ends at row {bottom}, column {right}, outside the '
                f'image of {whole.shape[0]}x{whole.shape[1]} (height x width)'
            )
        return np.ascontiguousarray(whole[top:bottom, left:right])


def box_name(image: int, box: int) -> str:
    """Return the server's name of a box; the arguments are counted from 0.

    Examples:
        >>> box_name(0, 19)
        '0001_20'
    """
    return f'{image + 1:04d}_{box + 1:02d}'


@lru_cache(maxsize=1)
def _read_image(path: Path) -> np.ndarray:
    image = read_matlab(path, 'InoisySRGB')
    if not isinstance(image, np.ndarray) or image.ndim != 3 or image.shape[2] != 3:
        raise ValueError(f'expected InoisySRGB of shape (height, width, 3) in {path}')
    if image.dtype.kind != 'f':
        raise ValueError(f'expected floating-point values in {path}, got {image.dtype}')
    return image.astype(np.float32, copy=False)
