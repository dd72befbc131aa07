"""NIQE metric."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mmrestore.datasets.matlab_file import read_matlab
from mmrestore.evaluation.base import ImageMetric
from mmrestore.files import expand
from mmrestore.functional.niqe import BLOCK, NUM_FEATURES, niqe
from mmrestore.registry import METRICS

# Default files of the statistics in the torch.hub folder, and names of the arrays in the files.
PLACES = ('niqe/niqe_pris_params.npz', 'pyiqa/niqe_modelparameters.mat')
NAMES = {
    '.npz': ('mu_pris_param', 'cov_pris_param'),
    '.mat': ('mu_prisparam', 'cov_prisparam'),
}


@METRICS.register_module()
class NIQE(ImageMetric):
    """Natural image quality evaluator (NIQE), without targets.

    Lower is better. NIQE is the distance between luma statistics of 96 x 96 blocks and those of
    undistorted photographs; see ``functional.niqe``. Mean and covariance of the photographs are
    read from a file. Images are clamped and rounded to 8 bit. Nothing is downloaded.

    Images with fewer than two blocks are refused, because they have no covariance. Faces of
    120 x 120 pixels are too small.

    Source: Mittal, Soundararajan and Bovik, "Making a 'completely blind' image quality analyzer",
    IEEE SPL 20(3), 2013.

    Args:
        crop_border: number of pixels excluded at each side.
        parameters: file with mean and covariance, ``niqe_pris_params.npz`` of MMagic and BasicSR or
            MATLAB's ``niqe_modelparameters.mat``; if None, it is searched in the ``torch.hub``
            folder, see docs/metrics.md.
        name: name of the results.
        of: ``prediction`` or ``input``.
        datasets: names of the data sets to measure; all data sets if None.

    Raises:
        ValueError: ``crop_border`` is negative; in an evaluation, if an image is too small.
        RuntimeError: the file is missing or has other contents; the message states how to get it.
    """

    higher_is_better = False
    needs_target = False

    def __init__(
        self,
        *,
        crop_border: int = 0,
        parameters: str | Path | None = None,
        name: str | None = None,
        of: str = 'prediction',
        datasets: Sequence[str] | None = None,
    ) -> None:
        super().__init__(name=name, of=of, datasets=datasets)
        if crop_border < 0:
            raise ValueError(f'expected a border of at least 0 pixels, got {crop_border}')
        self.crop_border = crop_border
        self.mean, self.covariance = read_statistics(parameters)

    @property
    def protocol(self) -> str:
        """Evaluation protocol in one line."""
        border = f'border of {self.crop_border} pixels' if self.crop_border else 'no border'
        return f'NIQE, luma, rounded to 8 bit, {border} cropped, mean over images'

    def check_size(self, image: Tensor, name: str) -> None:
        """Check that an image (C, H, W) has at least two blocks; see ``ImageMetric.check_size``."""
        height, width = (side - 2 * self.crop_border for side in image.shape[-2:])
        if max(height, 0) // BLOCK * (max(width, 0) // BLOCK) < 2:
            raise ValueError(
                f'NIQE needs two blocks of {BLOCK} x {BLOCK} pixels, got {height} x {width} '
                f'without the border for {name}: set `datasets` to data sets with larger images'
            )

    def measure_sample(self, pred: Tensor, target: Any, data_batch: Any, index: int) -> Tensor:
        """Return the value of an image (C, H, W) with one or three channels, ()."""
        border = self.crop_border
        height, width = (side - 2 * border for side in pred.shape[-2:])
        inside = pred[..., border : border + height, border : border + width]
        return niqe(inside, self.mean, self.covariance)


def read_statistics(parameters: str | Path | None = None) -> tuple[Tensor, Tensor]:
    """Read mean (36,) and covariance (36, 36) of the NIQE features of photographs.

    Args:
        parameters: see ``NIQE``.

    Raises:
        RuntimeError: the file is missing or has other contents.
    """
    hub = Path(torch.hub.get_dir())
    places = [hub / place for place in PLACES] if parameters is None else [expand(parameters)]
    file = next((place for place in places if place.is_file()), None)
    if file is None:
        raise RuntimeError(
            'NIQE needs the statistics of undistorted photographs, but there is no file '
            f'{" or ".join(map(str, places))}. The package mmagic contains {Path(PLACES[0]).name} '
            '(docs/metrics.md has the commands); copy it there, or pass its path as `parameters`. '
            'To evaluate without NIQE, remove it from the metrics.'
        )
    names = NAMES['.npz' if file.suffix == '.npz' else '.mat']
    try:
        if file.suffix == '.npz':
            with np.load(file, allow_pickle=False) as arrays:
                mean, covariance = (np.asarray(arrays[name]) for name in names)
        else:
            mean, covariance = (read_matlab(file, name) for name in names)
        mean = np.asarray(mean, np.float64).reshape(NUM_FEATURES)
        covariance = np.asarray(covariance, np.float64).reshape(NUM_FEATURES, NUM_FEATURES)
    except Exception as error:  # for damaged files NumPy raises various exceptions
        raise RuntimeError(
            f'expected arrays {names[0]} of {NUM_FEATURES} values and {names[1]} of {NUM_FEATURES} '
            f'x {NUM_FEATURES} in {file}: get the file again (docs/metrics.md). {error}'
        ) from error
    return torch.from_numpy(mean), torch.from_numpy(covariance)
