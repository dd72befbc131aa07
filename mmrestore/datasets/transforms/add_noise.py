"""Any noise of training as the noise of a test, or drawn in the data workers."""

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
    """Degrade ``img`` by a batch transform, with draws that are the same in every test.

    The image in [0, 1] is a batch of one, float64, so that the halves of a noise with few values
    are rounded as a script in double precision rounds them. The clean image becomes ``gt`` unless
    there is one; a noise that changes the target, as that of a camera, replaces it.

    Args:
        noise: a batch transform or its config.
        seed: seed of PyTorch's generators for every image: images of one size get equal draws.
            None takes a seed from ``results['rng']``: draws that depend on the sample alone.
        by_name: whether the name of the file has a part in the seed: every image then has draws of
            its own, and the same in every epoch, as photographs with real noise have.
        keep_clean: whether the clean image becomes ``gt``; otherwise the sample has no ``gt``, as
            training from noisy images alone wants it.
        round: clip the result to [0, 1] and round it to 8 bit, halves up (uint8), as noisy test
            images are stored; otherwise it is float32 as it comes.

    Raises:
        KeyError: there is no such batch transform; the message names near ones.
        TypeError: the batch transform has no such argument, or ``noise`` is no batch transform.
        ValueError: the batch transform refuses a value, or ``by_name`` has no seed to change.

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
        # A batch transform of a plugin may not state it.
        self.adds_noise = getattr(self.noise, 'adds_noise', False)

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Draw the noise of one image."""
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
