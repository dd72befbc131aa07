"""JPEG compression."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from PIL import Image

from mmrestore.functional import jpeg_compression, psnr
from mmrestore.functional.unit_range import to_8_bit


def smooth_images(channels: int, height: int = 37, width: int = 50) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    coarse = torch.rand(2, channels, 6, 7, generator=generator)
    return torch.nn.functional.interpolate(coarse, (height, width), mode='bicubic').clamp(0, 1)


def compress_with_pillow(image: torch.Tensor, quality: int) -> np.ndarray:
    pixels = (image * 255 + 0.5).byte().permute(1, 2, 0).numpy()
    file = io.BytesIO()
    Image.fromarray(pixels.squeeze()).save(file, 'JPEG', quality=quality, subsampling='4:2:0')
    decoded = np.asarray(Image.open(file))
    return decoded.reshape(pixels.shape).transpose(2, 0, 1)


@pytest.mark.parametrize('channels', [1, 3])
@pytest.mark.parametrize('quality', [10, 60, 95])
def test_another_library_gives_the_same_within_a_level(channels, quality):
    """Channels in another order would differ by far more."""
    x = smooth_images(channels)
    y = jpeg_compression(x, quality)
    assert y.shape == x.shape and y.is_contiguous()
    for n in range(2):
        expected = compress_with_pillow(x[n], quality).astype(int)
        assert np.abs((y[n] * 255).round().int().numpy() - expected).max() <= 1


def test_error_falls_with_quality():
    x = smooth_images(3)
    values = torch.stack([psnr(jpeg_compression(x, quality), x) for quality in (5, 30, 60, 95)])
    assert (values.diff(dim=0) > 1).all() and values[-1].min() > 34


def test_each_image_has_its_own_quality():
    x = smooth_images(3)
    y = jpeg_compression(x, torch.tensor([10, 80]))
    assert y[:1].equal(jpeg_compression(x[:1], 10))
    assert y[1:].equal(jpeg_compression(x[1:], 80))


def test_values_are_clipped_and_the_input_is_unchanged():
    x = smooth_images(3) * 2 - 0.5
    before = x.clone()
    assert jpeg_compression(x, 50).equal(jpeg_compression(x.clamp(0, 1), 50))
    assert x.equal(before)


@pytest.mark.parametrize('dtype', [torch.float64, torch.float16, torch.bfloat16])
def test_dtype_is_kept(dtype):
    y = jpeg_compression(smooth_images(3).to(dtype), 90)
    assert y.dtype == dtype
    if dtype == torch.float64:
        assert y.equal(to_8_bit(y).double() / 255)


def test_wrong_arguments_are_refused():
    x = torch.zeros(2, 3, 8, 8)
    for quality in (0, 101, 50.5):
        with pytest.raises(ValueError, match='whole number from 1 to 100'):
            jpeg_compression(x, quality)
    with pytest.raises(TypeError, match='divide by 255'):
        jpeg_compression(x.byte(), 50)
    with pytest.raises(ValueError, match='one for each of 2 images'):
        jpeg_compression(x, torch.tensor([1, 2, 3]))
    for shape in ((2, 2, 8, 8), (3, 8, 8)):
        with pytest.raises(ValueError, match=r'\(N, 3, H, W\) or \(N, 1, H, W\)'):
            jpeg_compression(torch.zeros(shape), 50)
