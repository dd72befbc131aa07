"""GRL against its plain twin, parameter counts of the published networks, and its uses."""

from __future__ import annotations

import copy
import math

import pytest
import torch
from plain_networks import PlainGRL
from twins import assert_twins_agree, perturbed

from mmrestore.apis import load_official
from mmrestore.models.backbones import GRL
from mmrestore.models.inference import Pad

TINY = {
    'embed_channels': 24,
    'depths': [4, 2],
    'num_heads_window': [2, 3],
    'num_heads_stripe': [3, 2],
    'window_size': 4,
    'stripe_size': [4, 8],
    'anchor_factor': 2,
}
SMALL = {'depths': [4] * 4, 'num_heads_window': [2] * 4, 'num_heads_stripe': [2] * 4}
T = {**SMALL, 'embed_channels': 64, 'tail': 'pixelshuffledirect'}
S = {**SMALL, 'tail': 'pixelshuffle'}
BASE = {
    'embed_channels': 180,
    'depths': [4, 4, 8, 8, 8, 4, 4],
    'num_heads_window': [3] * 7,
    'num_heads_stripe': [3] * 7,
    'local_connection': True,
}
B = {**BASE, 'tail': 'pixelshuffle'}
OFFICIAL_NAMES = {
    'embed_channels': 'embed_dim',
    'anchor_factor': 'anchor_window_down_factor',
    'tail': 'upsampler',
    'scale': 'upscale',
}
PUBLISHED = [
    ({**T, 'tail': 'residual'}, 880_227),
    ({**T, 'tail': 'residual', 'in_channels': 1}, 877_921),
    ({**T, 'scale': 2}, 885_420),
    ({**T, 'scale': 3}, 894_075),
    ({**T, 'scale': 4}, 906_192),
    ({}, 3_120_227),
    ({**SMALL, 'in_channels': 1}, 3_115_617),
    ({**S, 'scale': 2}, 3_340_003),
    ({**S, 'scale': 3}, 3_524_643),
    ({**S, 'scale': 4}, 3_487_715),
    (BASE, 19_805_263),
    ({**BASE, 'in_channels': 1}, 19_798_781),
    ({**BASE, 'in_channels': 6, 'out_channels': 3}, 19_810_123),
    ({**B, 'scale': 2}, 20_053_587),
    ({**B, 'scale': 3}, 20_238_227),
    ({**B, 'scale': 4}, 20_201_299),
    ({**BASE, 'tail': 'nearest+conv', 'scale': 4}, 20_016_659),
]


@pytest.mark.parametrize(('arguments', 'count'), PUBLISHED)
def test_parameter_counts(arguments, count):
    with torch.device('meta'):
        net = GRL(**arguments)
    assert sum(p.numel() for p in net.parameters()) == count
    assert set(net.state_dict()) == {name for name, _ in net.named_parameters()}


@pytest.mark.parametrize(
    ('window', 'stripe', 'factor', 'multiple'),
    [
        (16, (64, 128), 4, 128),
        (32, (64, 128), 2, 128),
        (32, (64, 64), 4, 64),
        (36, (72, 144), 4, 144),
        (8, (32, 32), 4, 32),
        (12, (48, 96), 4, 96),
        (16, (32, 64), 4, 64),
    ],
)
def test_published_windows_and_stripes(window, stripe, factor, multiple):
    net = GRL(
        embed_channels=8,
        depths=[1],
        num_heads_window=[1],
        num_heads_stripe=[1],
        window_size=window,
        stripe_size=stripe,
        anchor_factor=factor,
    )
    assert net.size_multiple == multiple


@pytest.mark.parametrize('training', [False, True])
@pytest.mark.parametrize(
    ('arguments', 'size'),
    [
        (TINY, (2, 3, 16, 24)),
        (TINY, (3, 3, 8, 8)),
        ({**TINY, 'local_connection': True, 'mlp_ratio': 3}, (2, 3, 8, 24)),
        ({**TINY, 'stripe_size': [8, 16], 'anchor_factor': 4}, (2, 3, 16, 32)),
        ({**TINY, 'stripe_size': [12, 4], 'in_channels': 1}, (1, 1, 24, 12)),
        ({**TINY, 'in_channels': 6, 'out_channels': 3, 'anchor_factor': 1}, (1, 6, 16, 8)),
    ],
)
def test_the_plain_twin_agrees(arguments, size, training):
    net = perturbed(GRL(**arguments, drop_path_rate=0.3)).double().train(training)
    twin = PlainGRL(**arguments, drop_path_rate=0.3).double().train(training)
    x = torch.rand(size, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    assert_twins_agree(net, twin, x, outputs=(1e-6, 1e-6), gradients=(1e-6, 1e-5))


def test_logit_scales_end_at_100_where_masks_leak():
    net = GRL(**TINY).double().eval()
    for name, parameter in net.named_parameters():
        if name.endswith('logit_scale'):
            parameter.data.fill_(6.0)  # more than log(100)
    twin = PlainGRL(**TINY).double().eval()
    twin.load_state_dict(net.state_dict())
    x = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(0)).double()
    with torch.no_grad():
        expected = twin(x)
        torch.testing.assert_close(net(x), expected, atol=1e-5, rtol=1e-5)
        for name, parameter in net.named_parameters():
            if name.endswith('logit_scale'):
                parameter.data.fill_(math.log(100))
        torch.testing.assert_close(net(x), expected, atol=1e-5, rtol=1e-5)


