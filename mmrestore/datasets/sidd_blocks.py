"""Published test blocks of SIDD, smartphone photographs with real noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from torch.utils.data import Dataset

from mmrestore.datasets.image_folder import build_pipeline
from mmrestore.datasets.noise_again import check_no_noise_again
from mmrestore.datasets.sample_key import SampleKey, as_sample_key, sample_rng
from mmrestore.datasets.transforms import LoadImage
from mmrestore.registry import DATASETS

SPLITS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        'validation': ('ValidationNoisyBlocksSrgb', 'ValidationGtBlocksSrgb'),
        'benchmark': ('BenchmarkNoisyBlocksSrgb',),
    }
)


def read_blocks(path: str | Path) -> np.ndarray:
    """Read blocks (scenes, blocks, H, W, 3), uint8 RGB, from a MATLAB file of SIDD.

    The variable has the name of the file. Only arrays of bytes are read, without executing content.

    Args:
        path: file of MATLAB version 5 to 7.

    Raises:
        ValueError: the file is missing, damaged or not a MATLAB file, or has no such blocks.
    """
    from scipy.io import loadmat, whosmat  # takes a second

    path = Path(path)
    if not path.is_file():
        raise ValueError(f'there is no file {path}: get it from the page of SIDD (docs/data.md)')
    key = path.stem
    try:
        found = {name: (shape, kind) for name, shape, kind in whosmat(path, appendmat=False)}
        shape, kind = found.get(key, ((), ''))
        if len(shape) == 5 and shape[-1] == 3 and kind == 'uint8':
            return loadmat(path, appendmat=False, variable_names=[key])[key]
    except Exception as error:  # for damaged files SciPy raises various exceptions
        raise ValueError(
            f'{path} is damaged or not a MATLAB file of version 5 to 7 ({error}): get it again '
            'from the page of SIDD (docs/data.md)'
        ) from error
    holds = ', '.join(f'{name} {size} {kind}' for name, (size, kind) in found.items())
    raise ValueError(
        f'expected the variable {key}, uint8 of shape (scenes, blocks, height, width, 3), in '
        f'{path}, got {holds or "no variable"}: get the file from the page of SIDD (docs/data.md)'
    )


def read_split(root: str | Path, split: str) -> list[np.ndarray]:
    """Read the noisy blocks of a split of SIDD and, for validation, the clean blocks.

    Args:
        root: folder of the files.
        split: ``'validation'`` or ``'benchmark'``.

    Raises:
        ValueError: the split is unknown, a file is invalid, or noisy and clean blocks differ in
            shape.
    """
    if split not in SPLITS:
        raise ValueError(f'split must be one of {tuple(SPLITS)}, got {split!r}')
    arrays = [read_blocks(Path(root, f'{name}.mat')) for name in SPLITS[split]]
    if len({array.shape for array in arrays}) > 1:
        noisy, clean = (array.shape for array in arrays)
        raise ValueError(
            f'noisy and clean blocks in {root} must have the same shape (scenes, blocks, height, '
            f'width, 3), got {noisy} and {clean}: get both files from the page of SIDD '
            '(docs/data.md)'
        )
    return arrays


@DATASETS.register_module()
class SIDDBlocks(Dataset):
    """Published sRGB blocks of SIDD: 40 scenes with 32 blocks of 256 x 256 pixels each.

    The files are read when the data set is built (0.5 to 4 s per file) and kept in memory: 252 MB
    for noisy and as much for clean blocks. Forked workers share them, spawned workers copy them. A
    sample starts with ``img`` and, for validation, ``gt``, (H, W, 3) uint8 RGB. ``img_path`` ends
    in ``SCENE_BLOCK``, both counted from 0. Blocks are ordered by scene.

    Args:
        root: folder of ``ValidationNoisyBlocksSrgb.mat`` and ``ValidationGtBlocksSrgb.mat``, or of
            ``BenchmarkNoisyBlocksSrgb.mat``.
        pipeline: transforms or their configs, in a list or by name; None skips a step.
        split: ``'validation'``, or ``'benchmark'``, which has no clean blocks.
        name: name of the data set in results; ``'sidd_validation'`` or ``'sidd_benchmark'`` if
            None.
        num_blocks: number of blocks to use, from the first; all if None.

    Raises:
        ValueError: the split is unknown, a file is missing or invalid, there are too few blocks, or
            the pipeline begins with LoadImage.
    """

    noisy_inputs = True

    def __init__(
        self,
        root: str | Path,
        *,
        pipeline: Sequence[Any] | Mapping[str, Any],
        split: str = 'validation',
        name: str | None = None,
        num_blocks: int | None = None,
    ) -> None:
        self.transforms = build_pipeline(pipeline)
        if any(isinstance(transform, LoadImage) for transform in self.transforms):
            raise ValueError('SIDDBlocks already loads images: remove LoadImage from its pipeline')
        self.name = name or f'sidd_{split}'
        check_no_noise_again(self, self.transforms)
        arrays = read_split(root, split)
        num_scenes, self.num_per_scene = arrays[0].shape[:2]
        most = num_scenes * self.num_per_scene
        self._num_blocks = most if num_blocks is None else num_blocks
        if not 1 <= self._num_blocks <= most:
            raise ValueError(f'num_blocks must be from 1 to {most}, got {num_blocks}')
        scenes = -(-self._num_blocks // self.num_per_scene)
        # A copy frees the memory of unused scenes.
        self._arrays = arrays if scenes == num_scenes else [a[:scenes].copy() for a in arrays]
        self._file = Path(root, f'{SPLITS[split][0]}.mat')

    @property
    def metainfo(self) -> dict[str, str]:
        """Metadata of the data set for MMEngine's metrics."""
        return {'name': self.name}

    def __len__(self) -> int:
        return self._num_blocks

    def path_of(self, index: int) -> str:
        """Return the virtual path of a block: its file and ``SCENE_BLOCK``."""
        scene, block = divmod(index, self.num_per_scene)
        return str(self._file / f'{scene:02d}_{block:02d}')

    def __getitem__(self, key: SampleKey | int) -> Any:
        """Return the packed sample of ``key``; random draws depend only on the key."""
        index = as_sample_key(key).index
        if not 0 <= index < len(self):
            raise IndexError(f'index {index} is out of range for {len(self)} blocks')
        scene, block = divmod(index, self.num_per_scene)
        images = [np.ascontiguousarray(array[scene, block]) for array in self._arrays]
        results: dict[str, Any] = {
            'img_path': self.path_of(index),
            'dataset': self.name,
            'rng': sample_rng(key),
            **dict(zip(('img', 'gt'), images, strict=False)),
        }
        for transform in self.transforms:
            results = transform(results)
        return results
