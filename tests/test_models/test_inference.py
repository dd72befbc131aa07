"""Padding, tiling and self-ensemble around a network."""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import pytest
import torch
from torch import nn

from mmrestore import deprecation
from mmrestore.models.backbones import ATBSN
from mmrestore.models.inference import (
    ComplementaryMasks,
    InferenceDecorator,
    Pad,
    PixelDownsampled,
    SelfEnsemble,
    Tile,
    build_inference,
)
from mmrestore.models.inference.base import decorated, with_tiles
from mmrestore.models.inference.tile import tile_starts, tile_weights
from mmrestore.named_parts import named_parts


class Net:
    """A network that remembers the shapes it has seen and refuses wrong sizes."""

    def __init__(self, function=lambda x: x, scale=1, size_multiple=1):
        self.function = function
        self.scale = scale
        self.size_multiple = size_multiple
        self.seen = []

    def __call__(self, x):
        self.seen.append(tuple(x.shape))
        assert x.shape[-1] % self.size_multiple == x.shape[-2] % self.size_multiple == 0
        return self.function(x)


def images(*shape, seed=0):
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def nearest(x):
    return 2 * x.repeat_interleave(2, dim=-1).repeat_interleave(2, dim=-2)


# Pad


@pytest.mark.parametrize('mode', ['reflect', 'symmetric'])
@pytest.mark.parametrize('size', [(16, 8), (13, 9), (3, 20), (1, 2), (2, 1)])
def test_pad_mirrors_like_numpy_and_crops(mode, size):
    inputs = []
    net = Net(lambda x: inputs.append(x) or x * 2, size_multiple=8)
    x = images(2, 3, *size)
    assert Pad(net, mode=mode)(x).equal(x * 2)
    if mode == 'reflect':
        padded = [-(-s // 8) * 8 for s in size]
    else:
        padded = [(s // 8 + 1) * 8 for s in size]
    assert net.seen == [(2, 3, *padded)]
    widths = [(0, 0), (0, 0), *((0, p - s) for s, p in zip(size, padded, strict=True))]
    np.testing.assert_array_equal(inputs[0], np.pad(x.numpy(), widths, mode=mode))


def test_symmetric_pad_is_the_one_of_the_swinir_test_script():
    """The flipped image is appended on both sides and cropped to (size // 8 + 1) * 8."""
    inputs = []
    x = images(1, 3, 13, 16)
    Pad(Net(lambda x: inputs.append(x) or x, size_multiple=8), mode='symmetric')(x)
    expected = torch.cat([x, x.flip(2)], 2)[:, :, :16]
    assert inputs[0].equal(torch.cat([expected, expected.flip(3)], 3)[:, :, :, :24])


@pytest.mark.parametrize('size', [(16, 8), (13, 9), (1, 2)])
def test_pad_with_zeros_where_the_network_says_so(size):
    inputs = []
    net = Net(lambda x: inputs.append(x) or x * 2, size_multiple=8)
    net.pad_mode = 'zero'
    x = images(2, 3, *size)
    assert SelfEnsemble(net).pad_mode == 'zero' and Pad(net, mode='reflect').mode == 'reflect'
    assert Pad(net)(x).equal(x * 2)
    widths = [(0, 0), (0, 0), *((0, -s % 8) for s in size)]
    np.testing.assert_array_equal(inputs[0], np.pad(x.numpy(), widths))


def test_pad_with_a_scale_and_without_a_multiple():
    x = images(1, 3, 5, 7)
    pad = Pad(Net(nearest, scale=2, size_multiple=4))
    assert pad(x).equal(nearest(x))
    assert (pad.scale, pad.size_multiple) == (2, 1)
    for mode in ('reflect', 'symmetric'):
        net = Net()
        Pad(net, mode=mode)(x)
        assert net.seen == [(1, 3, 5, 7)]


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_pad_keeps_the_dtype(dtype):
    x = images(1, 1, 5, 7).to(dtype)
    result = Pad(Net(size_multiple=4))(x)
    assert result.dtype == dtype and result.equal(x)


# Tile


@pytest.mark.parametrize('size', [(8, 8), (21, 34), (5, 40), (3, 4), (17, 8)])
@pytest.mark.parametrize('overlap', [0, 3, 6])
@pytest.mark.parametrize('batch_size', [1, 3, 100])
def test_tiles_of_a_pointwise_network_give_the_whole_image_exactly(size, overlap, batch_size):
    net = Net(lambda x: (3 * x).sin())
    x = images(2, 3, *size)
    result = Tile(net, size=8, overlap=overlap, batch_size=batch_size)(x)
    assert result.equal(net(x))


def test_tiles_with_a_scale_and_another_number_of_channels():
    x = images(2, 3, 11, 14)
    net = Net(lambda x: nearest(x)[:, :2], scale=2)
    tile = Tile(net, size=6, overlap=2)
    assert tile(x).equal(nearest(x)[:, :2])
    assert tile.scale == 2


def test_tiles_of_a_local_network_are_exact_where_its_neighbourhood_is_inside():
    torch.manual_seed(0)
    radius, size, overlap = 2, 16, 8
    convolutions = nn.Sequential(*(nn.Conv2d(3, 3, 3, padding=1) for _ in range(radius))).double()
    x = images(1, 3, 37, 45).double()
    whole = convolutions(x).detach()
    tiled = Tile(Net(convolutions), size=size, overlap=overlap)(x).detach()
    valid = []
    for side in x.shape[-2:]:
        inside = torch.ones(side, dtype=torch.bool)
        for start in tile_starts(side, size, overlap):
            if start > 0:
                inside[start : start + radius] = False
            if start + size < side:
                inside[start + size - radius : start + size] = False
        valid.append(inside)
    valid = valid[0][:, None] & valid[1]
    assert 0.3 < valid.float().mean() < 0.9
    torch.testing.assert_close(tiled[..., valid], whole[..., valid], rtol=0, atol=1e-14)
    assert not torch.allclose(tiled[..., ~valid], whole[..., ~valid], atol=1e-3)


def blending_weights(length, size, overlap):
    """The share of each tile of one side in every pixel: tile ``t`` answers with one-hot ``t``."""
    num = len(tile_starts(length, size, overlap))
    calls = itertools.count()

    def answer(x):
        one_hot = torch.zeros(1, num, *x.shape[-2:], dtype=torch.float64)
        one_hot[:, next(calls)] = 1
        return one_hot

    return Tile(Net(answer), size=size, overlap=overlap)(torch.zeros(1, 1, 1, length))[0, :, 0]


@pytest.mark.parametrize(
    ('length', 'size', 'overlap', 'steepest'),
    [(40, 16, 4, 1), (36, 16, 6, 1), (9, 8, 0, 1), (5, 8, 2, 0), (41, 16, 4, 2), (30, 8, 6, 2)],
)
def test_blending_weights_are_smooth_and_sum_to_one(length, size, overlap, steepest):
    weights = blending_weights(length, size, overlap)
    torch.testing.assert_close(weights.sum(dim=0), torch.ones(length, dtype=torch.float64))
    starts = tile_starts(length, size, overlap)
    for row, start in zip(weights, starts, strict=True):
        assert (row[:start] == 0).all() and (row[start + size :] == 0).all()
    # No seam: from pixel to pixel no tile gains or loses more than the slope of the ramp, or twice
    # as much where it hands over to several tiles at once.
    assert weights.diff(dim=1).abs().max() <= steepest / (overlap + 1) + 1e-6


def test_blending_weights_by_hand():
    weights = blending_weights(9, 6, 3)
    ramp = torch.tensor([0.25, 0.5, 0.75], dtype=torch.float64)
    expected = torch.zeros(2, 9, dtype=torch.float64)
    expected[0, :3], expected[1, 6:] = 1, 1
    expected[0, 3:6], expected[1, 3:6] = ramp.flip(0), ramp
    torch.testing.assert_close(weights, expected, rtol=0, atol=1e-7)


def test_blending_in_two_directions_against_a_weighted_sum():
    x = images(1, 1, 19, 23, seed=1)
    size, overlap = 8, 5

    def position_dependent(x):
        return x + torch.arange(x.numel()).view_as(x)

    result = Tile(Net(position_dependent), size=size, overlap=overlap)(x)
    total, weight_sum = torch.zeros(19, 23).double(), torch.zeros(19, 23).double()
    rows = tile_weights(tile_starts(19, size, overlap), size, overlap)
    columns = tile_weights(tile_starts(23, size, overlap), size, overlap)
    for top, row_weights in rows.items():
        for left, column_weights in columns.items():
            region = (slice(top, top + size), slice(left, left + size))
            weights = row_weights[:, None] * column_weights
            total[region] += weights * position_dependent(x[0, 0][region])
            weight_sum[region] += weights
    torch.testing.assert_close(weight_sum, torch.ones(19, 23).double())
    torch.testing.assert_close(result[0, 0].double(), total, rtol=1e-6, atol=1e-5)


def test_the_network_sees_tiles_of_one_size_and_no_more_than_a_batch():
    net = Net(size_multiple=8)
    Tile(net, size=16, overlap=4, batch_size=3)(images(2, 3, 40, 56))
    num = len(tile_starts(40, 16, 4)) * len(tile_starts(56, 16, 4)) * 2
    assert net.seen == [(3, 3, 16, 16)] * (num // 3) + [(num % 3, 3, 16, 16)] * (num % 3 > 0)


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16, torch.float64])
def test_tile_keeps_the_dtype_and_the_output_device(dtype):
    x = images(1, 2, 9, 11).to(dtype)
    result = Tile(Net(), size=6, overlap=3, output_device='cpu')(x)
    assert result.dtype == dtype and result.equal(x)


def test_tile_refuses_numbers_that_do_not_fit():
    for overlap in (8, 9, -1):
        with pytest.raises(ValueError, match='overlap < size'):
            Tile(Net(), size=8, overlap=overlap)
    with pytest.raises(ValueError, match='take 24'):
        Tile(Net(size_multiple=8), size=20, overlap=4)
    with pytest.raises(ValueError, match='batch size'):
        Tile(Net(), size=8, overlap=4, batch_size=0)
    with pytest.raises(ValueError, match='put Pad before Tile'):
        Tile(Net(size_multiple=8), size=16, overlap=4)(images(1, 3, 12, 40))


# Self-ensemble


def test_self_ensemble_of_an_equivariant_network_changes_nothing():
    kernel = torch.tensor([[1.0, 2, 1], [2, 5, 2], [1, 2, 1]]).double().view(1, 1, 3, 3)
    net = Net(lambda x: nn.functional.conv2d(x, kernel, padding=1))
    x = images(2, 1, 6, 9).double()
    torch.testing.assert_close(SelfEnsemble(net)(x), net(x), rtol=1e-14, atol=0)
    pointwise = Net(lambda x: x.cos())
    assert SelfEnsemble(pointwise)(x).equal(x.cos())


@pytest.mark.parametrize('scale', [1, 2])
def test_self_ensemble_averages_the_eight_symmetries(scale):
    torch.manual_seed(0)
    net = Net(
        nn.Sequential(nn.Conv2d(3, 3 * scale**2, 3, padding=1), nn.PixelShuffle(scale)).double(),
        scale=scale,
    )
    x = images(2, 3, 5, 8).double()
    outputs = []
    for turns in range(4):
        outputs.append(torch.rot90(net(torch.rot90(x, turns, (2, 3))), -turns, (2, 3)))
        turned = net(torch.rot90(x.flip(3), turns, (2, 3)))
        outputs.append(torch.rot90(turned, -turns, (2, 3)).flip(3))
    result = SelfEnsemble(net)(x)
    torch.testing.assert_close(result, torch.stack(outputs).mean(dim=0))
    assert not torch.allclose(result, net(x), atol=1e-2)
    assert set(net.seen) == {(2, 3, 5, 8), (2, 3, 8, 5)}


# Nesting


@pytest.mark.parametrize('order', list(itertools.permutations(('Pad', 'Tile', 'SelfEnsemble'))))
def test_decorators_nest_in_every_order(order):
    arguments = {'Tile': {'size': 8, 'overlap': 4}}
    cfgs = [{'type': name, **arguments.get(name, {})} for name in order]
    net = Net(nearest, scale=2, size_multiple=4)
    restore = build_inference(net, named_parts(cfgs))
    x = images(1, 3, 10, 13) if order != ('Tile', 'SelfEnsemble', 'Pad') else images(1, 3, 3, 7)
    assert restore(x).equal(nearest(x))
    assert (restore.scale, restore.size_multiple) == (2, 1)
    assert type(restore).__name__ == order[-1] and restore.net.net.net is net


def test_without_configs_the_network_itself_is_returned():
    net = Net()
    assert build_inference(net) is net
    assert not isinstance(Pad(net), nn.Module)


def test_wrong_configs_and_networks_are_refused():
    with pytest.raises(TypeError, match='without scale and size_multiple'):
        build_inference(nn.Identity(), dict(pad={'type': 'Pad'}))
    with pytest.raises(TypeError, match='has no argument'):
        build_inference(Net(), dict(pad={'type': 'Pad', 'modus': 'reflect'}))
    with pytest.raises(KeyError, match='Did you mean Pad'):
        build_inference(Net(), dict(pad={'type': 'Padd'}))
    with pytest.raises(ValueError, match="'zero', 'replicate', got 'circular'"):
        Pad(Net(), mode='circular')
    with pytest.raises(NotImplementedError):
        InferenceDecorator(Net())(torch.zeros(1))


@pytest.mark.parametrize('mode', ['reflect', 'symmetric', 'zero', 'replicate'])
def test_a_margin_is_added_on_all_sides(mode):
    seen = []

    def net(x):
        seen.append(x)
        return x.repeat_interleave(2, -1).repeat_interleave(2, -2)

    net.scale, net.size_multiple = 2, 4
    x = torch.rand(1, 2, 5, 7)
    y = Pad(net, mode=mode, margin=3)(x)
    assert torch.equal(y, x.repeat_interleave(2, -1).repeat_interleave(2, -2))
    (padded,) = seen
    assert padded.shape == (1, 2, 12, 16)
    assert torch.equal(padded[..., 3:8, 3:10], x)
    row, column = padded[0, 0, 3], padded[0, 0, :, 3]
    before = {
        'reflect': (x[0, 0, 0, [3, 2, 1]], x[0, 0, [3, 2, 1], 0]),
        'symmetric': (x[0, 0, 0, [2, 1, 0]], x[0, 0, [2, 1, 0], 0]),
        'zero': (torch.zeros(3), torch.zeros(3)),
        'replicate': (x[0, 0, 0, [0, 0, 0]], x[0, 0, [0, 0, 0], 0]),
    }[mode]
    assert torch.equal(row[:3], before[0]) and torch.equal(column[:3], before[1])
    with pytest.raises(ValueError, match='margin'):
        Pad(net, margin=-1)


def test_the_blind_spot_of_the_test_leaves_the_network_alone():
    net = ATBSN(channels=4)
    x = torch.rand(1, 3, 32, 64)
    parts = dict(blind_spot=dict(type='BlindSpot', shift=2), pad=dict(type='Pad', margin=16))
    restore = build_inference(net, parts)
    with torch.no_grad():
        y = restore(x)
        assert net.shift == 5
        net.shift = 2
        expected = net(torch.nn.functional.pad(x, [16] * 4, mode='reflect'))
    torch.testing.assert_close(y, expected[..., 16:-16, 16:-16])
    parts = dict(pad=dict(type='Pad', margin=16), blind_spot=dict(type='BlindSpot', shift=2))
    assert build_inference(net, parts)(x).equal(y)  # the order does not matter
    twice = parts | dict(again=dict(type='BlindSpot', shift=1))
    with pytest.raises(ValueError, match='two BlindSpot'):
        build_inference(net, twice)
    with pytest.raises(TypeError, match='got Net: put this network behind masks instead'):
        build_inference(Net(), parts)


def test_parts_are_keyed_by_name():
    parts = dict(pad=dict(type='Pad'), ensemble=None, mean=dict(type='MeanOfRuns', num_runs=2))
    net = build_inference(Net(size_multiple=4), parts)
    assert [type(net).__name__, type(net.net).__name__] == ['MeanOfRuns', 'Pad']
    with pytest.raises(ValueError, match=r"no part 'paad' to change. Did you mean pad\?"):
        build_inference(Net(), parts | dict(paad=dict(mode='zero')))


def test_the_list_form_is_read_with_one_warning(monkeypatch):
    monkeypatch.setattr(deprecation, '_warned', set())
    parts = [dict(type='Pad'), dict(type='Pad', margin=1)]
    with pytest.warns(FutureWarning, match=r'inference=\[...\] .* inference=dict\(pad=..., pad_2='):
        net = build_inference(Net(), parts)
    assert (net.margin, net.net.margin) == (1, 0)
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        build_inference(Net(), parts)


def test_decorators_tell_what_is_inside():
    net = Net()
    masks = ComplementaryMasks(Tile(net, size=8, overlap=2), num_branches=3)
    assert masks.tiled and masks.mask_scheme == (3, False) and masks.full_resolution is None
    outer = Pad(SelfEnsemble(PixelDownsampled(masks, stride=2)))
    assert outer.backbone is net and outer.full_resolution is masks and outer.tiled
    assert outer.mask_scheme == masks.mask_scheme
    bare = decorated(net)
    assert bare.backbone is bare.net is net
    found = (bare.full_resolution, bare.tiled, bare.mask_scheme, bare.mean_window, bare.blind_spot)
    assert found == (None, False, None, None, None)


def test_a_given_tile_replaces_that_of_the_config():
    tile, masks = dict(type='Tile', size=8, overlap=2), dict(type='ComplementaryMasks')
    parts = with_tiles(dict(tile=dict(type='Tile'), pad=None, masks=masks), tile)
    assert list(parts) == ['pad', 'tile', 'masks'] and parts['tile'] == tile
