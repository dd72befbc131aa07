"""The error of the mean brightness."""

from __future__ import annotations

import pytest
import torch

from mmrestore.evaluation import BrightnessError


def test_only_the_mean_counts():
    target = torch.full((2, 3, 4, 6), 0.4)
    pred = target.clone()
    pred[0, ..., :3] += 0.2
    pred[0, ..., 3:] -= 0.2
    pred[1] -= 0.1
    assert BrightnessError().measure(pred, target).tolist() == pytest.approx([0, 25.5], abs=1e-4)
    assert not BrightnessError.higher_is_better
