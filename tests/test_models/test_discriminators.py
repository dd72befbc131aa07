"""Discriminators: published sizes, released weights, receptive fields."""

from __future__ import annotations

import json

import pytest
import torch

from mmrestore.analysis import parity
from mmrestore.apis.official import convert_official, load_official
from mmrestore.models.discriminators import (
    PatchDiscriminator,
    SRGANDiscriminator,
    UNetDiscriminator,
    VGGDiscriminator,
)
from mmrestore.registry import MODELS

KAIR = {'conv_bias': True, 'norm_eps': 1e-4, 'norm_momentum': 0.9}
PUBLISHED = [
    (SRGANDiscriminator, {}, 23_565_505),
    (SRGANDiscriminator, {'conv_bias': False}, 23_563_649),
    (VGGDiscriminator, {}, 14_499_401),
    (VGGDiscriminator, {'image_size': 256}, 21_055_049),
    (VGGDiscriminator, {**KAIR, 'image_size': 96}, 14_143_881),
    (VGGDiscriminator, {**KAIR, 'image_size': 128}, 14_502_281),
    (VGGDiscriminator, {**KAIR, 'image_size': 192}, 20_700_553),
    (PatchDiscriminator, {}, 2_765_633),
    (UNetDiscriminator, {}, 4_376_897),
]
RELEASES = [
    ('vggd128_basicsr', 'VGGStyleDiscriminator (BasicSR)', {'num_in_ch': 3}),
    ('kair_vgg96', 'Discriminator_VGG_96 (KAIR)', {}),
    ('kair_vgg128', 'Discriminator_VGG_128 (KAIR)', {}),
]
EVERY = [
    (SRGANDiscriminator, {'channels': 2, 'image_size': 32}, 32),
    (VGGDiscriminator, {'channels': 2, 'image_size': 96}, 96),
    (PatchDiscriminator, {'channels': 2}, 40),
    (UNetDiscriminator, {'channels': 2}, 24),
]
every_discriminator = pytest.mark.parametrize(('network', 'arguments', 'size'), EVERY)


def build(network, arguments):
    torch.manual_seed(0)
    net = network(**arguments)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter += 0.1 * torch.randn_like(parameter)
    return net


def images(size, num=3):
    return torch.rand(num, 3, size, size, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(('network', 'arguments', 'count'), PUBLISHED)
def test_parameter_counts(network, arguments, count):
    with torch.device('meta'):
        net = network(**arguments)
    assert sum(p.numel() for p in net.parameters()) == count
    assert MODELS.get(network.__name__) is network


@pytest.mark.parametrize(('file', 'architecture', 'arguments'), RELEASES)
def test_keys_of_releases(shared, file, architecture, arguments):
    shapes = json.loads((shared / f'specs/keys/{file}.json').read_text())
    with torch.device('meta'):
        weights = {key: torch.empty(shape) for key, shape in shapes.items()}
        net, converted = convert_official(architecture, arguments, weights)
    expected = {key: value.shape for key, value in net.state_dict().items()}
    assert {key: value.shape for key, value in converted.items()} == expected


@pytest.mark.parametrize('name', ['ref_srgan_d', 'vggd128_basicsr'])
def test_released_networks(shared, name):
    row = parity.compare(shared / f'parity/networks/{name}.json')
    assert row.result == 'passed'


@every_discriminator
def test_logits_and_gradients(network, arguments, size):
    net = build(network, arguments)
    x = images(size).requires_grad_()
    net(x).square().mean().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in net.parameters())
    assert x.grad.abs().sum() > 0
    net.eval()
    logits = net(x).detach()
    assert logits.shape[:2] == (3, 1)
    assert logits.min() != logits.max()
    torch.testing.assert_close(net(x[1:2]).detach(), logits[1:2], atol=1e-5, rtol=1e-5)
    with torch.autocast('cpu', torch.bfloat16):
        near = net(x)
    assert (near.float() - logits).abs().mean() < 0.1 * logits.abs().max()


