"""NAFNet and its Baseline: parameters, their plain forms, official checkpoints."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
import torch
from plain_networks import PlainNAFNet, PlainNAFNetBaseline
from safetensors.torch import load_file
from twins import perturbed

from mmrestore.analysis.official_weights import official_weights
from mmrestore.apis import load_official
from mmrestore.models.backbones import NAFNet, NAFNetBaseline
from mmrestore.models.inference import Pad

CONFIGS = Path(__file__).parents[2] / 'configs/_base_/models'
TINY = {'channels': 8, 'encoder_depths': [1, 2], 'num_middle_blocks': 1, 'decoder_depths': [2, 1]}
GOPRO = {
    'encoder_depths': [1, 1, 1, 28],
    'num_middle_blocks': 1,
    'decoder_depths': [1, 1, 1, 1],
}
TWINS = [(NAFNet, PlainNAFNet), (NAFNetBaseline, PlainNAFNetBaseline)]


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


def images(*shape):
    return torch.rand(shape, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(
    ('network', 'arguments', 'count', 'keys'),
    [
        (NAFNet, {}, 29_159_715, 'nafnet_sidd_w32'),
        (NAFNet, {'channels': 64}, 115_982_915, None),
        (NAFNet, GOPRO, 17_111_907, 'nafnet_gopro_w32'),
        (NAFNet, {**GOPRO, 'channels': 64}, 67_888_835, None),
        (NAFNetBaseline, {}, 29_056_227, 'nafnetbase_amsnet_w32'),
        (NAFNetBaseline, {'channels': 64, 'expansion': 2}, 194_419_779, None),
    ],
)
def test_parameters_of_the_published_networks(network, arguments, count, keys, request):
    with torch.device('meta'):
        net = network(**arguments)
    assert sum(p.numel() for p in net.parameters()) == count
    if keys:
        shared = request.getfixturevalue('shared')
        expected = json.loads((shared / f'specs/keys/{keys}.json').read_text())
        assert {k: list(v.shape) for k, v in net.state_dict().items()} == expected


def test_full_size(shared):
    place = shared / 'parity/full_size'
    weights = official_weights(json.loads((place / 'arch_nafnetbase.json').read_text()))
    vectors = load_file(place / 'arch_nafnetbase.safetensors')
    arguments = {
        'width': 32,
        'enc_blk_nums': [2, 2, 4, 8],
        'middle_blk_num': 12,
        'dec_blk_nums': [2, 2, 2, 2],
    }
    net = load_official('Baseline (NAFNet)', arguments, weights).eval()
    with torch.no_grad():
        difference = net(vectors['x']) - vectors['y']
    assert difference.abs().max() < 1e-4 * vectors['y'].std()


@pytest.mark.parametrize('training', [False, True])
@pytest.mark.parametrize(
    ('networks', 'arguments', 'size'),
    [
        (TWINS[0], {}, (2, 3, 12, 36)),
        (TWINS[0], {'in_channels': 1}, (1, 1, 4, 8)),
        (TWINS[1], {}, (2, 3, 12, 36)),
        (TWINS[1], {'expansion': 2, 'ffn_ratio': 3}, (1, 3, 8, 4)),
    ],
)
def test_the_plain_twin_agrees(networks, arguments, size, training):
    ours, plain = networks
    net = perturbed(ours(**TINY, **arguments)).train(training)
    twin = plain(**TINY, **arguments).train(training)
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


def test_a_new_network_is_its_first_and_last_convolution():
    """Gains of 0 leave out all branches: a start that is the same at every depth."""
    net, x = NAFNet(**{**TINY, 'encoder_depths': [], 'decoder_depths': []}), images(1, 3, 5, 7)
    torch.testing.assert_close(net(x), x + net.ending(net.intro(x)))


@pytest.mark.parametrize('network', [NAFNet, NAFNetBaseline])
def test_padding_is_with_zeros_as_in_the_released_code(network):
    net, x = perturbed(network(**TINY)).eval(), images(1, 3, 9, 14)
    padded = torch.zeros(1, 3, 12, 16)
    padded[..., :9, :14] = x
    with torch.no_grad():
        assert Pad(net)(x).equal(net(padded)[..., :9, :14])
        assert not torch.allclose(Pad(net)(x), Pad(net, mode='reflect')(x), atol=1e-4)


@pytest.mark.parametrize('network', [NAFNet, NAFNetBaseline])
def test_autocast_and_double(network):
    net, x = perturbed(network(**TINY)).eval(), images(2, 3, 12, 36)
    exact = copy.deepcopy(net).double()(x.double())
    assert (net(x) - exact).abs().max() < 1e-4 * exact.std()
    with torch.autocast('cpu', torch.bfloat16):
        output = net(x)
    output.float().square().mean().backward()
    assert 0 < (output - exact).abs().max() < 0.2 * exact.std()
    assert all(p.grad.isfinite().all() for p in net.parameters())


@pytest.mark.parametrize(
    ('network', 'name'),
    [
        (NAFNet, 'channels'),
        (NAFNetBaseline, 'channels'),
        (NAFNetBaseline, 'expansion'),
        (NAFNetBaseline, 'ffn_ratio'),
    ],
)
def test_numbers_that_do_not_fit(network, name):
    with pytest.raises(ValueError, match=f'{name} must be at least 1, got 0'):
        network(**{**TINY, name: 0})


def test_lists_and_sizes_that_do_not_fit():
    with pytest.raises(ValueError, match=r'one number for every level, got \[1, 2\] and \[1\]'):
        NAFNet(**{**TINY, 'decoder_depths': [1]})
    with pytest.raises(ValueError, match='multiples of 16, got 16 x 40'):
        NAFNet(channels=4)(torch.rand(1, 3, 16, 40))
