"""NIQE of a data set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from mmrestore.evaluation.base import ImageMetric
from mmrestore.functional.image_quality import round_to_8_bit
from mmrestore.registry import METRICS

PARAMETERS = 'niqe_modelparameters.mat'
PLACE = f'https://huggingface.co/chaofengc/IQA-PyTorch-Weights/resolve/main/{PARAMETERS}'
BLOCK = 96  # side of the blocks whose statistics are compared, in pixels


@METRICS.register_module()
class NIQE(ImageMetric):
    """Natural image quality evaluator, as the package ``pyiqa`` computes it; no target is needed.

    Lower is better. It is the distance between statistics of the luma in blocks of 96 x 96 pixels
    and those of undistorted photographs, whose mean and covariance come in a file. Images are
    clamped and rounded to 8 bit. Nothing is downloaded.

    Images with fewer than two blocks have no covariance: they are refused. Faces of 120 x 120
    pixels are too small.

    Source: Mittal, Soundararajan and Bovik, "Making a 'completely blind' image quality analyzer",
    IEEE SPL 20(3), 2013.

    Args:
        crop_border: pixels left out at each side.
        parameters: file with the mean ``mu_prisparam`` and the covariance ``cov_prisparam``; if
            absent, ``niqe_modelparameters.mat`` where ``pyiqa`` keeps its downloads.
        name: what results are called.
        of: ``prediction`` or ``input``.
        datasets: names of the data sets whose images are measured; those of all if absent.

    Raises:
        ValueError: ``crop_border`` is negative; in an evaluation, if an image is too small.
        RuntimeError: the package or the file is missing; the message says how to get it.
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
        self.evaluator, self.version = load_evaluator(parameters)

    @property
    def protocol(self) -> str:
        """What exactly is measured, in one line."""
        border = f'border of {self.crop_border} pixels' if self.crop_border else 'no border'
        return (
            f'NIQE (pyiqa {self.version}), luma, rounded to 8 bit, {border} cropped, mean over '
            'images'
        )

    def check_size(self, image: Tensor, name: str) -> None:
        """Check that an image (C, H, W) has two blocks; see ``ImageMetric.check_size``."""
        height, width = (side - 2 * self.crop_border for side in image.shape[-2:])
        if max(height, 0) // BLOCK * (max(width, 0) // BLOCK) < 2:
            raise ValueError(
                f'NIQE needs two blocks of {BLOCK} x {BLOCK} pixels, got {height} x {width} '
                f'without the border of {name}: state the data sets with larger images, `datasets`'
            )

    def measure_sample(self, pred: Tensor, target: Any, data_batch: Any, index: int) -> Tensor:
        """Return the value of an image (C, H, W) with one or three channels, ()."""
        border = self.crop_border
        height, width = (side - 2 * border for side in pred.shape[-2:])
        pred = round_to_8_bit(pred.float())[..., border : border + height, border : border + width]
        return self.evaluator(pred[None]).reshape(())


def load_evaluator(parameters: str | Path | None = None) -> tuple[Callable[[Tensor], Tensor], str]:
    """Return what maps images (1, C, H, W) to their NIQE, and the version of the package.

    Args:
        parameters: as of ``NIQE``.

    Raises:
        RuntimeError: the package or the file is missing; the message says how to get it.
    """
    file = Path(parameters or Path(torch.hub.get_dir()) / 'pyiqa' / PARAMETERS)
    try:
        import pyiqa
    except (ImportError, RuntimeError) as error:
        # A torchvision that does not fit the installed torch fails with a RuntimeError.
        raise RuntimeError(
            'NIQE needs the package pyiqa (its licence allows non-commercial use only): `pip '
            f'install pyiqa`. {error}'
        ) from error
    if not file.is_file():
        raise RuntimeError(
            f'NIQE needs the statistics of undistorted photographs, but there is no file {file}. '
            f'Put {PLACE} there, or name a copy by the argument `parameters`. To evaluate without '
            'NIQE, remove it from the metrics.'
        )
    try:
        metric = pyiqa.create_metric('niqe', device='cpu', pretrained_model_path=str(file))
    except (KeyError, ValueError, NotImplementedError, OSError) as error:
        raise RuntimeError(
            f'{file} holds no statistics mu_prisparam and cov_prisparam: get {PLACE} again. {error}'
        ) from error
    return lambda images: metric.to(images.device)(images), str(pyiqa.__version__)
