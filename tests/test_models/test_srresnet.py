"""SRResNet and MSRResNet: published sizes, releases with other names, and their formulas."""

from __future__ import annotations

import json

import pytest
import torch
import torch.nn.functional as F

from mmrestore.analysis import parity
from mmrestore.apis.official import convert_official, load_official
from mmrestore.models.backbones import MSRResNet, MSRResNet0, SRResNet

TINY = {'channels': 8, 'num_blocks': 2}
PUBLISHED = [
    (SRResNet, {}, 1_549_462),
    (SRResNet, {'conv_bias': False}, 1_547_350),
    (SRResNet, {'batch_norm': False}, 1_545_238),
    (MSRResNet, {'scale': 2}, 1_369_859),
    (MSRResNet, {'scale': 3}, 1_554_499),
    (MSRResNet, {'scale': 4}, 1_517_571),
    (MSRResNet0, {}, 1_332_928),
]
RELEASES = [
    ('msrresnet_basicsr_x4', 'MSRResNet (BasicSR)', {}),
    ('msrresnet_mmagic_x4', 'MSRResNet (MMagic)', {'in_channels': 3, 'out_channels': 3}),
]


def images(seed=1):
    return torch.rand(2, 3, 5, 7, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(('network', 'arguments', 'count'), PUBLISHED)
def test_parameter_counts(network, arguments, count):
    with torch.device('meta'):
        net = network(**arguments)
    assert sum(p.numel() for p in net.parameters()) == count


@pytest.mark.parametrize(('file', 'architecture', 'arguments'), RELEASES)
def test_keys_of_releases(shared, file, architecture, arguments):
    shapes = json.loads((shared / f'specs/keys/{file}.json').read_text())
    with torch.device('meta'):
        weights = {key: torch.empty(shape) for key, shape in shapes.items()}
        net, converted = convert_official(architecture, arguments, weights)
    expected = {key: value.shape for key, value in net.state_dict().items()}
    assert {key: value.shape for key, value in converted.items()} == expected


@pytest.mark.parametrize(
    'name', ['msrresnet_basicsr_x4', 'msrresnet_mmagic_x4', 'ref_srresnet_bn_x4']
)
def test_released_networks(shared, name):
    row = parity.compare(shared / f'parity/networks/{name}.json')
    assert row.result == 'passed'


@pytest.mark.parametrize('activation', [True, False])
@pytest.mark.parametrize(('scale', 'steps'), [(2, [2]), (3, [3]), (4, [2, 2])])
def test_the_formula_of_msrresnet(activation, scale, steps):
    torch.manual_seed(0)
    net = MSRResNet(**TINY, scale=scale, upsample_activation=activation)
    p = {key: value * 3 + 0.01 for key, value in net.state_dict().items()}
    net.load_state_dict(p)

    def conv(name, z):
        return F.conv2d(z, p[f'{name}.weight'], p[f'{name}.bias'], padding=1)

    def act(z):
        return torch.where(z > 0, z, 0.1 * z)

    x = images()
    features = act(conv('conv_first', x))
    for i in range(2):
        branch = conv(f'body.{i}.conv2', conv(f'body.{i}.conv1', features).relu())
        features = features + branch
    for i, step in enumerate(steps, 1):
        features = F.pixel_shuffle(conv(f'upconv{i}', features), step)
        features = act(features) if activation else features
    y = conv('conv_last', act(conv('conv_hr', features)))
    size = (5 * scale, 7 * scale)
    expected = y + F.interpolate(x, size=size, mode='bilinear', align_corners=False)
    torch.testing.assert_close(net(x), expected, atol=1e-5, rtol=1e-5)


def test_msrresnet_starts_near_the_bilinear_enlargement():
    torch.manual_seed(0)
    net, x = MSRResNet(), images()
    expected = F.interpolate(x, scale_factor=4, mode='bilinear')
    assert 0 < (net(x) - expected).abs().max() < 1e-2
    assert not any(p.any() for name, p in net.named_parameters() if name.endswith('bias'))


def test_the_formula_of_srresnet():
    torch.manual_seed(0)
    net = SRResNet(**TINY, scale=2).eval()
    with torch.no_grad():
        for p in net.parameters():
            p += 0.1 * torch.randn_like(p)
        for name, buffer in net.named_buffers():
            if name.endswith(('mean', 'var')):
                buffer += torch.rand_like(buffer)
    p = net.state_dict()

    def conv(name, z):
        weight = p[f'{name}.weight']
        return F.conv2d(z, weight, p[f'{name}.bias'], padding=weight.shape[-1] // 2)

    def norm(name, z):
        a, b, mean, var = (
            p[f'{name}.{k}'].view(-1, 1, 1)
            for k in ('weight', 'bias', 'running_mean', 'running_var')
        )
        return a * (z - mean) / (var + 1e-5).sqrt() + b

    def act(name, z):
        return torch.where(z > 0, z, p[f'{name}.weight'] * z)

    x = images()
    first = features = act('head.1', conv('head.0', x))
    for i in range(2):
        z = act(f'body.{i}.act', norm(f'body.{i}.bn1', conv(f'body.{i}.conv1', features)))
        features = features + norm(f'body.{i}.bn2', conv(f'body.{i}.conv2', z))
    features = first + norm('tail.1', conv('tail.0', features))
    y = conv('out', act('up.2', F.pixel_shuffle(conv('up.0', features), 2)))
    torch.testing.assert_close(net(x), y, atol=1e-5, rtol=1e-5)


def test_norms_cancel_biases_in_front_of_them():
    torch.manual_seed(0)
    net, without = SRResNet(**TINY), SRResNet(**TINY, conv_bias=False)
    known = {key: value for key, value in net.state_dict().items() if key in without.state_dict()}
    without.load_state_dict(known)
    removed = set(net.state_dict()) - set(known)
    assert len(removed) == 5
    assert all(key.endswith(('conv1.bias', 'conv2.bias', 'tail.0.bias')) for key in removed)
    x = images()
    torch.testing.assert_close(net(x), without(x), atol=1e-5, rtol=1e-5)


def test_without_norms_the_biases_stay():
    torch.manual_seed(0)
    net = SRResNet(**TINY, batch_norm=False, conv_bias=False)
    assert net.tail[0].bias is not None
    assert not list(net.buffers())
    norms = SRResNet(**TINY).eval()  # the norms start as the identity, up to their epsilon
    norms.load_state_dict(net.state_dict(), strict=False)
    torch.testing.assert_close(net(images()), norms(images()), atol=1e-4, rtol=1e-4)


def test_the_names_of_kair():
    torch.manual_seed(0)
    net = MSRResNet(**TINY)
    names = {'body.': 'recon_trunk.', 'conv_hr.': 'HRconv.'}
    weights = {}
    for key, value in net.state_dict().items():
        for ours, theirs in names.items():
            key = theirs + key.removeprefix(ours) if key.startswith(ours) else key
        weights[key] = value
    same = load_official('MSRResNet1 (KAIR)', {'nc': 8, 'nb': 2}, weights)
    assert torch.equal(same(images()), net(images()))


def test_the_formula_of_the_other_network_of_kair():
    torch.manual_seed(0)
    net = MSRResNet0(**TINY, scale=2)
    p = net.state_dict()
    assert 'model.7.weight' in p
    assert 'model.7.bias' not in p

    def conv(name, z):
        return F.conv2d(z, p[f'{name}.weight'], p.get(f'{name}.bias'), padding=1)

    x = images()
    first = features = conv('model.0', x)
    for i in range(2):
        z = conv(f'model.1.sub.{i}.res.0', features).relu()
        features = features + conv(f'model.1.sub.{i}.res.2', z)
    features = first + conv('model.1.sub.2', features)
    features = conv('model.3', features.repeat_interleave(2, 2).repeat_interleave(2, 3)).relu()
    y = conv('model.7', conv('model.5', features).relu())
    torch.testing.assert_close(net(x), y, atol=1e-5, rtol=1e-5)
    same = load_official('MSRResNet0 (KAIR)', {'nc': 8, 'nb': 2, 'upscale': 2}, p)
    assert torch.equal(same(x), net(x))


@pytest.mark.parametrize('network', [SRResNet, MSRResNet, MSRResNet0])
def test_scales(network):
    with pytest.raises(ValueError, match='power of 2 or by 3, got 6'):
        network(**TINY, scale=6)
    for scale in (2, 3, 4):
        assert network(**TINY, scale=scale)(images()).shape == (2, 3, 5 * scale, 7 * scale)


@pytest.mark.parametrize(
    ('architecture', 'arguments'),
    [
        ('MSRResNet (BasicSR)', {'num_out_ch': 1}),
        ('MSRResNet (MMagic)', {'in_channels': 3, 'out_channels': 1}),
        ('MSRResNet0 (KAIR)', {'out_nc': 1}),
        ('MSRResNet1 (KAIR)', {'out_nc': 1}),
        ('SRResNet with batch norm (our reading of the paper)', {'out_ch': 1}),
    ],
)
def test_unpublished_values(architecture, arguments):
    with pytest.raises(ValueError, match='as many channels as it gets, got 3 and 1'):
        load_official(architecture, arguments, {})
