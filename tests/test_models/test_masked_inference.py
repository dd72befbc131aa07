"""Complementary masks, pixel downsampling and refinement around a network."""

from __future__ import annotations

import math
import warnings

import pytest
import torch
import torch.nn.functional as F
from tiny_denoiser import TinyDenoiser, tiny_denoiser

from mmrestore.functional import pixel_upsample, random_branches, random_replacements
from mmrestore.models.backbones import DBSNl
from mmrestore.models.inference import (
    ComplementaryMasks,
    Pad,
    PixelDownsampled,
    RandomReplacementRefinement,
    Tile,
    batches,
    build_inference,
)
from mmrestore.models.inference.tile import tile_starts

MASKS = dict(type='ComplementaryMasks')
SUBIMAGES = dict(type='PixelDownsampled', stride=2)
REFINEMENT = dict(type='RandomReplacementRefinement')


class Net:
    """A network that remembers what it has seen and refuses wrong sizes."""

    def __init__(self, function=lambda x: x, size_multiple=1, scale=1):
        self.function, self.size_multiple, self.scale = function, size_multiple, scale
        self.seen = []

    def __call__(self, x):
        self.seen.append(x)
        assert x.shape[-2] % self.size_multiple == x.shape[-1] % self.size_multiple == 0
        return self.function(x)


def images(*shape, seed=0):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed)) + 0.1


def local_net(radius=3, seed=0, size_multiple=1):
    """Convolutions in double precision that see ``radius`` pixels far."""
    torch.manual_seed(seed)
    layers = [torch.nn.Conv2d(3, 3, 3, padding=1) for _ in range(radius)]
    return Net(torch.nn.Sequential(*layers).double().requires_grad_(False), size_multiple)


@pytest.fixture(scope='module')
def load(shared):
    load_file = pytest.importorskip('safetensors.torch').load_file
    return lambda name: load_file(shared / f'parity/functions/{name}.safetensors')


# The reference


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


# Complementary masks


