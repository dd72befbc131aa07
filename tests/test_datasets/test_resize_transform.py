"""Resizing of single images."""

import numpy as np
import pytest
import torch

from mmrestore.datasets.transforms import BicubicDownsample, Resize
from mmrestore.functional import resize


@pytest.mark.parametrize('dtype', [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize('scale', [0.4, 1.7])
def test_the_numbers_are_those_of_resize(dtype, scale):
    image = np.random.default_rng(0).integers(0, 256, (9, 14, 3)).astype(dtype)
    expected = resize(torch.from_numpy(image.transpose(2, 0, 1)), scale=scale)
    resized = Resize(scale)({'img': image, 'img_path': 'a.png'})
    assert resized['img'].dtype == dtype and resized['img_path'] == 'a.png'
    assert (resized['img'].transpose(2, 0, 1) == expected.numpy()).all()
    assert resized['img'].shape == (np.ceil(9 * scale), np.ceil(14 * scale), 3)


def test_a_quarter_is_bicubic_downsampling():
    image = np.random.default_rng(0).integers(0, 256, (12, 8, 3)).astype(np.uint8)
    small = BicubicDownsample(4)({'img': image})['img']
    assert (Resize(0.25)({'img': image})['img'] == small).all()


def test_mistakes_are_named():
    with pytest.raises(ValueError, match='positive scale, got 0'):
        Resize(0)
    image = np.zeros((4, 4, 3), np.uint8)
    with pytest.raises(ValueError, match='has a target'):
        Resize(2)({'img': image, 'gt': image})
