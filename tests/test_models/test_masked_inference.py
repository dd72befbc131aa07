"""Masks, pixel downsampling and refinement together: the references, and what is refused."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from remembering_net import MASKS, REFINEMENT, SUBIMAGES, Net
from tiny_denoiser import tiny_denoiser

from mmrestore.models.backbones import DBSNl
from mmrestore.models.inference import (
    ComplementaryMasks,
    Pad,
    PixelDownsampled,
    RandomReplacementRefinement,
    build_inference,
)
from mmrestore.named_parts import named_parts


@pytest.fixture(scope='module')
def load(shared):
    load_file = pytest.importorskip('safetensors.torch').load_file
    return lambda name: load_file(shared / f'parity/functions/{name}.safetensors')


@pytest.mark.parametrize(('case', 'k', 's'), [('k2s2', 2, 2), ('k3s2', 3, 2), ('k2s5', 2, 5)])
@pytest.mark.parametrize('max_pixels', [None, 300, 1])
def test_masks_on_sub_images_are_the_reference(load, monkeypatch, case, k, s, max_pixels):
    tensors = load('amsnet_mmdb')
    masks = ComplementaryMasks(tiny_denoiser(tensors), num_branches=k, max_pixels=max_pixels)
    index = tensors[f'{case}.index'].long()
    combined = masks.restore(tensors[f'{case}.sub'], index)
    torch.testing.assert_close(combined, tensors[f'{case}.combined'], rtol=0, atol=1e-6)
    monkeypatch.setattr(
        'mmrestore.models.inference.complementary_masks.random_branches', lambda *_, **__: index
    )
    y = PixelDownsampled(masks, stride=s)(tensors[f'{case}.x'])
    torch.testing.assert_close(y, tensors[f'{case}.y'], rtol=0, atol=1e-6)


@pytest.mark.parametrize('max_pixels', [None, 700])
def test_the_refinement_of_amsnet_is_the_reference(load, monkeypatch, max_pixels):
    tensors = load('amsnet_r3_amsnet')
    draws = 1.0 - tensors['replace'].unsqueeze(1).double()
    first, second = tensors['index_pd'].long(), tensors['index_r3'].long()
    given = iter([first, *second.split(8 if max_pixels is None else 2)])
    monkeypatch.setattr(
        'mmrestore.models.inference.complementary_masks.random_branches',
        lambda *_, **__: next(given),
    )
    inner = PixelDownsampled(ComplementaryMasks(tiny_denoiser(tensors)), stride=2)
    y = inner(tensors['x'])
    torch.testing.assert_close(y, tensors['y_no_r3'], rtol=0, atol=1e-6)
    refined = RandomReplacementRefinement(inner, max_pixels=max_pixels)
    y = refined.refine(y, tensors['x'], draws=draws)
    torch.testing.assert_close(y, tensors['y_r3'], rtol=0, atol=1e-6)
    assert next(given, None) is None


@pytest.fixture(scope='module')
def apbsn(load):
    """The network and the tensors of the reference of AP-BSN."""
    tensors = load('apbsn')
    net = DBSNl(channels=8, num_modules=3)
    net.load_state_dict({k[4:]: v for k, v in tensors.items() if k.startswith('bsn.')})
    return net.eval().requires_grad_(False), tensors


def assert_near(value, expected):
    """Within 1e-4 of the standard deviation of the reference, as its file says."""
    torch.testing.assert_close(value, expected, rtol=0, atol=1e-4 * expected.std().item())


def test_ap_bsn_is_the_reference(apbsn):
    net, tensors = apbsn
    x = tensors['train.x']
    y = PixelDownsampled(net, stride=5, mosaic=True)(x)
    assert_near(y, tensors['train.y'])
    torch.testing.assert_close((y - x).abs().mean(), tensors['train.loss'][0], rtol=1e-5, atol=0)
    x = tensors['test.x']
    inner = PixelDownsampled(net, stride=2, mosaic=True, pad_mode='zero')
    assert_near(inner(x), tensors['test.y_no_r3'])
    # The released code refines and returns the padded image.
    x = F.pad(x, (0, 0, 0, 1))
    refined = RandomReplacementRefinement(inner, per_element=True, padding=2, max_pixels=2000)
    draws = 1.0 - tensors['test.replace'].unsqueeze(1).double()
    assert_near(refined.refine(inner(x), x, draws=draws), tensors['test.y_r3'])


def test_what_is_refused():
    enlarging = Net(scale=2)
    with pytest.raises(ValueError, match='at least 2 branches, got 1'):
        ComplementaryMasks(Net(), num_branches=1)
    for build in (ComplementaryMasks, lambda net: PixelDownsampled(net, stride=2)):
        with pytest.raises(ValueError, match='enlarges them by 2'):
            build(enlarging)
    with pytest.raises(ValueError, match='stride of at least 1, got 0'):
        PixelDownsampled(Net(), stride=0)
    with pytest.raises(ValueError, match="'zero', 'replicate', got 'mirror'"):
        PixelDownsampled(Net(), stride=2, pad_mode='mirror')
    with pytest.raises(ValueError, match='put PixelDownsampled before it'):
        RandomReplacementRefinement(ComplementaryMasks(Net()))
    inner = Pad(PixelDownsampled(Net(), stride=2))
    with pytest.raises(ValueError, match='copies of at least 1, got -1'):
        RandomReplacementRefinement(inner, copies=-1)
    with pytest.raises(ValueError, match=r'probability in \[0, 1\], got 1.1'):
        RandomReplacementRefinement(inner, probability=1.1)
    with pytest.raises(ValueError, match='margin must not be negative'):
        RandomReplacementRefinement(inner, padding=-1)
    for decorate, net in ((ComplementaryMasks, Net()), (RandomReplacementRefinement, inner)):
        with pytest.raises(ValueError, match='max_pixels to be positive'):
            decorate(net, max_pixels=0)


@pytest.mark.parametrize('between', [[], [dict(type='Pad', margin=1)], [REFINEMENT]])
def test_masks_outside_of_sub_images_are_refused(between):
    """The second pass would run without them and show the noise."""
    with pytest.raises(ValueError, match='put ComplementaryMasks before PixelDownsampled'):
        build_inference(Net(), named_parts([SUBIMAGES, *between, MASKS]))


@pytest.mark.parametrize('between', [[], [dict(type='Pad')]])
def test_masks_are_not_padded_by_reflection(between):
    cfgs = [MASKS, *between, SUBIMAGES]
    with pytest.raises(ValueError, match='for blind-spot networks; set padding=0'):
        build_inference(Net(), named_parts([*cfgs, REFINEMENT | dict(padding=2)]))
    build_inference(Net(), named_parts([*cfgs, REFINEMENT]))


@pytest.mark.parametrize('size', [(1, 3, 0, 5), (1, 3, 5, 0), (0, 3, 5, 5), (3, 5, 5)])
@pytest.mark.parametrize('cfgs', [[MASKS], [SUBIMAGES], [MASKS, SUBIMAGES, REFINEMENT]])
def test_empty_images_are_refused(size, cfgs):
    with pytest.raises(ValueError, match=r'at least one pixel, got the shape \('):
        build_inference(Net(), named_parts(cfgs))(torch.zeros(size))
