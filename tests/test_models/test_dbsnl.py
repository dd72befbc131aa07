"""DBSNl: parameters of the release, its plain form, its blind spot, its range."""

from __future__ import annotations

import json

import pytest
import torch
from plain_networks import PlainDBSNl
from safetensors.torch import load_file

from mmrestore.analysis import parity
from mmrestore.apis import load_official
from mmrestore.models.backbones import DBSNl
from mmrestore.models.weights import load_into


def build(**options):
    torch.manual_seed(0)
    return DBSNl(**{'channels': 8, 'num_modules': 2, **options}).double()


def self_gradient(net, row, column, shape=(3, 21, 26)):
    """Return the gradient of an output pixel: at its own place, and the greatest elsewhere."""
    x = torch.rand(1, *shape, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(net(x)[0, :, row, column].sum(), x)
    own = gradient[0, :, row, column].abs().max().item()
    gradient[0, :, row, column] = 0
    return own, gradient.abs().max().item()


@pytest.mark.parametrize('dilated', [True, False])
def test_parameter_count(dilated):
    with torch.device('meta'):
        net = DBSNl(dilated=dilated)
    assert sum(p.numel() for p in net.parameters()) == 3_656_131


def test_names_and_shapes_of_the_release(shared):
    expected = json.loads((shared / 'specs/keys/dbsnl.json').read_text())
    with torch.device('meta'):
        found = DBSNl().state_dict()
    masks = {k for k in expected if k.endswith('.mask')}
    assert len(masks) == 2
    assert {k: list(v.shape) for k, v in found.items()} == {
        k: v for k, v in expected.items() if k not in masks
    }


@pytest.mark.parametrize('path', ['networks/dbsnl', 'networks/dbsnl_apbsn', 'full_size/arch_dbsnl'])
def test_official_vectors(shared, path):
    assert parity.compare(shared / f'parity/{path}.json').result == 'passed'


def test_official_vectors_without_dilation(shared):
    assert parity.compare(shared / 'parity/full_size/arch_dbsnl_das.json').result == 'passed'
    place = shared / 'parity/networks/dbsnl_apbsn.safetensors'
    vectors = load_file(place)
    weights = {k.removeprefix('weight.'): v for k, v in vectors.items() if k.startswith('weight.')}
    net = load_official('DBSNl (not dilated)', {'base_ch': 32}, weights)
    with torch.no_grad():
        difference = net(vectors['input']) - vectors['output_undilated']
    assert difference.abs().max() < 1e-4 * vectors['output_undilated'].std()


@pytest.mark.parametrize('dilated', [True, False])
@pytest.mark.parametrize('channels', [1, 3])
@pytest.mark.parametrize('width', [10, 34], ids=['narrow', 'wide'])
def test_the_plain_twin_agrees(dilated, channels, width):
    options = {'dilated': dilated, 'image_range': 255.0, 'in_channels': channels}
    net = build(**options)
    twin = PlainDBSNl(channels=8, num_modules=2, **options).double()
    twin.load_state_dict(net.state_dict())
    x = torch.rand(2, channels, 13, width, dtype=torch.float64)
    outputs = []
    for network in (net, twin):
        outputs.append(network(x))
        (outputs[-1] * torch.linspace(-1, 1, width)).mean().backward()
    torch.testing.assert_close(*outputs)
    for name, parameter in net.named_parameters():
        torch.testing.assert_close(parameter.grad, twin.get_parameter(name).grad, msg=name)
    with torch.no_grad():
        torch.testing.assert_close(net(x), outputs[1])  # in the other memory format


@pytest.mark.parametrize(('row', 'column'), [(0, 0), (10, 13), (20, 25), (7, 0)])
def test_the_pixel_itself_is_not_seen(row, column):
    net = build(num_modules=4)
    own, elsewhere = self_gradient(net, row, column)
    assert own == 0
    assert elsewhere > 0
    own, _ = self_gradient(build(num_modules=4, dilated=False), row, column)
    assert own > 0


def test_the_self_gradient_of_the_reference(shared):
    """The published construction hides the pixel, its undilated twin shows it."""
    vectors = load_file(shared / 'parity/networks/dbsnl_apbsn.safetensors')
    weights = {k.removeprefix('weight.'): v for k, v in vectors.items() if k.startswith('weight.')}
    dilated = load_official('DBSNl', {'base_ch': 32}, weights).double()
    undilated = load_official('DBSNl (not dilated)', {'base_ch': 32}, weights).double()
    assert vectors['self_gradient'][0] == 0 and vectors['self_gradient'][1] > 0
    assert self_gradient(dilated, 12, 14, (3, 24, 28))[0] == 0
    assert self_gradient(undilated, 12, 14, (3, 24, 28))[0] > 1e-3


def test_what_stands_at_the_centre_has_no_effect_and_stays():
    net = build()
    x = torch.rand(1, 3, 9, 11, dtype=torch.float64)
    weight = net.branch2.body[0].weight
    with torch.no_grad():
        weight[:, :, 2, 2] = 1
        before = net(x)
        weight[:, :, 2, 2] = 7
        assert net(x).equal(before)
    before = weight.clone()
    net(x).sum().backward()
    assert weight.equal(before), 'nothing is written into the weights'
    assert weight.grad[:, :, 2, 2].abs().max() == 0
    assert weight.grad.abs().max() > 0


def test_a_checkpoint_of_ap_bsn():
    """It holds masks and maps [0, 255]; that is our map with the biases divided by 255."""
    trained = build()
    weights = {f'bsn.{k}': v for k, v in trained.state_dict().items()}
    for branch in (1, 2):
        mask = getattr(trained, f'branch{branch}').body[0].mask
        shape = weights[f'bsn.branch{branch}.body.0.weight'].shape
        weights[f'bsn.branch{branch}.body.0.mask'] = mask.expand(shape)
    checkpoint = {'epoch': 20, 'model_weight': {'denoiser': weights}}
    loaded = load_official('AP-BSN', {'bsn_base_ch': 8, 'bsn_num_module': 2}, checkpoint).double()
    net = DBSNl(channels=8, num_modules=2, image_range=255.0).double()
    load_into(net, checkpoint, 'a file')
    x = torch.rand(1, 3, 9, 11, dtype=torch.float64)
    with torch.no_grad():
        assert net(x).equal(loaded(x))
        torch.testing.assert_close(loaded(x), trained(255 * x) / 255)
        for name, parameter in trained.named_parameters():
            if name.endswith('bias'):
                parameter /= 255
        torch.testing.assert_close(loaded(x), trained(x))


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'channels': 0}, 'channels must be at least 1, got 0'),
        ({'num_modules': 0}, 'num_modules must be at least 1, got 0'),
        ({'channels': 7}, 'an even number of channels .* got channels=7'),
        ({'image_range': 0.0}, 'a positive image_range, got .* image_range=0.0'),
    ],
)
def test_what_does_not_fit(options, message):
    with pytest.raises(ValueError, match=message):
        DBSNl(**options)


@pytest.mark.parametrize('name', ['DBSNl', 'DBSNl (not dilated)'])
def test_official_arguments_that_do_not_fit(name):
    with pytest.raises(ValueError, match='got 3 and 1'):
        load_official(name, {'out_ch': 1}, {})
