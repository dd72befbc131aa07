"""RNAN: parameters of the releases, its plain form, non-local attention in blocks."""

from __future__ import annotations

import json

import pytest
import torch
from plain_networks import PlainRNAN
from twins import perturbed

from mmrestore.apis import load_official
from mmrestore.models.backbones import RNAN
from mmrestore.models.backbones.rnan import NonLocal, non_local

TINY = {'channels': 8, 'num_groups': 3}


@pytest.mark.parametrize(
    ('arguments', 'count'),
    [
        ({}, 8_959_555),
        ({'in_channels': 1}, 8_957_249),
        ({'scale': 2}, 9_107_291),
        ({'scale': 3}, 9_291_931),
        ({'scale': 4}, 9_255_003),
    ],
)
def test_parameter_counts(arguments, count):
    with torch.device('meta'):
        net = RNAN(**arguments)
    assert sum(p.numel() for p in net.parameters()) == count


def test_names_and_shapes_of_the_release(shared):
    expected = json.loads((shared / 'specs/keys/rnan_dn_rgb.json').read_text())
    with torch.device('meta'):
        found = RNAN().state_dict()
    assert {k: list(v.shape) for k, v in found.items()} == expected


@pytest.mark.parametrize('elements', [1, 500, 2**20])
def test_the_plain_twin_agrees(monkeypatch, elements):
    monkeypatch.setattr('mmrestore.models.backbones.rnan.CPU_ELEMENTS', elements)
    net = perturbed(RNAN(**TINY, image_range=1.0), std=0.1).double()
    twin = PlainRNAN(**TINY, image_range=1.0).double()
    twin.load_state_dict(net.state_dict())
    x = torch.rand(2, 3, 6, 10, dtype=torch.float64)
    outputs = []
    for network in (net, twin):
        outputs.append(network(x))
        (outputs[-1] * torch.linspace(-1, 1, x.shape[-1])).mean().backward()
    torch.testing.assert_close(*outputs)
    for name, parameter in net.named_parameters():
        torch.testing.assert_close(parameter.grad, twin.get_parameter(name).grad, msg=name)
    with torch.no_grad():
        torch.testing.assert_close(net(x), outputs[1])


def test_weights_of_a_pixel_add_up_over_those_that_receive_it():
    """One bright pixel is shared out: what all pixels get of it is what it has."""
    torch.manual_seed(0)
    theta, phi = torch.randn(2, 1, 7, 3)
    g = torch.zeros(1, 7, 3)
    g[0, 2] = torch.tensor([1.0, -2.0, 3.0])
    torch.testing.assert_close(non_local(theta, phi, g).sum(1), g.sum(1))


def test_gradients_of_non_local_attention(monkeypatch):
    monkeypatch.setattr('mmrestore.models.backbones.rnan.CPU_ELEMENTS', 2 * 5 * 2)
    torch.manual_seed(0)
    inputs = [torch.randn(2, 5, 3, dtype=torch.float64, requires_grad=True) for _ in range(3)]
    assert torch.autograd.gradcheck(non_local, inputs)


def test_non_local_attention_in_bfloat16(monkeypatch):
    monkeypatch.setattr('mmrestore.models.backbones.rnan.CPU_ELEMENTS', 2000)
    torch.manual_seed(0)
    block = perturbed(NonLocal(8), std=0.1)
    x = torch.randn(2, 8, 10, 12)
    expected = block(x)
    with torch.autocast('cpu', torch.bfloat16):
        y = block(x)
    y.float().square().mean().backward()
    assert (y.float() - expected).abs().max() < 0.05 * expected.std()
    assert all(p.grad.isfinite().all() for p in block.parameters())


def test_non_local_attention_starts_as_nothing():
    x = torch.randn(1, 8, 4, 6)
    assert torch.equal(NonLocal(8)(x), x)
    assert RNAN.global_statistics


@pytest.mark.parametrize('scale', [2, 3])
def test_super_resolution(scale):
    torch.manual_seed(0)
    net = perturbed(RNAN(**TINY, scale=scale), std=0.1).eval()
    mean = torch.tensor([0.4488, 0.4371, 0.4040]).view(1, 3, 1, 1)
    with torch.no_grad():
        assert net(torch.rand(1, 3, 4, 6)).shape == (1, 3, 4 * scale, 6 * scale)
        fresh = RNAN(**TINY, scale=scale)
        for parameter in fresh.tail.parameters():
            torch.nn.init.zeros_(parameter)
        y = fresh(torch.rand(1, 3, 4, 6))
    torch.testing.assert_close(y, mean.expand_as(y))


def test_the_range_of_the_images():
    torch.manual_seed(0)
    weights = perturbed(RNAN(**TINY), std=0.1).state_dict()
    arguments = {'n_resgroups': 3, 'n_feats': 8}
    theirs = load_official('RNAN', arguments, weights)
    ours = load_official('RNAN', {**arguments, 'rgb_range': 255}, weights)
    x = torch.rand(1, 3, 4, 6)
    torch.testing.assert_close(ours(x), theirs(255 * x) / 255, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        ({'num_groups': 1}, 'got num_groups=1'),
        ({'channels': 9}, 'channels=9'),
        ({'channels': 0}, 'channels must be at least 1, got 0'),
        ({'scale': 5}, 'got 5'),
    ],
)
def test_arguments_that_do_not_fit(arguments, message):
    with pytest.raises(ValueError, match=message):
        RNAN(**{**TINY, **arguments})


def test_sizes_that_do_not_fit():
    with pytest.raises(ValueError, match='multiples of 2, got 5 x 6'):
        RNAN(**TINY)(torch.rand(1, 3, 5, 6))
