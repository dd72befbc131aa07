"""Seeded application of batch transforms to single samples, for tests or in data workers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mmrestore.datasets.sample_key import image_rng
from mmrestore.datasets.transforms.arrays import to_array, to_tensor
from mmrestore.datasets.transforms.base import Transform
from mmrestore.functional.seeding import seeded
from mmrestore.functional.unit_range import to_8_bit, to_unit_range
from mmrestore.registry import BATCH_TRANSFORMS, TRANSFORMS
from mmrestore.structures import DataSample


@TRANSFORMS.register_module()
class AddNoise(Transform):
    """Degrade ``img`` by a batch transform with seeded draws, identical in every test.

    The image in [0, 1] is processed as a batch of one in float64, so that halves are rounded as in
    double-precision scripts. The clean image becomes ``gt``, unless ``gt`` exists; noises that
    change the target, such as camera noise, replace it.

    Args:
        noise: batch transform or its config.
        seed: seed of PyTorch's generators for each image: images of the same size get identical
            draws. None takes the seed from ``results['rng']``: draws depend only on the sample.
        by_name: include the file name in the seed: each image then has its own draws, identical in
            all epochs, as photographs with real noise do.
        keep_clean: True makes the clean image ``gt``; False leaves the sample without ``gt``, for
            training only from noisy images.
        round: clip the result to [0, 1] and round it to 8 bit, halves up (uint8), as noisy test
            images are stored; False returns float32 values unchanged.

    Raises:
        KeyError: the batch transform is unknown; the message suggests similar names.
        TypeError: an argument is unknown, or ``noise`` is not a batch transform.
        ValueError: the batch transform refuses a value, or ``by_name`` is set without a seed.

    Examples:
        >>> import mmrestore.batch_transforms
        >>> noise = AddNoise(dict(type='SaltAndPepperNoise', density=1.0))
        >>> noise({'img': np.full((1, 4, 1), 9, np.uint8)})['img'].flatten().tolist()
        [255, 255, 0, 255]
    """

    def __init__(
        self,
        noise: dict | Callable,
        *,
        seed: int | None = 0,
        by_name: bool = False,
        keep_clean: bool = True,
        round: bool = True,
    ) -> None:
        self.noise = BATCH_TRANSFORMS.build(noise) if isinstance(noise, dict) else noise
        if not callable(self.noise):
            raise TypeError(
                "expected a batch transform or its config, such as dict(type='SpeckleNoise', "
                f'variance=0.03), got {noise!r}'
            )
        if by_name and seed is None:
            raise ValueError('by_name=True needs a seed, got seed=None: give a number')
        self.seed, self.by_name, self.keep_clean, self.round = seed, by_name, keep_clean, round
        self.cacheable = seed is not None
        # Batch transforms of plugins may lack the attribute.
        self.adds_noise = getattr(self.noise, 'adds_noise', False)

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Degrade one image."""
        clean = results['img']
        inputs = _to_batch(clean)
        target = _to_batch(results['gt']) if 'gt' in results else inputs
        with seeded(self._seed(results)):
            noisy, sample = self.noise(inputs, DataSample(gt_img=target))
        if not self.keep_clean:
            others = {key: value for key, value in results.items() if key != 'gt'}
            return {**others, 'img': self._to_array(noisy)}
        is_same = sample.gt_img is target
        gt = results.get('gt', clean) if is_same else self._to_array(sample.gt_img)
        return {**results, 'img': self._to_array(noisy), 'gt': gt}

    def _seed(self, results: dict[str, Any]) -> int:
        if self.seed is None:
            return int(results['rng'].integers(2**63))
        if not self.by_name:
            return self.seed
        return int(image_rng(results['img_path'], self.seed).integers(2**63))

    def _to_array(self, batch: Tensor) -> np.ndarray:
        image = batch[0]
        return to_array(to_8_bit(image) if self.round else image.float())


def _to_batch(image: np.ndarray) -> Tensor:
    """Return an image (H, W, C) as (1, C, H, W), float64 in [0, 1]."""
    return to_unit_range(to_tensor(image), dtype=torch.float64)[None]
