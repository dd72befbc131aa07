"""A network that restores the sub-images of pixel downsampling."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from remembering_net import Net, images

from mmrestore.functional import pixel_upsample
from mmrestore.models.inference import (
    PixelDownsampled,
)


@pytest.mark.parametrize('size', [(8, 8), (7, 13), (1, 1), (2, 31)])
@pytest.mark.parametrize('mosaic', [False, True])
@pytest.mark.parametrize(('stride', 'multiple'), [(2, 1), (2, 8), (5, 3)])
@pytest.mark.parametrize('mode', ['reflect', 'replicate', 'zero'])
def test_images_of_any_size_are_padded_and_cropped(size, mosaic, stride, multiple, mode):
    x = images(2, 3, *size)
    net = Net(lambda x: x * 2, size_multiple=multiple)
    restore = PixelDownsampled(net, stride=stride, mosaic=mosaic, padding=1, pad_mode=mode)
    assert restore(x).equal(2 * x) and restore.size_multiple == 1
    (seen,) = net.seen
    if not mosaic:
        sides = [-(-side // (stride * multiple)) * multiple for side in size]
        assert seen.shape == (2 * stride**2, 3, *sides)
        padded = pixel_upsample(seen, stride)
        bottom = padded[:, :, size[0] :, : size[1]]
        if mode == 'zero':
            assert (bottom == 0).all()
        elif mode == 'replicate':
            assert (bottom == x[:, :, -1:]).all()
        elif 0 < bottom.shape[2] < size[0]:
            mirrored = x.flip(2)[:, :, 1 : 1 + bottom.shape[2]]
            assert bottom.equal(mirrored)


def test_sub_images_of_a_mosaic_are_as_far_apart_as_two_paddings():
    """A convolution of radius 3 sees the neighbour across 2 rows of zeros, but not across 4."""
    weight = torch.randn(3, 3, 7, 7, generator=torch.Generator().manual_seed(0)).double()
    net = Net(lambda x: F.conv2d(x, weight, padding=3))
    x = images(1, 3, 12, 14).double()
    batch = PixelDownsampled(net, stride=2)(x)
    wide, narrow = (PixelDownsampled(net, stride=2, mosaic=True, padding=p)(x) for p in (2, 1))
    torch.testing.assert_close(wide, batch, rtol=0, atol=1e-12)
    assert (narrow - batch).abs().max() > 0.1