@pytest.mark.parametrize('per_channel', [False, True])
@pytest.mark.parametrize(('num_branches', 'max_pixels'), [(2, None), (3, 400), (4, 300), (4, 1)])
def test_masks_against_one_branch_after_another(num_branches, max_pixels, per_channel):
    x = images(3, 3, 9, 11).double()
    net = local_net(size_multiple=4)
    masks = ComplementaryMasks(
        net, num_branches=num_branches, per_channel=per_channel, max_pixels=max_pixels
    )
    torch.manual_seed(1)
    y = masks(x)
    torch.manual_seed(1)
    branches = random_branches(x, num_branches=num_branches, per_channel=per_channel)
    expected = torch.full_like(x, math.nan)
    for k in range(num_branches):
        hidden = (branches == k).expand_as(x)
        seen = torch.where(hidden, 0, x)
        padded = F.pad(seen, (0, 1, 0, 3), mode='reflect')
        expected[hidden] = net.function(padded)[..., :9, :11][hidden]
    torch.testing.assert_close(y, expected, rtol=0, atol=1e-14)
    # Padded to 12 x 12 pixels.
    at_once = 3 * num_branches if max_pixels is None else max(1, max_pixels // 144)
    assert max(len(seen) for seen in net.seen) <= at_once
    assert sum(len(seen) for seen in net.seen) == 3 * num_branches
    if at_once > 1:
        assert len(net.seen) < 3 * num_branches


def test_no_pixel_is_seen_where_it_is_restored():
    """Not even at the border of an image that is padded by its mirror image."""
    x = images(1, 2, 7, 9).double().requires_grad_()
    weights = torch.randn(2, 2, 5, 5, generator=torch.Generator().manual_seed(0)).double()
    net = Net(lambda x: F.conv2d(x, weights, padding=2), size_multiple=4)
    torch.manual_seed(0)
    y = ComplementaryMasks(net)(x)
    seen = 0
    for row in range(7):
        for column in range(9):
            gradient = torch.autograd.grad(y[0, 0, row, column], x, retain_graph=True)[0]
            assert (gradient[0, :, row, column] == 0).all()
            seen += (gradient != 0).sum().item()
    assert seen > 7 * 9 * 10


def test_pixels_twice_in_a_sub_image_are_seen_with_reflection_only():
    x = images(1, 1, 7, 9).double().requires_grad_()
    net = Net(lambda x: F.conv2d(x, torch.ones(1, 1, 3, 3).double(), padding=1))
    leaks = {}
    for mode in ('reflect', 'symmetric', 'replicate', 'zero'):
        torch.manual_seed(0)
        y = PixelDownsampled(ComplementaryMasks(net), stride=2, pad_mode=mode)(x)
        own = [
            torch.autograd.grad(y[0, 0, row, column], x, retain_graph=True)[0][0, 0, row, column]
            for row in range(7)
            for column in range(9)
        ]
        leaks[mode] = sum(bool(value != 0) for value in own)
    assert leaks.pop('reflect') > 0 and set(leaks.values()) == {0}


def test_gradients_are_those_of_branches_one_by_one():
    net, x = TinyDenoiser(), images(2, 3, 10, 11)
    found = []
    for max_pixels in (None, 1):
        net.zero_grad()
        torch.manual_seed(0)
        restore = PixelDownsampled(
            ComplementaryMasks(net, num_branches=3, max_pixels=max_pixels), stride=3
        )
        (restore(x) * torch.linspace(0, 1, 11)).sum().backward()
        found.append([p.grad.clone() for p in net.parameters()])
    assert all(grad.abs().max() > 0.01 for grad in found[0])
    for whole, single in zip(*found, strict=True):
        torch.testing.assert_close(whole, single, rtol=1e-4, atol=1e-5)


def test_a_call_holds_four_blocks_by_default():
    net = Net()
    ComplementaryMasks(net)(images(3, 1, 256, 256))
    assert [len(seen) for seen in net.seen] == [4, 2]  # in 2 branches each


@pytest.mark.parametrize('wrong', [2, -1, 0.5])
@pytest.mark.parametrize('max_pixels', [None, 1])
def test_pixels_of_no_branch_are_refused(wrong, max_pixels):
    x = images(2, 3, 5, 6)
    masks = ComplementaryMasks(Net(lambda x: x + 1), max_pixels=max_pixels)
    branches = random_branches(x, num_branches=2)
    restored = torch.ones_like(x)
    assert masks.restore(x, branches).equal(restored)
    assert masks.restore(x, branches == 1).equal(restored)
    branches = branches.to(torch.tensor(wrong).dtype)
    branches[1, 0, 2, 3] = wrong
    with pytest.raises(ValueError, match='branches from 0 to 1, got'):
        masks.restore(x, branches)


@pytest.mark.parametrize('num', [1, 3])
def test_branches_of_another_number_of_images(num):
    masks = ComplementaryMasks(Net(), max_pixels=1)
    with pytest.raises(ValueError, match='expected the branches of their pixels'):
        masks.restore(images(2, 3, 5, 6), torch.zeros(num, 1, 5, 6).long())


# Pixel downsampling


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


# Refinement


@pytest.mark.parametrize('per_element', [False, True])
@pytest.mark.parametrize('max_pixels', [None, 500, 250, 1])
def test_refinement_against_one_copy_after_another(per_element, max_pixels):
    x = images(3, 3, 9, 11).double()
    net = local_net(size_multiple=4)
    restore = RandomReplacementRefinement(
        PixelDownsampled(net, stride=2),
        copies=5,
        probability=0.3,
        per_element=per_element,
        padding=2,
        max_pixels=max_pixels,
    )
    first = restore.net(x)
    net.seen.clear()
    draws = images(5, 3, 3 if per_element else 1, 9, 11, seed=4).double() - 0.1
    total = torch.zeros_like(x)
    for t in range(5):
        mixed = torch.where(draws[t] < 0.3, x, first)
        padded = F.pad(mixed, (2, 3, 2, 5), mode='reflect')  # 13 + 3 rows and 15 + 1 columns
        total += net.function(padded)[..., 2:11, 2:13]
    found = restore.refine(first, x, draws=draws)
    torch.testing.assert_close(found, total / 5, rtol=0, atol=1e-14)
    at_once = 15 if max_pixels is None else max(1, max_pixels // 256)
    assert max(len(seen) for seen in net.seen) <= at_once
    assert sum(len(seen) for seen in net.seen) == 15


def test_no_copies_leave_the_first_result():
    inner = PixelDownsampled(local_net(), stride=2)
    x = images(1, 3, 9, 11).double()
    assert RandomReplacementRefinement(inner, copies=0)(x).equal(inner(x))


def test_no_copies_can_be_refined():
    x = images(1, 3, 9, 11)
    restore = build_inference(Net(), [SUBIMAGES, REFINEMENT | dict(copies=0)])
    assert restore.refine(x / 2, x).equal(x / 2)


@pytest.mark.parametrize('max_pixels', [None, 1])
def test_what_is_given_to_a_refinement_has_to_fit(max_pixels):
    x = images(2, 3, 9, 11)
    refinement = REFINEMENT | dict(copies=3, max_pixels=max_pixels)
    restore = build_inference(Net(), [SUBIMAGES, refinement])
    for num in (1, 3):
        with pytest.raises(ValueError, match='restored images of the shape of the noisy ones'):
            restore.refine(images(num, 3, 9, 11), x)
    for copies, num in ((2, 2), (4, 2), (3, 1), (3, 3)):
        with pytest.raises(ValueError, match='draws for 3 copies of 2 images'):
            restore.refine(x, x, draws=torch.zeros(copies, num, 1, 9, 11))


def test_a_drawn_refinement_repeats_by_its_seed():
    x = images(2, 3, 9, 11)
    restore = build_inference(TinyDenoiser(), [MASKS, SUBIMAGES, REFINEMENT])
    outputs = []
    for seed in (0, 0, 1):
        torch.manual_seed(seed)
        outputs.append(restore(x))
    assert outputs[0].equal(outputs[1]) and not torch.allclose(outputs[0], outputs[2], atol=1e-5)
    # What is drawn when: branches of the sub-images, places of the copies, branches of these.
    torch.manual_seed(0)
    masks = restore.net.net
    first = restore.net(x)
    mixed = random_replacements(first, x, 0.16, copies=8)
    expected = masks(mixed.flatten(0, 1)).unflatten(0, (8, 2)).mean(dim=0)
    torch.testing.assert_close(outputs[0], expected, rtol=0, atol=1e-6)


def test_all_decorators_are_differentiable():
    x = images(1, 3, 6, 7).requires_grad_()
    net = TinyDenoiser()
    build_inference(net, [MASKS, SUBIMAGES, REFINEMENT])(x).sum().backward()
    assert (x.grad != 0).all()
    assert all((p.grad != 0).any() for p in net.parameters())


# Tiles


def valid_places(side, size, overlap, radius):
    """Where every tile of a side that covers a place shows all that the network sees from it."""
    valid = torch.ones(side, dtype=torch.bool)
    for start in tile_starts(side, size, overlap):
        if start > 0:
            valid[start : start + radius] = False
        if start + size < side:
            valid[start + size - radius : start + size] = False
    return valid


def test_tiles_next_to_the_network_have_the_masks_of_the_whole_image():
    """Away from the borders of tiles to 1e-13 in double precision; at these by more than 1e-3."""
    radius, x = 2, images(1, 3, 75, 90).double()
    tile = dict(type='Tile', size=16, overlap=6, batch_size=3)
    net = local_net(radius)
    outputs = {}
    for cfgs in ([MASKS, SUBIMAGES], [MASKS, SUBIMAGES, REFINEMENT]):
        for name, decorators in (
            ('whole', cfgs),
            ('inside', [tile, *cfgs]),
            ('outside', [*cfgs, tile]),
        ):
            torch.manual_seed(0)
            outputs[name, len(cfgs)] = build_inference(net, decorators)(x)
    # Sub-images have 38 x 45 pixels.
    rows, columns = (valid_places(side, 16, 6, radius) for side in (38, 45))
    first = (rows[:, None] & columns).repeat_interleave(2, 0).repeat_interleave(2, 1)[:75]
    rows, columns = (valid_places(side, 16, 6, radius) for side in (75, 90))
    # A copy is right where all that the network sees of the first result is.
    wrong = F.max_pool2d((~first)[None].double(), 2 * radius + 1, 1, radius)[0] > 0
    second = ~wrong & rows[:, None] & columns
    for length, valid, share in ((2, first, 0.4), (3, second, 0.09)):
        whole, inside, outside = (outputs[n, length] for n in ('whole', 'inside', 'outside'))
        assert valid.double().mean() > share
        difference = (whole - inside).abs().amax(dim=(0, 1))
        assert difference[valid].max() < 1e-13 < 1e-3 < difference[~valid].max()
        assert (whole - outside)[..., valid].abs().max() > 1e-2


def test_nets_with_multiples_in_tiles_with_masks():
    """An odd image, smaller than a tile of sub-images on one side, for multiples of 8."""
    net = Net(lambda x: 3 * x + 1, size_multiple=8)
    cfgs = [dict(type='Tile', size=16, overlap=8), MASKS, SUBIMAGES]
    x = images(1, 3, 13, 75)
    assert build_inference(net, cfgs)(x).equal(torch.ones_like(x))
    assert {tuple(seen.shape[-2:]) for seen in net.seen} == {(8, 16)}


def test_progress_is_shown_on_the_error_stream(capsys):
    x = images(1, 3, 20, 31)
    plain = Tile(Net(), size=8, overlap=2, batch_size=4)(x)
    assert capsys.readouterr() == ('', '')
    shown = Tile(Net(), size=8, overlap=2, batch_size=4, progress=True)(x)
    out, err = capsys.readouterr()
    assert shown.equal(plain) and out == ''
    num = len(tile_starts(20, 8, 2)) * len(tile_starts(31, 8, 2))
    assert f' 4/{num}' in err and f' {num}/{num}' in err and err.endswith('\n')


@pytest.mark.parametrize(
    'cfgs',
    [
        [MASKS | dict(max_pixels=200)],
        [MASKS | dict(max_pixels=200), SUBIMAGES, REFINEMENT | dict(max_pixels=200)],
        [SUBIMAGES, REFINEMENT | dict(max_pixels=200)],
    ],
)
def test_a_large_image_that_is_not_tiled_is_told_once(cfgs, monkeypatch):
    monkeypatch.setattr(batches, 'LARGE_IMAGE', 100)
    restore = build_inference(Net(), cfgs)
    tiled = build_inference(Net(), [dict(type='Tile', size=8, overlap=2), *cfgs])

    def told(net, x, *, training=False):
        with warnings.catch_warnings(record=True) as caught, torch.set_grad_enabled(training):
            warnings.simplefilter('default')
            for _ in range(2):
                net(x)
        return [str(warning.message) for warning in caught]

    x = images(2, 3, 14, 15)
    (text,) = told(restore, x)
    assert 'more than 100 pixels' in text and '--tile' in text and 'Tile' in text
    assert not told(restore, x[..., :14])  # 196 pixels each
    assert not told(restore, x, training=True)
    assert not told(tiled, x)


# Errors


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
    with pytest.raises(ValueError, match='name PixelDownsampled before it'):
        RandomReplacementRefinement(ComplementaryMasks(Net()))
    inner = Pad(PixelDownsampled(Net(), stride=2))
    with pytest.raises(ValueError, match='copies of at least 0, got -1'):
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
    with pytest.raises(ValueError, match='name ComplementaryMasks before PixelDownsampled'):
        build_inference(Net(), [SUBIMAGES, *between, MASKS])


@pytest.mark.parametrize('between', [[], [dict(type='Pad')]])
def test_masks_are_not_padded_by_reflection(between):
    cfgs = [MASKS, *between, SUBIMAGES]
    with pytest.raises(ValueError, match='for blind-spot networks; set padding=0'):
        build_inference(Net(), [*cfgs, REFINEMENT | dict(padding=2)])
    build_inference(Net(), [*cfgs, REFINEMENT])


@pytest.mark.parametrize('size', [(1, 3, 0, 5), (1, 3, 5, 0), (0, 3, 5, 5), (3, 5, 5)])
@pytest.mark.parametrize('cfgs', [[MASKS], [SUBIMAGES], [MASKS, SUBIMAGES, REFINEMENT]])
def test_empty_images_are_refused(size, cfgs):
    with pytest.raises(ValueError, match=r'at least one pixel, got the shape \('):
        build_inference(Net(), cfgs)(torch.zeros(size))
