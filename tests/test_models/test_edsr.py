"""EDSR: published sizes, releases with other names, and what its arguments mean."""

from __future__ import annotations

import json

import pytest
import torch
import torch.nn.functional as F

from mmrestore.analysis import parity
from mmrestore.apis.official import convert_official, load_official
from mmrestore.models.backbones import EDSR

TINY = {'channels': 8, 'num_blocks': 2}
FULL = {'channels': 256, 'num_blocks': 32, 'residual_scale': 0.1}
PUBLISHED = [
    ({'scale': 2}, 1_369_859),
    ({'scale': 3}, 1_554_499),
    ({'scale': 4}, 1_517_571),
    ({**FULL, 'scale': 2}, 40_729_603),
    ({**FULL, 'scale': 3}, 43_680_003),
    ({**FULL, 'scale': 4}, 43_089_923),
    ({'scale': 2, 'trained_mean': True}, 1_369_883),
    ({'scale': 3, 'trained_mean': True}, 1_554_523),
    ({'scale': 4, 'trained_mean': True}, 1_517_595),
    ({**FULL, 'scale': 2, 'trained_mean': True}, 40_729_627),
    ({**FULL, 'scale': 3, 'trained_mean': True}, 43_680_027),
    ({**FULL, 'scale': 4, 'trained_mean': True}, 43_089_947),
]
RELEASES = [
    ('edsr_official_x4_16x64', 'EDSR (official)', {}),
    ('edsr_basicsr_m_x4', 'EDSR (BasicSR)', {}),
    ('edsr_mmagic_x4', 'EDSR (MMagic)', {'in_channels': 3, 'out_channels': 3}),
]


@pytest.mark.parametrize(('arguments', 'count'), PUBLISHED)
def test_parameter_counts(arguments, count):
    with torch.device('meta'):
        net = EDSR(**arguments)
    assert sum(p.numel() for p in net.parameters()) == count
    assert set(net.state_dict()) == {name for name, _ in net.named_parameters()}


@pytest.mark.parametrize(('file', 'architecture', 'arguments'), RELEASES)
def test_keys_of_releases(shared, file, architecture, arguments):
    shapes = json.loads((shared / f'specs/keys/{file}.json').read_text())
    with torch.device('meta'):
        weights = {key: torch.empty(shape) for key, shape in shapes.items()}
        net, converted = convert_official(architecture, arguments, weights)
    expected = {key: value.shape for key, value in net.state_dict().items()}
    assert {key: value.shape for key, value in converted.items()} == expected


@pytest.mark.parametrize('name', ['edsr_official_x4', 'edsr_basicsr_x4', 'edsr_mmagic_x4'])
def test_released_networks(shared, name):
    row = parity.compare(shared / f'parity/networks/{name}.json')
    assert row.result == 'passed'


def test_the_formula():
    torch.manual_seed(0)
    net, x = EDSR(**TINY, scale=3, residual_scale=0.3), torch.rand(2, 3, 5, 7)
    mean = torch.tensor([0.4488, 0.4371, 0.4040]).view(3, 1, 1)
    p = dict(net.named_parameters())

    def conv(name, z):
        return F.conv2d(z, p[f'{name}.weight'], p[f'{name}.bias'], padding=1)

    first = features = conv('conv_first', 255 * (x - mean))
    for i in range(2):
        branch = conv(f'body.{i}.conv2', conv(f'body.{i}.conv1', features).relu())
        features = features + 0.3 * branch
    features = first + conv('conv_after_body', features)
    y = conv('conv_last', F.pixel_shuffle(conv('upsample.0', features), 3))
    torch.testing.assert_close(net(x), y / 255 + mean, atol=1e-5, rtol=1e-5)


def test_a_trained_mean_starts_as_the_constant_one():
    torch.manual_seed(0)
    net, constant = EDSR(**TINY, trained_mean=True), EDSR(**TINY)
    incompatible = net.load_state_dict(constant.state_dict(), strict=False)
    assert {key.split('.')[0] for key in incompatible.missing_keys} == {'sub_mean', 'add_mean'}
    x = torch.rand(1, 3, 6, 9)
    torch.testing.assert_close(net(x), constant(x), atol=1e-5, rtol=1e-5)


def test_the_authors_weights_are_those_of_basicsr():
    torch.manual_seed(0)
    net = EDSR(**TINY, scale=2)
    shift = torch.tensor([0.4488, 0.4371, 0.4040]) * 255
    identity = torch.eye(3)[:, :, None, None]
    theirs = {'sub_mean.weight': identity, 'sub_mean.bias': -shift}
    theirs |= {'add_mean.weight': identity, 'add_mean.bias': shift}
    names = {
        'conv_first': 'head.0',
        'body.0.conv1': 'body.0.body.0',
        'body.0.conv2': 'body.0.body.2',
        'body.1.conv1': 'body.1.body.0',
        'body.1.conv2': 'body.1.body.2',
        'conv_after_body': 'body.2',
        'upsample.0': 'tail.0.0',
        'conv_last': 'tail.1',
    }
    for key, value in net.state_dict().items():
        layer, kind = key.rsplit('.', 1)
        theirs[f'{names[layer]}.{kind}'] = value
    arguments = {'n_resblocks': 2, 'n_feats': 8, 'scale': [2]}
    same = load_official('EDSR (official)', arguments, theirs)
    x = torch.rand(1, 3, 6, 9)
    torch.testing.assert_close(same(x), net(x), atol=1e-5, rtol=1e-5)


def test_the_range_inside_does_not_matter_without_biases():
    torch.manual_seed(0)
    nets = [EDSR(**TINY, image_range=image_range) for image_range in (1.0, 255.0)]
    for name, parameter in nets[0].named_parameters():
        if name.endswith('bias'):
            torch.nn.init.zeros_(parameter)
    nets[1].load_state_dict(nets[0].state_dict())
    x = torch.rand(1, 3, 6, 9)
    torch.testing.assert_close(nets[0](x), nets[1](x), atol=1e-5, rtol=1e-5)


def test_gray_images_have_no_mean():
    net = EDSR(1, **TINY)
    assert net(torch.rand(1, 1, 5, 6)).shape == (1, 1, 20, 24)
    assert not net.mean.any()


@pytest.mark.parametrize(
    ('architecture', 'arguments', 'message'),
    [
        ('EDSR (official)', {'scale': [2, 3]}, r'one scale, got \[2, 3\]'),
        ('EDSR (official)', {'scale': [5]}, 'power of 2 or by 3, got 5'),
        ('EDSR (BasicSR)', {'num_out_ch': 1}, 'as many channels as it gets, got 3 and 1'),
        ('EDSR (BasicSR)', {'rgb_mean': [0.5, 0.5, 0.5]}, 'mean of DIV2K'),
        (
            'EDSR (MMagic)',
            {'in_channels': 3, 'out_channels': 3, 'rgb_std': [0.2, 0.2, 0.2]},
            'rgb_std',
        ),
    ],
)
def test_unpublished_values(architecture, arguments, message):
    with pytest.raises(ValueError, match=message):
        load_official(architecture, arguments, {})