@every_discriminator
def test_compiles_and_exports(network, arguments, size):
    net, x = build(network, arguments).eval(), images(size)
    torch.compiler.reset()
    with torch.no_grad():
        expected = net(x)
        compiled = torch.compile(net, backend='eager', fullgraph=True)(x)
        exported = torch.export.export(net, (x,)).module()(x)
    torch.testing.assert_close(compiled, expected, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(exported, expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(('num_layers', 'field'), [(1, 16), (3, 70), (5, 286)])
def test_the_patch_of_a_logit(num_layers, field):
    net = build(PatchDiscriminator, {'channels': 1, 'num_layers': num_layers}).eval().double()
    for layer in net.model:
        if isinstance(layer, torch.nn.Conv2d):
            torch.nn.init.ones_(layer.weight)  # nothing cancels
    size = field + 100 - field % 2
    x = torch.rand(1, 3, size, size, dtype=torch.double).requires_grad_()
    logits = net(x)
    middle = logits.shape[-1] // 2
    logits[0, 0, middle, middle].backward()
    seen = x.grad[0].abs().sum(0) > 0
    for axis in (0, 1):
        positions = seen.any(axis).nonzero().flatten()
        assert positions[-1] - positions[0] + 1 == field


def test_weights_of_patches_start_normally_distributed():
    torch.manual_seed(0)
    weight = PatchDiscriminator().model[8].weight
    assert abs(weight.std() - 0.02) < 1e-4
    assert abs(weight.mean()) < 1e-4


def test_weights_of_the_unet_have_a_spectral_norm_of_one():
    net = build(UNetDiscriminator, {'channels': 4})
    x = images(16)
    for _ in range(100):  # a power iteration in each
        net(x)
    net.eval()
    for i in range(1, 9):
        values = torch.linalg.svdvals(getattr(net, f'conv{i}').weight.flatten(1))
        assert abs(values[0] - 1) < 1e-2
    assert torch.equal(net(x), net(x))


def test_the_unet_of_the_release():
    net = build(UNetDiscriminator, {'channels': 4})
    net(images(16))
    old = {
        '.parametrizations.weight.original': '.weight_orig',
        '.parametrizations.weight.0._u': '.weight_u',
        '.parametrizations.weight.0._v': '.weight_v',
    }
    weights = {}
    for key, value in net.state_dict().items():
        for ours, theirs in old.items():
            key = key.replace(ours, theirs)
        weights[key] = value
    assert {'conv0.bias', 'conv1.weight_orig', 'conv8.weight_v'} <= set(weights)
    arguments = {'num_in_ch': 3, 'num_feat': 4}
    same = load_official('UNetDiscriminatorSN (BasicSR)', arguments, {'params': weights}).eval()
    assert torch.equal(same(images(16)), net.eval()(images(16)))
    with pytest.raises(ValueError, match='skip_connection'):
        convert_official(
            'UNetDiscriminatorSN (BasicSR)', {**arguments, 'skip_connection': False}, weights
        )


def test_the_networks_of_kair():
    net = load_official('Discriminator_VGG_96 (KAIR)', {}, kair_weights())
    assert net.image_size == 96
    assert {(m.eps, m.momentum) for m in net.modules() if hasattr(m, 'eps')} == {(1e-4, 0.9)}
    assert net.conv2_0.weight[0, 0, 0, 0] == 2  # the fifth convolution of features
    assert net.bn2_0.weight[0] == 3
    with pytest.raises(ValueError, match='base_nc=64'):
        load_official('Discriminator_VGG_192 (KAIR)', {'base_nc': 32}, {})


def kair_weights():
    """Return the weights of KAIR's network with marks in layers 10 and 11."""
    shapes = {'features.0': (64, 3, 3, 3), 'features.1': (64, 64, 4, 4)}
    widths = [64, 128, 256, 512, 512]
    for i in range(1, 5):
        shapes[f'features.{6 * i - 2}'] = (widths[i], widths[i - 1], 3, 3)
        shapes[f'features.{6 * i + 1}'] = (widths[i], widths[i], 4, 4)
    weights = {}
    for name, shape in shapes.items():
        weights |= {f'{name}.weight': torch.zeros(shape), f'{name}.bias': torch.zeros(shape[0])}
        number = int(name.split('.')[1])
        if number:
            norm = torch.nn.BatchNorm2d(shape[0]).state_dict()
            weights |= {f'features.{number + 1}.{key}': value for key, value in norm.items()}
    weights |= {
        'classifier.0.weight': torch.zeros(100, 4608),
        'classifier.0.bias': torch.zeros(100),
    }
    weights |= {'classifier.2.weight': torch.zeros(1, 100), 'classifier.2.bias': torch.zeros(1)}
    weights['features.10.weight'] += 2
    weights['features.11.weight'] = torch.full((256,), 3.0)
    return weights


@pytest.mark.parametrize(
    ('network', 'arguments', 'message'),
    [
        (SRGANDiscriminator, {'image_size': 40}, 'multiple of 16, got 40'),
        (VGGDiscriminator, {'image_size': 160}, '96, 128, 192 or 256, got 160'),
        (VGGDiscriminator, {'image_size': 64}, 'got 64'),
        (VGGDiscriminator, {'image_size': 100}, 'got 100'),
        (PatchDiscriminator, {'num_layers': 0}, 'at least 1, got 0'),
    ],
)
def test_invalid_arguments(network, arguments, message):
    with pytest.raises(ValueError, match=message):
        network(**arguments)


@pytest.mark.parametrize(
    ('network', 'message'),
    [
        (SRGANDiscriminator, 'image_size=96, got 96 x 60: set its `image_size` .* crop size'),
        (VGGDiscriminator, 'image_size=128, got 96 x 60: set its `image_size` .* crop size'),
        (UNetDiscriminator, 'multiples of 8, got 96 x 60'),
    ],
)
def test_wrong_image_sizes(network, message):
    with pytest.raises(ValueError, match=message):
        network(channels=2)(torch.rand(1, 3, 96, 60))


@pytest.mark.parametrize(('num_layers', 'size'), [(1, 6), (2, 12), (3, 24)])
def test_the_smallest_image_of_patches(num_layers, size):
    net = PatchDiscriminator(channels=2, num_layers=num_layers)
    assert net(torch.rand(1, 3, size, size + 5)).shape[2] == 1
    message = f'{size} x {size} pixels, got {size + 5} x {size - 1}: use larger crops'
    with pytest.raises(ValueError, match=message):
        net(torch.rand(1, 3, size + 5, size - 1))


@pytest.mark.parametrize(
    'network', [SRGANDiscriminator, VGGDiscriminator, PatchDiscriminator, UNetDiscriminator]
)
def test_wrong_channels(network):
    net = network(channels=2)
    side = getattr(net, 'image_size', 64)
    with pytest.raises(ValueError, match=r'expected images \(B, 3, H, W\), got \(2, 1, '):
        net(torch.rand(2, 1, side, side))


def test_sizes_of_other_releases():
    with pytest.raises(ValueError, match='input_size 128 or 256, got 96'):
        load_official('VGGStyleDiscriminator (BasicSR)', {'num_in_ch': 3, 'input_size': 96}, {})
