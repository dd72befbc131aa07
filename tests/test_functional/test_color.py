"""Color spaces."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from skimage.color import rgb2ycbcr

from mmrestore.functional import rgb_to_y


def test_luma_against_scikit_image():
    x = torch.rand(2, 3, 5, 7, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    expected = rgb2ycbcr(x.numpy(), channel_axis=1)[:, :1] / 255
    np.testing.assert_allclose(rgb_to_y(x), expected, atol=1e-6)  # its coefficients have 3 decimals


def test_hand_computed_values():
    primaries = torch.eye(3).view(3, 3, 1, 1)
    luma = rgb_to_y(primaries) * 255
    torch.testing.assert_close(luma.flatten(), torch.tensor([81.481, 144.553, 40.966]))
    assert rgb_to_y(torch.zeros(3, 2, 1)).shape == (1, 2, 1)
    assert rgb_to_y(torch.zeros(3, 1, 1)).item() * 255 == pytest.approx(16)
    assert rgb_to_y(torch.ones(1, 3, 1, 1, dtype=torch.float16)).dtype == torch.float16


def test_other_images_are_refused():
    with pytest.raises(ValueError, match='RGB'):
        rgb_to_y(torch.zeros(1, 1, 4, 4))
    with pytest.raises(TypeError, match='floating-point'):
        rgb_to_y(torch.zeros(3, 4, 4, dtype=torch.uint8))
