"""Conversion between integer images and the unit range."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from mmrestore.functional import to_8_bit, to_unit_range


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64])
def test_round_trip(dtype):
    levels = torch.arange(256, dtype=torch.uint8).view(16, 16)
    unit = to_unit_range(levels, dtype=dtype)
    assert unit.dtype == dtype and to_8_bit(unit).equal(levels)
    expected = np.arange(256).reshape(16, 16) / np.float64(255)
    np.testing.assert_allclose(unit.numpy(), expected, rtol=0 if dtype == torch.float64 else 1e-7)


def test_depths():
    assert to_unit_range(torch.tensor([0, 65535], dtype=torch.uint16)).tolist() == [0, 1]
    assert to_unit_range(torch.tensor([0.5], dtype=torch.float16)).dtype == torch.float32
    with pytest.raises(TypeError, match='int64'):
        to_unit_range(torch.tensor([1]))


def test_rounding_to_the_nearest_halves_up():
    values = torch.tensor([-5, 0, 0.49, 0.5, 1.5, 2.5, 254.5, 255, 300], dtype=torch.float64)
    assert to_8_bit(values / 255).tolist() == [0, 0, 0, 1, 2, 3, 255, 255, 255]


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_white_stays_white_in_half_precision(dtype):
    assert to_8_bit(torch.tensor([0.0, 1.0, 2.0], dtype=dtype)).tolist() == [0, 255, 255]
