"""Restormer: parameters of the published networks, its plain form, official checkpoints."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
import torch
from plain_networks import PlainRestormer
from safetensors.torch import load_file
from twins import perturbed

from mmrestore.analysis.official_weights import official_weights
from mmrestore.apis import load_official
from mmrestore.models.backbones import Restormer

CONFIGS = Path(__file__).parents[2] / 'configs/_base_/models'
TINY = {'embed_channels': 8, 'depths': [1, 1, 1, 2], 'num_refinement_blocks': 1}
DUAL_PIXEL = {'in_channels': 6, 'norm_bias': True, 'dual_pixel': True}


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


def images(*shape):
    return torch.rand(shape, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(
    ('arguments', 'count', 'keys'),
    [
        ({}, 26_111_668, 'restormer_real_denoising'),
        ({'norm_bias': True}, 26_126_644, 'restormer_withbias'),
        ({'in_channels': 1}, 26_109_076, None),
        (DUAL_PIXEL, 26_132_548, 'restormer_dualpixel'),
    ],
)
def test_parameters_of_the_published_networks(arguments, count, keys, request):
    with torch.device('meta'):
        net = Restormer(**arguments)
    assert sum(p.numel() for p in net.parameters()) == count
    if keys:
        shared = request.getfixturevalue('shared')
        expected = json.loads((shared / f'specs/keys/{keys}.json').read_text())
        assert {k: list(v.shape) for k, v in net.state_dict().items()} == expected


def test_full_size(shared):
    place = shared / 'parity/full_size'
    weights = official_weights(json.loads((place / 'arch_restormer.json').read_text()))
    vectors = load_file(place / 'arch_restormer.safetensors')
    net = load_official('Restormer', {'LayerNorm_type': 'BiasFree'}, weights).eval()
    with torch.no_grad():
        difference = net(vectors['x']) - vectors['y']
    assert difference.abs().max() < 1e-4 * vectors['y'].std()


@pytest.mark.parametrize('training', [False, True])
@pytest.mark.parametrize(
    ('arguments', 'size'),
    [
        ({}, (2, 3, 16, 40)),
        ({'norm_bias': True, 'in_channels': 1}, (1, 1, 24, 8)),
        (DUAL_PIXEL, (2, 6, 8, 48)),
    ],
)
def test_the_plain_twin_agrees(arguments, size, training):
    net = perturbed(Restormer(**TINY, **arguments), std=0.1).train(training)
    twin = PlainRestormer(**TINY, **arguments).train(training)
    twin.load_state_dict(net.state_dict())
    results = []
    for network in (net, twin):
        x = images(*size).requires_grad_()
        y = network(x)
        (y * torch.linspace(-1, 1, size[-1])).mean().backward()
        results.append((y, x.grad))
    torch.testing.assert_close(*results, atol=1e-5, rtol=1e-5)
    expected = {name: p.grad for name, p in twin.named_parameters()}
    for name, p in net.named_parameters():
        limit = 1e-4 * float(expected[name].abs().max())
        torch.testing.assert_close(p.grad, expected[name], atol=limit, rtol=0)


def test_attention_does_not_depend_on_the_scale_of_queries_and_keys():
    attention = perturbed(Restormer(**TINY), std=0.1).encoder_level2[0].attn
    qk = torch.randn(2, 30, 32, generator=torch.Generator().manual_seed(2)).double()
    weights = attention._weights(qk)
    assert weights.shape == (2, 2, 8, 8)
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, 2, 8).double())
    torch.testing.assert_close(attention._weights(1e3 * qk), weights)
    half = attention._weights((100 * qk).half().repeat(1, 100, 1))  # sums of squares up to 1e8
    torch.testing.assert_close(half.double(), weights, atol=1e-2, rtol=0)
    empty = torch.zeros(1, 30, 32, requires_grad=True)
    attention._weights(empty).square().sum().backward()
    assert empty.grad.isfinite().all()


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16])
def test_half_precision_without_autocast(dtype):
    net, x = perturbed(Restormer(**TINY), std=0.1).eval(), images(1, 3, 16, 24)
    expected = net(x)
    low = copy.deepcopy(net).to(dtype)(x.to(dtype))
    assert low.dtype == dtype
    low.float().square().mean().backward()
    assert 0 < (low - expected).abs().max() < 0.2 * expected.std()


def test_autocast_and_double():
    net, x = perturbed(Restormer(**TINY), std=0.1).eval(), images(2, 3, 16, 24)
    exact = copy.deepcopy(net).double()(x.double())
    assert (net(x) - exact).abs().max() < 1e-4 * exact.std()
    with torch.autocast('cpu', torch.bfloat16):
        output = net(x)
    output.float().square().mean().backward()
    assert 0 < (output - exact).abs().max() < 0.2 * exact.std()
    assert all(p.grad.isfinite().all() for p in net.parameters())


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        ({'depths': [1, 1, 1]}, r'depths needs 4 numbers, one a level, got \[1, 1, 1\]'),
        ({'num_heads': [1]}, 'num_heads needs 4 numbers'),
        ({'num_heads': [3, 2, 4, 8]}, '8 channels of level 1 cannot be split into 3 heads'),
        ({'embed_channels': 9, 'num_heads': [1] * 4}, 'must be even, got 9'),
        ({'embed_channels': 0}, 'embed_channels must be at least 1, got 0'),
        ({'ffn_ratio': 0}, 'ffn_ratio must be at least 1 / embed_channels=8.*, got 0'),
        ({'ffn_ratio': -2.66}, 'got -2.66'),
        ({'dual_pixel': True}, 'even number of channels, got 3'),
    ],
)
def test_arguments_that_do_not_fit(arguments, message):
    with pytest.raises(ValueError, match=message):
        Restormer(**{**TINY, **arguments})


def test_sizes_that_do_not_fit():
    with pytest.raises(ValueError, match='multiples of 8, got 8 x 12'):
        Restormer(**TINY)(torch.rand(1, 3, 8, 12))


@pytest.mark.parametrize(
    'arguments', [{'bias': True}, {'inp_channels': 6}, {'inp_channels': 3, 'dual_pixel_task': True}]
)
def test_official_arguments_that_nothing_published_has(arguments):
    with pytest.raises(ValueError, match='no published Restormer'):
        load_official('Restormer', arguments, {})
