"""MIRNet and MIRNet-v2 against their plain twins and their releases."""

from __future__ import annotations

import copy
import json

import pytest
import torch
from plain_networks import PlainMIRNet, PlainMIRNetV2
from torch import nn

from mmrestore.analysis.parity import compare
from mmrestore.apis import load_official
from mmrestore.models.backbones import MIRNet, MIRNetV2
from mmrestore.models.backbones.mirnet import BlurredHalf, ResidualUp
from mmrestore.models.inference import LocalStatistics
from mmrestore.models.layers.prelu import PReLU
from mmrestore.models.layers.selective_kernel import SelectiveKernel

TINY = {'channels': 8, 'num_groups': 2, 'num_blocks': 1}
TINY_V2 = {'channels': 16, 'num_blocks': 1}
DUAL_PIXEL = {'in_channels': 6, 'dual_pixel': True}
TWINS = [
    (MIRNet, PlainMIRNet, TINY),
    (MIRNet, PlainMIRNet, {**TINY, 'in_channels': 1, 'channels': 12}),
    (MIRNetV2, PlainMIRNetV2, TINY_V2),
    (MIRNetV2, PlainMIRNetV2, {**TINY_V2, **DUAL_PIXEL}),
]


def sharpened(net):
    """Make weights larger: as at the start, all attention is nearly even."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            parameter *= 1.5
            if any(part in name for part in ('conv_du', 'fcs', 'conv_mask', 'spatial')):
                parameter += torch.randn(parameter.shape, generator=generator).to(parameter)
    return net


@pytest.mark.parametrize(
    ('network', 'arguments', 'count'),
    [
        (MIRNet, {}, 31_787_419),
        (MIRNetV2, {}, 5_858_560),
        (MIRNetV2, DUAL_PIXEL, 5_860_720),
    ],
)
def test_parameter_counts(network, arguments, count):
    with torch.device('meta'):
        net = network(**arguments)
    assert sum(p.numel() for p in net.parameters()) == count


@pytest.mark.parametrize(('network', 'name'), [(MIRNet, 'mirnet_v1'), (MIRNetV2, 'mirnet_v2')])
def test_names_and_shapes_of_the_release(network, name, shared):
    expected = json.loads((shared / f'specs/keys/{name}.json').read_text())
    with torch.device('meta'):
        found = network().state_dict()
    derived = getattr(network, 'ignored_keys', ())
    kept = {k: v for k, v in expected.items() if k.rsplit('.', 1)[-1] not in derived}
    assert {k: list(v.shape) for k, v in found.items()} == kept


@pytest.mark.parametrize('training', [False, True])
@pytest.mark.parametrize(('network', 'plain', 'arguments'), TWINS)
def test_the_plain_twin_agrees(network, plain, arguments, training):
    torch.manual_seed(0)
    net = sharpened(network(**arguments)).train(training)
    twin = plain(**arguments).train(training)
    twin.load_state_dict(net.state_dict())
    x = torch.rand(2, net.in_channels, 12, 20).requires_grad_()
    outputs, gradients = [], []
    for n in (net, twin):
        outputs.append(n(x))
        loss = (outputs[-1] * torch.linspace(-1, 1, x.shape[-1])).mean()
        parameters = dict(n.named_parameters())
        grads = torch.autograd.grad(loss, [x, *parameters.values()])
        gradients.append(dict(zip(['input', *parameters], grads, strict=True)))
    torch.testing.assert_close(*outputs, atol=1e-5, rtol=1e-5)
    assert set(gradients[0]) == set(gradients[1])
    for name, expected in gradients[1].items():
        limit = 1e-4 * float(expected.abs().max())
        torch.testing.assert_close(gradients[0][name], expected, atol=limit, rtol=1e-4)


@pytest.mark.parametrize(('network', 'plain', 'arguments'), TWINS)
def test_inference_writes_over_nothing_that_is_needed(network, plain, arguments):
    net = sharpened(network(**arguments)).eval()
    x = torch.rand(1, net.in_channels, 8, 12)
    before = x.clone()
    expected = net(x).detach()
    for context in (torch.no_grad, torch.inference_mode):
        with context():
            torch.testing.assert_close(net(x), expected, atol=1e-5, rtol=1e-5)
    assert torch.equal(x, before)


def test_units_and_their_slope_are_shared():
    net = MIRNet(**TINY)
    state = net.state_dict()
    slopes = {
        v.data_ptr() for k, v in state.items() if k.endswith('body.1.weight') and '.blocks.' in k
    }
    assert len(slopes) == 1
    for columns in net.body[0].body[0].blocks:
        assert columns[0] is columns[1]
    names = dict(net.named_parameters())
    assert sum('.blocks.' in k and k.endswith('body.1.weight') for k in names) == 1
    twin = copy.deepcopy(net)
    first, last = twin.body[0].body[0].blocks[0][0], twin.body[1].body[0].blocks[2][1]
    assert first.body[1] is last.body[1]
    assert first.body[1] is not net.body[0].body[0].blocks[0][0].body[1]


def test_stored_filters_are_derived():
    net = MIRNet(channels=8, num_groups=1, num_blocks=1)
    weights = dict(net.state_dict())
    weights['body.0.body.0.down.8_2.body.0.top.4.filt'] = torch.zeros(8, 1, 3, 3)
    arguments = {'n_feat': 8, 'n_RRG': 1, 'n_MSRB': 1}
    loaded = load_official('MIRNet', arguments, {'state_dict': weights})
    x = torch.rand(1, 3, 8, 8)
    assert torch.equal(loaded(x), net(x))


def test_blurred_half():
    x = torch.zeros(1, 1, 4, 6)
    x[0, 0, 1, 2] = 16
    expected = torch.tensor([[[[0.0, 4, 0], [0, 2, 0]]]])  # the mirrored row 1 is counted twice
    assert torch.equal(BlurredHalf(1)(x), expected)


def test_doubling_before_the_narrow_convolution_is_the_same():
    torch.manual_seed(0)
    double = ResidualUp(4).double()
    x = torch.rand(2, 4, 3, 5, dtype=torch.float64)
    bilinear = nn.Upsample(scale_factor=2, mode='bilinear')
    torch.testing.assert_close(double(x), double.top(x) + double.bot['1'](bilinear(x)))


@pytest.mark.parametrize('num', [2, 3])
def test_selective_kernel_weights_add_up_to_one(num):
    torch.manual_seed(0)
    fuse = SelectiveKernel(16, num_inputs=num, activation=nn.ReLU())
    x = torch.rand(2, 16, 5, 7)
    torch.testing.assert_close(fuse([x.clone() for _ in range(num)]), x)
    features = [torch.rand(2, 16, 5, 7) for _ in range(num)]
    mean = sum(features).mean((2, 3), keepdim=True)
    weights = torch.stack([f(fuse.conv_du(mean)) for f in fuse.fcs]).softmax(0)
    expected = (torch.stack(features) * weights).sum(0)
    torch.testing.assert_close(fuse(features), expected)


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64, torch.bfloat16])
def test_prelu_has_the_gradients_of_torch(dtype):
    torch.manual_seed(0)
    ours, theirs = PReLU().to(dtype), nn.PReLU().to(dtype)
    x = torch.randn(2, 3, 5, 7).to(dtype)
    results = []
    for activation in (ours, theirs):
        y = x.clone().requires_grad_()
        output = activation(y)
        (output * torch.linspace(-1, 1, 7, dtype=dtype)).sum().backward()
        results.append((output, y.grad, activation.weight.grad))
    tolerance = {'atol': 0.05, 'rtol': 0.02} if dtype is torch.bfloat16 else {}
    torch.testing.assert_close(*results, **tolerance)


def test_two_views_make_one_image():
    net = sharpened(MIRNetV2(**TINY_V2, **DUAL_PIXEL)).eval()
    with torch.no_grad():
        net.conv_out.weight.zero_()
        assert net(torch.rand(1, 6, 8, 8)).abs().max() == 0  # no view is added
    with pytest.raises(ValueError, match='even number of channels, got 3'):
        MIRNetV2(3, dual_pixel=True)


@pytest.mark.parametrize('network', [MIRNet, MIRNetV2])
def test_errors(network):
    with pytest.raises(ValueError, match='multiples of 4, got 6 x 8'):
        network(channels=16)(torch.rand(1, 3, 6, 8))
    with pytest.raises(ValueError, match=r'channels must be .*, got 4'):
        network(channels=4)


@pytest.mark.parametrize(
    ('name', 'arguments', 'message'),
    [
        ('MIRNet', {'width': 1}, r"\['width'\]"),
        ('MIRNet', {'bias': True, 'out_channels': 1}, r"\['out_channels != in_channels', 'bias'\]"),
        ('MIRNet_v2', {'inp_channels': 6}, r"\['inp_channels and out_channels'\]"),
        ('MIRNet_v2', {'chan_factor': 2, 'bias': True}, r"\['chan_factor', 'bias'\]"),
    ],
)
def test_unpublished_arguments(name, arguments, message):
    with pytest.raises(ValueError, match=f'has such values of {message}'):
        load_official(name, arguments, {})


def test_tasks_of_the_second_version():
    weights = MIRNetV2(**TINY_V2, **DUAL_PIXEL).state_dict()
    arguments = {'inp_channels': 6, 'n_feat': 16, 'n_MRB': 1, 'task': 'defocus_deblurring'}
    assert load_official('MIRNet_v2', arguments, {'params': weights}).dual_pixel
    weights = MIRNetV2(**TINY_V2).state_dict()
    arguments = {'n_feat': 16, 'n_MRB': 1, 'scale': 3, 'task': 'super_resolution'}
    assert load_official('MIRNet_v2', arguments, {'params': weights}).scale == 1


@pytest.mark.parametrize('name', ['mirnet_v1', 'mirnet_v2'])
def test_vectors_of_the_official_networks(name, shared):
    assert compare(shared / f'parity/networks/{name}.json').result == 'passed'


@pytest.mark.parametrize(('network', 'arguments'), [(MIRNet, TINY), (MIRNetV2, TINY_V2)])
def test_means_can_be_local(network, arguments):
    net = sharpened(network(**arguments)).eval()
    local = LocalStatistics(net, train_size=16)
    small, large = torch.rand(1, 3, 16, 24), torch.rand(1, 3, 28, 40)
    with torch.no_grad():
        torch.testing.assert_close(local(small), net(small))  # the windows cover the image
        difference = (local(large) - net(large)).abs()
    assert 1e-5 < difference.max() < 1
