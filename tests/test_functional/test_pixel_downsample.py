"""Pixel downsampling and its inverse, as a batch and as a mosaic."""

from __future__ import annotations

import pytest
import torch

from mmrestore.functional import from_mosaic, pixel_downsample, pixel_upsample, to_mosaic


@pytest.fixture(scope='module')
def reference(shared):
    load_file = pytest.importorskip('safetensors.torch').load_file
    return load_file(shared / 'parity/functions/amsnet_pd.safetensors')


def images(*shape):
    return torch.rand(shape, generator=torch.Generator().manual_seed(0))


def test_the_reference(reference):
    for stride in (2, 5):
        x = reference[f'x_pad_s{stride}']
        assert pixel_downsample(x, stride).equal(reference[f'batch_s{stride}'])
        for padding in (0, 2):
            expected = reference[f'mosaic_s{stride}_pad{padding}']
            assert to_mosaic(x, stride, padding=padding).equal(expected)
    x = reference['arange']
    assert pixel_downsample(x, 2).equal(reference['arange_batch_s2'])
    assert to_mosaic(x, 2, padding=0).equal(reference['arange_mosaic_s2'])
    restored = from_mosaic(reference['inv_in_mosaic_s2_pad2'], 2, padding=2)
    assert restored.equal(reference['inv_out_mosaic_s2_pad2'])
    assert pixel_upsample(reference['inv_in_batch_s5'], 5).equal(reference['inv_out_batch_s5'])


@pytest.mark.parametrize('stride', [1, 2, 3, 5])
@pytest.mark.parametrize('leading', [(2, 3), (1, 1), (2, 4, 3)])
def test_against_slices(stride, leading):
    height, width, padding = 4, 7, 2
    x = images(*leading, height * stride, width * stride)
    batch, mosaic = pixel_downsample(x, stride), to_mosaic(x, stride, padding=padding)
    tile_height, tile_width = height + 2 * padding, width + 2 * padding
    expected = torch.zeros(*leading, tile_height * stride, tile_width * stride)
    for dy in range(stride):
        for dx in range(stride):
            sub_image = x[..., dy::stride, dx::stride]
            for n in range(leading[0]):
                assert batch[n * stride**2 + dy * stride + dx].equal(sub_image[n])
            top, left = dy * tile_height + padding, dx * tile_width + padding
            expected[..., top : top + height, left : left + width] = sub_image
    assert mosaic.equal(expected)
    assert pixel_upsample(batch, stride).equal(x)
    assert from_mosaic(mosaic, stride, padding=padding).equal(x)
    assert from_mosaic(to_mosaic(x, stride, padding=0), stride, padding=0).equal(x)


def test_mosaic_padding_is_dropped_and_gets_no_gradient():
    mosaic = images(1, 2, 3 * (4 + 4), 3 * (5 + 4)).requires_grad_()
    from_mosaic(mosaic, 3).sum().backward()
    assert mosaic.grad.sum() == 2 * 12 * 15
    assert mosaic.grad.equal(to_mosaic(torch.ones(1, 2, 12, 15), 3))


def test_other_dtypes_and_one_copy():
    x = torch.arange(48, dtype=torch.uint8).view(1, 2, 4, 6)
    assert to_mosaic(x, 2).dtype == torch.uint8
    assert from_mosaic(to_mosaic(x, 2), 2).equal(x)
    assert pixel_downsample(x, 1).data_ptr() == x.data_ptr()


@pytest.mark.parametrize('function', [pixel_downsample, to_mosaic])
def test_indivisible_sizes_are_refused(function):
    for size in ((9, 10), (10, 9), (0, 10), (10, 0)):
        with pytest.raises(ValueError, match=r'multiples of 5.*pad the images'):
            function(torch.zeros(1, 3, *size), 5)
    for stride in (0, -2, 2.0):
        with pytest.raises(ValueError, match=f'stride of at least 1, got {stride}'):
            function(torch.zeros(1, 3, 4, 4), stride)


def test_inverses_of_wrong_sizes():
    for num in (6, 0):
        with pytest.raises(ValueError, match=rf'multiple of 4 sub-images .* got {num}'):
            pixel_upsample(torch.zeros(num, 3, 4, 4), 2)
    for size in ((12, 15), (12, 8), (8, 12)):
        with pytest.raises(ValueError, match='multiples of 2 above 8'):
            from_mosaic(torch.zeros(1, 3, *size), 2)
    for padding in (-1, 0.5):
        with pytest.raises(ValueError, match=f'padding of at least 0, got {padding}: 0'):
            from_mosaic(torch.zeros(1, 3, 4, 4), 2, padding=padding)
