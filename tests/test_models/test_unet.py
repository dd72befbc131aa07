"""The U-Net: parameters of the published networks, its plain form, its blind spot."""

from __future__ import annotations

import copy
import json

import pytest
import torch
from plain_networks import PlainUNet
from safetensors.torch import load_file

from mmrestore.analysis.official_weights import official_weights
from mmrestore.apis import load_official
from mmrestore.models.backbones import UNet


def scaled(net):
    """Undo the small start of the weights, so that deep layers matter; give values to biases."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            parameter *= 10
            if name.endswith('bias'):
                parameter += 0.1 * torch.randn(parameter.shape, generator=generator)
    return net


@pytest.mark.parametrize(
    ('arguments', 'count'),
    [
        ({}, 7_935_555),
        ({'channels': 48}, 1_259_475),
        ({'channels': 48, 'blind_spot': True}, 1_425_651),
    ],
)
def test_parameter_counts(arguments, count):
    with torch.device('meta'):
        net = UNet(**arguments)
    assert sum(p.numel() for p in net.parameters()) == count


def test_names_and_shapes_of_the_release(shared):
    expected = json.loads((shared / 'specs/keys/unet_amsnet_128.json').read_text())
    with torch.device('meta'):
        found = UNet().state_dict()
    assert {k: list(v.shape) for k, v in found.items()} == expected


def test_full_size(shared):
    place = shared / 'parity/full_size'
    weights = official_weights(json.loads((place / 'arch_unet.json').read_text()))
    vectors = load_file(place / 'arch_unet.safetensors')
    net = load_official('UNet (AMSNet)', {'n_feature': 128}, weights).eval()
    with torch.no_grad():
        difference = net(vectors['x']) - vectors['y']
    assert difference.abs().max() < 1e-4 * vectors['y'].std()


@pytest.mark.parametrize('blind_spot', [False, True])
@pytest.mark.parametrize('channels', [1, 3])
def test_the_plain_twin_agrees(blind_spot, channels):
    torch.manual_seed(0)
    net = scaled(UNet(channels, channels=8, blind_spot=blind_spot)).double()
    twin = PlainUNet(channels, channels=8, blind_spot=blind_spot).double()
    twin.load_state_dict(net.state_dict())
    x = torch.rand(2, channels, 32, 32 if blind_spot else 64, dtype=torch.float64)
    outputs = []
    for network in (net, twin):
        outputs.append(network(x))
        (outputs[-1] * torch.linspace(-1, 1, x.shape[-1])).mean().backward()
    torch.testing.assert_close(*outputs)
    for name, parameter in net.named_parameters():
        torch.testing.assert_close(parameter.grad, twin.get_parameter(name).grad, msg=name)


@pytest.mark.parametrize(('row', 'column'), [(0, 0), (17, 40), (31, 63), (16, 32)])
def test_the_blind_spot_is_one_pixel(row, column):
    torch.manual_seed(0)
    net = scaled(UNet(1, channels=8, blind_spot=True)).double().eval()
    x = torch.rand(1, 1, 32, 64, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(net(x)[0, 0, row, column], x)
    assert gradient[0, 0, row, column] == 0
    around = [
        (r, c)
        for r, c in [(row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)]
        if 0 <= r < 32 and 0 <= c < 64
    ]
    assert all(gradient[0, 0, r, c] != 0 for r, c in around)


def test_a_turned_oblong_image_with_turned_views():
    """The views are in the order of the rotations: to turn the image is to turn their order."""
    torch.manual_seed(0)
    net = scaled(UNet(1, channels=8, blind_spot=True)).eval()
    x = torch.rand(1, 1, 32, 96)
    turned = copy.deepcopy(net)
    with torch.no_grad():
        views = turned.nin_a.weight.unflatten(1, (4, -1))
        turned.nin_a.weight.copy_(views.roll(1, 1).flatten(1, 2))
        expected = torch.rot90(net(x), 1, (2, 3))
        torch.testing.assert_close(turned(torch.rot90(x, 1, (2, 3))), expected)


def test_start_of_a_training():
    torch.manual_seed(0)
    net = UNet(channels=48)
    assert all(p.abs().max() == 0 for n, p in net.named_parameters() if n.endswith('bias'))
    expected = 0.1 * (2 / (48 * 9)) ** 0.5
    assert net.enc_conv3.weight.std().item() == pytest.approx(expected, rel=0.05)


def test_what_does_not_fit():
    with pytest.raises(ValueError, match='channels must be at least 1, got 0'):
        UNet(channels=0)
    with pytest.raises(ValueError, match='multiples of 32, got 32 x 40'):
        UNet(channels=8)(torch.rand(1, 3, 32, 40))
    with pytest.raises(ValueError, match='got 3 and 1'):
        load_official('UNet (AMSNet)', {'out_nc': 1}, {})
