"""BM3D in the place of a network."""

import sys

import numpy as np
import pytest
import torch
from mmengine.registry import init_default_scope
from skimage import data

from mmrestore.functional import psnr
from mmrestore.models.bm3d import BM3D, estimate_sigma
from mmrestore.models.restorers import Restorer


def noisy_pair(sigma, size=64):
    clean = torch.from_numpy(data.astronaut()[100 : 100 + size, 180 : 181 + size].copy())
    clean = clean.permute(2, 0, 1)[None] / 255
    generator = torch.Generator().manual_seed(0)
    return clean + sigma / 255 * torch.randn(clean.shape, generator=generator), clean


def test_it_removes_white_noise():
    pytest.importorskip('bm3d')
    init_default_scope('mmrestore')
    noisy, clean = noisy_pair(25, size=40)
    restorer = Restorer(dict(type='BM3D'), losses={})
    assert not list(restorer.parameters())
    (sample,) = restorer(noisy, mode='predict')
    restored = sample.pred_img[None]
    assert restored.shape == noisy.shape and restored.dtype == torch.float32
    gain = psnr(restored, clean) - psnr(noisy, clean)
    assert gain.item() > 3


def test_gray_images_and_images_without_noise():
    pytest.importorskip('bm3d')
    noisy, clean = noisy_pair(25, size=40)
    gray = BM3D(25, in_channels=1)(noisy[:, :1])
    assert psnr(gray, clean[:, :1]).item() > psnr(noisy[:, :1], clean[:, :1]).item() + 3
    flat = torch.full((2, 3, 8, 9), 0.5)
    torch.testing.assert_close(BM3D()(flat), flat)


@pytest.mark.parametrize('sigma', [10, 30])
def test_the_level_of_white_noise_is_found(sigma):
    noisy, _ = noisy_pair(sigma, size=200)
    found = estimate_sigma(noisy[0].permute(1, 2, 0).numpy()) * 255
    assert found == pytest.approx(sigma, rel=0.08, abs=0.6)
    with pytest.raises(ValueError, match='at least 2 x 2'):
        estimate_sigma(np.zeros((1, 5, 3)))


def test_wrong_options_and_a_missing_package(monkeypatch):
    for options, message in (
        ({'sigma': 0}, 'sigma must be positive, got 0'),
        ({'profile': 'fast'}, "one of .*got 'fast'"),
        ({'in_channels': 2}, 'must be 1 or 3, got 2'),
    ):
        with pytest.raises(ValueError, match=message):
            BM3D(**options)
    monkeypatch.setitem(sys.modules, 'bm3d', None)
    with pytest.raises(ModuleNotFoundError, match='pip install bm3d'):
        BM3D()(torch.rand(1, 3, 8, 8))