def test_inference_equals_the_forward_of_training(monkeypatch):
    net = perturbed(GRL(**TINY, local_connection=True)).eval()
    x = torch.rand(2, 3, 16, 24)
    expected = net(x).detach()
    for rows in (1, 100, 10**6):
        monkeypatch.setattr('mmrestore.models.backbones.grl.CHUNK_ROWS', rows)
        with torch.inference_mode():
            torch.testing.assert_close(net(x), expected, atol=1e-4, rtol=1e-4)


def test_pixels_of_far_stripes_and_windows_do_not_meet():
    arguments = {**TINY, 'depths': [1], 'num_heads_window': [2], 'num_heads_stripe': [2]}
    net = perturbed(GRL(**arguments)).eval()
    outputs = []
    net.layers[0].blocks[0].register_forward_hook(lambda m, i, y: outputs.append(y))
    x = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        net(x)
        x[..., 6, 9] += 1
        net(x)
    changed = (outputs[0] != outputs[1]).any(1).view(16, 16)
    expected = torch.zeros(16, 16, dtype=torch.bool)
    expected[4:8, 8:16] = True  # the stripe of rows 5 to 7, columns 8 to 10 (conv_first)
    expected[2:10, 6:14] = True  # the four shifted windows that they lie in
    assert torch.equal(changed, expected)


@pytest.mark.parametrize(
    ('tail', 'scale'), [('pixelshuffle', 3), ('pixelshuffledirect', 2), ('nearest+conv', 4)]
)
def test_tails_enlarge(tail, scale):
    net = GRL(**TINY, tail=tail, scale=scale).eval()
    with torch.no_grad():
        output = Pad(net)(torch.rand(1, 3, 9, 14))
        constant = net(torch.full((1, 3, 8, 8), 0.5))
    assert output.shape == (1, 3, scale * 9, scale * 14)
    assert constant.std() > 0
    assert constant.is_contiguous()


def test_autocast_and_double():
    net, x = perturbed(GRL(**TINY)).eval(), torch.rand(2, 3, 8, 16)
    exact = copy.deepcopy(net).double()(x.double())
    assert (net(x) - exact).abs().max() < 1e-4 * exact.std()
    with torch.autocast('cpu', torch.bfloat16):
        output = net(x)
    output.float().square().mean().backward()
    assert 0 < (output - exact).abs().max() < 0.3 * exact.std()
    assert all(p.grad.isfinite().all() for p in net.parameters())


@pytest.mark.parametrize(
    'arguments',
    [
        {},
        {'in_channels': 6, 'out_channels': 3},
        {'tail': 'pixelshuffle', 'scale': 2},
        {'tail': 'nearest+conv', 'scale': 4, 'local_connection': True},
    ],
)
def test_official_checkpoints_load_without_their_buffers(arguments):
    net = perturbed(GRL(**TINY, **arguments))
    weights = dict(net.state_dict())
    buffers = ('table_w', 'table_sh', 'index_w', 'index_sv_w2a', 'mask_w', 'mask_sh_a2w')
    weights.update((name, torch.zeros(1)) for name in buffers)
    official = {OFFICIAL_NAMES.get(k, k): v for k, v in {**TINY, **arguments}.items()}
    loaded = load_official('GRL', {**official, 'stripe_shift': True, 'mlp_ratio': 2}, weights)
    x = torch.rand(1, net.in_channels, 8, 8)
    with torch.no_grad():
        assert torch.equal(loaded.eval()(x), net.eval()(x))


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        ({'stripe_shift': False}, 'stripe_shift'),
        ({'stripe_size': [8, None], 'stripe_groups': [None, 4]}, 'stripe_size.*stripe_groups'),
        ({'anchor_proj_type': 'conv2d'}, 'anchor_proj_type'),
        ({'conv_type': '3conv', 'init_method': 'r'}, 'conv_type.*init_method'),
    ],
)
def test_unpublished_checkpoints_are_refused(arguments, message):
    with pytest.raises(ValueError, match=f'no published GRL has such values.*{message}'):
        load_official('GRL', {'stripe_shift': True, **arguments}, {})


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        ({'depths': [2]}, 'one number for every stage'),
        ({'num_heads_window': [5, 3]}, 'half of embed_channels=24 cannot be split into 5 heads'),
        ({'num_heads_window': [2, 0]}, 'num_heads_window must be at least 1, got 0'),
        ({'num_heads_stripe': [0, 2]}, 'num_heads_stripe must be at least 1, got 0'),
        ({'window_size': 3}, 'that divide the longest of them, got 3 and'),
        ({'stripe_size': [1, 8]}, '2 or more'),
        ({'anchor_factor': 4}, r'multiples of 2 \* anchor_factor=8'),
        ({'anchor_factor': 0}, 'anchor_factor must be at least 1, got 0'),
        ({'anchor_factor': -2}, 'at least 1, got -2'),
        ({'tail': 'pixel'}, "must be one of.*got 'pixel'"),
        ({'scale': 2}, 'residual has scale 1'),
        ({'embed_channels': 12, 'local_connection': True}, 'to at least 1, got 0'),
        ({'drop_path_rate': 1.0}, r'in \[0, 1\)'),
    ],
)
def test_arguments_that_do_not_fit(arguments, message):
    with pytest.raises(ValueError, match=message):
        GRL(**{**TINY, **arguments})


def test_sizes_that_do_not_fit():
    with pytest.raises(ValueError, match='multiples of 8, got 8 x 12'):
        GRL(**TINY)(torch.rand(1, 3, 8, 12))
