"""Random flips and rotations by multiples of 90 degrees."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from mmrestore.datasets.transforms.base import Transform
from mmrestore.functional.dihedral import dihedral
from mmrestore.registry import TRANSFORMS


@TRANSFORMS.register_module()
class RandomDihedral(Transform):
    """Apply one of the eight symmetries of the square, equally likely, to ``img`` and ``gt``.

    Args:
        quarter_turns: False uses only the four symmetries without transposition: horizontal and
            vertical flips, each with probability 1/2.
    """

    def __init__(self, *, quarter_turns: bool = True) -> None:
        self.quarter_turns = quarter_turns

    def draw(self, rng: np.random.Generator) -> int:
        """Draw the number of the symmetry, see ``mmrestore.functional.dihedral``."""
        return int(rng.integers(8 if self.quarter_turns else 4))

    def apply(self, results: dict[str, Any], k: int) -> dict[str, Any]:
        """Apply symmetry ``k``; the arrays may be views."""
        turned = {
            key: dihedral(torch.from_numpy(results[key]), k, (0, 1)).numpy()
            for key in ('img', 'gt')
            if key in results
        }
        return dict(results, **turned)

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Draw a symmetry and apply it."""
        return self.apply(results, self.draw(results['rng']))
