"""HAT against its plain twin, parameter counts of the published networks, keys, and its uses."""

from __future__ import annotations

import copy

import pytest
import torch
from plain_networks import PlainHAT
from twins import assert_twins_agree, perturbed

from mmrestore.apis.official import load_official
from mmrestore.models.backbones import HAT
from mmrestore.models.inference import LocalStatistics, Pad

TINY = {
    'embed_channels': 12,
    'depths': [2, 3],
    'num_heads': [2, 3],
    'window_size': 4,
    'compress_ratio': 4,
    'squeeze_factor': 3,
    'conv_scale': 0.5,
}
SMALL = {'embed_channels': 144, 'compress_ratio': 24, 'squeeze_factor': 24}
LARGE = {'depths': [6] * 12, 'num_heads': [6] * 12}
PUBLISHED = [
    (SMALL, (9_325_759, 9_473_471, 9_658_111, 9_621_183)),
    ({}, (20_477_083, 20_624_795, 20_809_435, 20_772_507)),
    (LARGE, (40_551_151, 40_698_863, 40_883_503, 40_846_575)),
]
NEAR_THE_COUNT_OF_THE_TRAPS_PAPER = [
    ({'num_heads': [8] * 6}, 9_413_203),
    ({'compress_ratio': 20}, 9_419_107),
    ({'squeeze_factor': 10}, 9_408_991),
    ({'overlap_ratio': 2.0}, 9_413_887),
]


def count(net):
    return sum(p.numel() for p in net.parameters())


def on_meta(**arguments):
    with torch.device('meta'):
        return HAT(**arguments)


@pytest.mark.parametrize(('arguments', 'counts'), PUBLISHED)
def test_parameter_counts(arguments, counts):
    net = on_meta(**arguments)
    assert set(net.state_dict()) == {name for name, _ in net.named_parameters()}
    for scale, expected in zip((1, 2, 3, 4), counts, strict=True):
        tiny = HAT(**TINY, scale=scale)  # all sizes enlarge by the same layers
        net.upsample = tiny.upsample
        assert count(net) == expected


@pytest.mark.parametrize(('change', 'expected'), NEAR_THE_COUNT_OF_THE_TRAPS_PAPER)
def test_what_the_count_of_the_traps_paper_can_mean(change, expected):
    assert count(on_meta(**{**SMALL, **change})) == expected
    assert int(expected / 1e4) == 941 or round(expected / 1e4) == 941


def test_keys_and_shapes_of_the_published_small_network():
    net = on_meta(**SMALL, scale=4)
    shapes = {name: tuple(value.shape) for name, value in net.state_dict().items()}
    assert len(shapes) == 864 - len(HAT.ignored_keys)
    block, overlap = (f'layers.5.residual_group.{x}' for x in ('blocks.1', 'overlap_attn'))
    expected = {
        'conv_first.weight': (144, 3, 3, 3),
        'patch_embed.norm.weight': (144,),
        f'{block}.norm1.bias': (144,),
        f'{block}.attn.relative_position_bias_table': (961, 6),
        f'{block}.attn.qkv.weight': (432, 144),
        f'{block}.attn.proj.weight': (144, 144),
        f'{block}.conv_block.cab.0.weight': (6, 144, 3, 3),
        f'{block}.conv_block.cab.2.weight': (144, 6, 3, 3),
        f'{block}.conv_block.cab.3.attention.1.weight': (6, 144, 1, 1),
        f'{block}.conv_block.cab.3.attention.3.weight': (144, 6, 1, 1),
        f'{block}.norm2.weight': (144,),
        f'{block}.mlp.fc1.weight': (288, 144),
        f'{overlap}.relative_position_bias_table': (1521, 6),
        f'{overlap}.qkv.bias': (432,),
        f'{overlap}.mlp.fc2.weight': (144, 288),
        'layers.5.conv.weight': (144, 144, 3, 3),
        'norm.weight': (144,),
        'conv_after_body.bias': (144,),
        'conv_before_upsample.0.weight': (64, 144, 3, 3),
        'upsample.0.weight': (256, 64, 3, 3),
        'upsample.2.weight': (256, 64, 3, 3),
        'conv_last.weight': (3, 64, 3, 3),
    }
    assert {name: shapes.get(name) for name in expected} == expected


@pytest.mark.parametrize('training', [False, True])
@pytest.mark.parametrize(
    ('arguments', 'size'),
    [
        (TINY, (2, 3, 12, 20)),
        (TINY, (3, 3, 4, 4)),
        ({**TINY, 'in_channels': 1, 'window_size': 6, 'overlap_ratio': 1}, (2, 1, 18, 12)),
    ],
)
def test_the_plain_twin_agrees(arguments, size, training):
    net = perturbed(HAT(**arguments, drop_path_rate=0.3)).double().train(training)
    twin = PlainHAT(**arguments, drop_path_rate=0.3).double().train(training)
    generator = torch.Generator().manual_seed(1)
    x = torch.rand(size, generator=generator, dtype=torch.float64)
    assert_twins_agree(net, twin, x, outputs=(1e-12, 1e-10), gradients=(1e-11, 1e-8))


