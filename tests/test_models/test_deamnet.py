"""DeamNet against its plain twin and its releases."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch
from plain_networks import PlainDeamNet
from safetensors.torch import load_file

from mmrestore.analysis.official_weights import official_weights
from mmrestore.analysis.parity import compare
from mmrestore.apis import load_official
from mmrestore.models.backbones import DeamNet

NUM_UNUSED = 352_512  # numbers in official checkpoints that no output depends on


@pytest.mark.parametrize(('in_channels', 'count'), [(3, 2_228_131), (1, 2_225_825)])
def test_parameter_counts(in_channels, count):
    with torch.device('meta'):
        net = DeamNet(in_channels)
    assert sum(p.numel() for p in net.parameters()) == count - NUM_UNUSED


@pytest.mark.parametrize(('in_channels', 'name'), [(3, 'color'), (1, 'gray')])
def test_names_and_shapes_of_the_release(in_channels, name, shared):
    stored = json.loads((shared / f'specs/keys/deamnet_{name}.json').read_text())
    unused = {k for k in stored if set(k.split('.')) & set(DeamNet.ignored_keys)}
    assert sum(math.prod(stored[k]) for k in unused) == NUM_UNUSED
    with torch.device('meta'):
        found = DeamNet(in_channels).state_dict()
    expected = {k: v for k, v in stored.items() if k not in unused}
    assert {k: list(v.shape) for k, v in found.items()} == expected


@pytest.mark.parametrize('training', [False, True])
@pytest.mark.parametrize(('in_channels', 'channels'), [(3, 16), (1, 32)])
def test_the_plain_twin_agrees(in_channels, channels, training):
    torch.manual_seed(0)
    net = DeamNet(in_channels, channels=channels).train(training)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter *= 1.5
    twin = PlainDeamNet(in_channels, channels=channels).train(training)
    twin.load_state_dict(net.state_dict())
    x = torch.rand(2, in_channels, 16, 48).requires_grad_()
    outputs, gradients = [], []
    for n in (net, twin):
        outputs.append(n(x))
        loss = (outputs[-1] * torch.linspace(-1, 1, x.shape[-1])).mean()
        parameters = dict(n.named_parameters())
        grads = torch.autograd.grad(loss, [x, *parameters.values()])
        gradients.append(dict(zip(['input', *parameters], grads, strict=True)))
    torch.testing.assert_close(*outputs, atol=1e-5, rtol=1e-5)
    for name, expected in gradients[1].items():
        limit = 1e-4 * float(expected.abs().max())
        torch.testing.assert_close(gradients[0][name], expected, atol=limit, rtol=1e-4)


def test_inference_writes_over_nothing_that_is_needed():
    net, x = DeamNet(channels=16).eval(), torch.rand(1, 3, 32, 16)
    before, expected = x.clone(), net(x).detach()
    for context in (torch.no_grad, torch.inference_mode):
        with context():
            torch.testing.assert_close(net(x), expected, atol=1e-5, rtol=1e-5)
    assert torch.equal(x, before)


def test_the_iterations_share_their_denoiser():
    net, x = DeamNet(channels=16), torch.rand(1, 3, 16, 16)
    calls = []
    net.net2.register_forward_hook(lambda module, inputs, output: calls.append(1))
    net(x)
    assert len(calls) == 4


def test_a_step_between_old_and_first_features():
    net = DeamNet(channels=16)
    step = net.line11
    x, first = torch.rand(1, 16, 4, 6), torch.rand(1, 16, 4, 6)
    last = step.weight['conv_du'][2].conv2d
    for bias, expected in ((-100.0, x), (100.0, first), (0.0, (x + first) / 2)):
        torch.nn.init.zeros_(last.weight)
        torch.nn.init.constant_(last.bias, bias)
        torch.testing.assert_close(step(x, first), expected)


def test_full_size(shared):
    place = shared / 'parity/full_size'
    weights = official_weights(json.loads((place / 'arch_deamnet.json').read_text()))
    vectors = load_file(place / 'arch_deamnet.safetensors')
    net = load_official('DeamNet', {'Isreal': True}, weights).eval()
    with torch.no_grad():
        difference = net(vectors['x']) - vectors['y']
    assert difference.abs().max() < 1e-4 * vectors['y'].std()


def test_full_size_gray(shared):
    place = shared / 'parity/full_size'
    facts = json.loads((place / 'deamnet_full_gray.json').read_text())
    vectors = load_file(place / 'deamnet_full_gray.safetensors')
    random = np.random.RandomState(0)
    weights = {}
    for name, shape in sorted(facts['keys'].items()):
        factor = math.sqrt(1.2 / math.prod(shape[1:])) if len(shape) > 1 else 0.02
        values = random.standard_normal(math.prod(shape)).reshape(shape) * factor
        weights[name] = torch.tensor(values, dtype=torch.float32)
    net = load_official('DeamNet', facts['arguments'], weights).eval()
    y = net(vectors['input'])
    assert (y - vectors['output']).abs().max() < 1e-4 * vectors['output'].std()
    y.pow(2).mean().backward()
    for name, expected in facts['gradient_check']['sum_abs_grad'].items():
        found = net.get_parameter(name).grad.abs().sum().item()
        assert found == pytest.approx(expected, rel=1e-4)


def test_vectors_of_the_official_network(shared):
    assert compare(shared / 'parity/networks/deamnet_w16_color.json').result == 'passed'


def test_errors():
    with pytest.raises(ValueError, match='multiple of 16, got 24'):
        DeamNet(channels=24)
    with pytest.raises(ValueError, match='multiples of 16, got 16 x 24'):
        DeamNet(channels=16)(torch.rand(1, 3, 16, 24))