@pytest.mark.parametrize('rows', [7, 100, 10**6])
def test_inference_equals_the_forward_of_training(monkeypatch, rows):
    net = perturbed(HAT(**TINY)).double().eval()
    x = torch.rand(2, 3, 12, 20, dtype=torch.float64)
    expected = net(x).detach()
    monkeypatch.setattr('mmrestore.models.layers.mlp.CHUNK_ROWS', rows)
    with torch.inference_mode():
        torch.testing.assert_close(net(x), expected, atol=1e-12, rtol=1e-10)


@pytest.mark.parametrize('scale', [1, 2, 3, 4])
def test_scales(scale):
    net = HAT(**TINY, scale=scale).eval()
    with torch.no_grad():
        output = Pad(net)(torch.rand(1, 3, 9, 14))
        constant = net(torch.full((1, 3, 8, 8), 0.5))
    assert output.shape == (1, 3, scale * 9, scale * 14)
    assert constant.std() > 0
    assert constant.is_contiguous()


def test_local_statistics():
    net, x = perturbed(HAT(**TINY)).eval(), torch.rand(1, 3, 12, 20)
    with torch.no_grad():
        whole, local = (LocalStatistics(net, train_size=size)(x) for size in (16, 4))
        torch.testing.assert_close(whole, net(x))
        assert not torch.allclose(local, whole, atol=1e-3)


def test_autocast_and_double():
    net, x = perturbed(HAT(**TINY)).eval(), torch.rand(2, 3, 8, 12)
    exact = copy.deepcopy(net).double()(x.double())
    assert (net(x) - exact).abs().max() < 1e-4 * exact.std()
    with torch.autocast('cpu', torch.bfloat16):
        output = net.train()(x)
    output.float().square().mean().backward()
    assert all(p.grad.isfinite().all() for p in net.parameters())
    with torch.autocast('cpu', torch.bfloat16):
        assert 0 < (net.eval()(x) - exact).abs().max() < 0.2 * exact.std()


def test_official_arguments_and_stored_buffers():
    official = dict(embed_dim=12, depths=[2], num_heads=[2], window_size=4, mlp_ratio=2)
    official |= dict(compress_ratio=4, squeeze_factor=3, conv_scale=0.5, upsampler='pixelshuffle')
    net = perturbed(HAT(**{**TINY, 'depths': [2], 'num_heads': [2]}, scale=2)).eval()
    buffers = dict.fromkeys(HAT.ignored_keys, torch.zeros(2, 2))
    loaded = load_official('HAT', official, {**net.state_dict(), **buffers}).eval()
    x = torch.rand(1, 3, 8, 4)
    with torch.no_grad():
        assert torch.equal(loaded(x), net(x))


@pytest.mark.parametrize(
    ('arguments', 'name'),
    [
        ({'upsampler': ''}, 'upsampler'),
        ({'img_range': 255.0}, 'img_range'),
        ({'resi_connection': 'identity'}, 'resi_connection'),
        ({'img_size': 16, 'window_size': 16}, 'img_size <= window_size'),
        ({'ape': True}, 'ape'),
    ],
)
def test_official_arguments_that_no_published_network_has(arguments, name):
    with pytest.raises(ValueError, match=f"no published HAT has such values of .*'{name}'"):
        load_official('HAT', {'upsampler': 'pixelshuffle', **arguments}, {})


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        ({'depths': [2]}, 'one number for every stage'),
        ({'embed_channels': 13}, 'cannot be split into 2 heads'),
        ({'num_heads': [2, 0]}, 'num_heads must be at least 1, got 0'),
        ({'window_size': 0}, 'window_size must be at least 1, got 0'),
        ({'scale': 5}, 'power of 2 or by 3, got 5'),
        ({'overlap_ratio': 0.25}, 'windows of 4 pixels longer by 1: expected an even'),
        ({'overlap_ratio': -0.5}, 'longer by -2'),
        ({'compress_ratio': 13}, r'compress_ratio must be in 1 ... embed_channels=12, got 13'),
        ({'squeeze_factor': 0}, 'squeeze_factor must be in 1'),
        ({'drop_path_rate': 1.0}, r'in \[0, 1\)'),
    ],
)
def test_arguments_that_do_not_fit(arguments, message):
    with pytest.raises(ValueError, match=message):
        HAT(**{**TINY, **arguments})


def test_sizes_that_do_not_fit():
    with pytest.raises(ValueError, match='multiples of 4, got 8 x 10'):
        HAT(**TINY)(torch.rand(1, 3, 8, 10))
