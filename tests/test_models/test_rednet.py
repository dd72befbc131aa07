"""RED-Net: parameters of its published sizes, its plain form, its shortcuts."""

from __future__ import annotations

import pytest
import torch
from plain_networks import PlainREDNet

from mmrestore.models.backbones import REDNet


@pytest.mark.parametrize(
    ('arguments', 'count'),
    [
        ({}, 4_139_395),
        ({'in_channels': 1}, 4_134_785),
        ({'channels': 64}, 1_037_507),
        ({'in_channels': 1, 'channels': 64}, 1_035_201),
        ({'in_channels': 1, 'channels': 64, 'num_layers': 20}, 665_921),
        ({'in_channels': 1, 'channels': 64, 'num_layers': 10}, 296_641),
    ],
)
def test_parameter_counts(arguments, count):
    with torch.device('meta'):
        net = REDNet(**arguments)
    assert sum(p.numel() for p in net.parameters()) == count


@pytest.mark.parametrize(('channels', 'num_layers'), [(3, 30), (1, 20), (3, 10)])
def test_the_plain_twin_agrees(channels, num_layers):
    torch.manual_seed(0)
    net = REDNet(channels, channels=6, num_layers=num_layers).double()
    twin = PlainREDNet(channels, channels=6, num_layers=num_layers).double()
    twin.load_state_dict(net.state_dict())
    x = torch.rand(2, channels, 9, 14, dtype=torch.float64)
    outputs = []
    for network in (net, twin):
        outputs.append(network(x))
        (outputs[-1] * torch.linspace(-1, 1, x.shape[-1])).mean().backward()
    torch.testing.assert_close(*outputs)
    for name, parameter in net.named_parameters():
        torch.testing.assert_close(parameter.grad, twin.get_parameter(name).grad, msg=name)


@pytest.mark.parametrize(
    ('num_layers', 'skip_step', 'expected'),
    [(30, 2, [2, 4, 6, 8, 10, 12, 14]), (20, 2, [2, 4, 6, 8]), (10, 2, [2, 4]), (10, 5, [])],
)
def test_shortcuts(num_layers, skip_step, expected):
    """A shortcut from the layer n leads over those behind it: they may give nothing."""
    torch.manual_seed(0)
    net = REDNet(1, channels=4, num_layers=num_layers, skip_step=skip_step).double()
    x = torch.rand(1, 1, 6, 7, dtype=torch.float64)
    half = num_layers // 2
    found = []
    for number in range(1, half):
        weight = net.convs[number].weight
        kept = weight.detach().clone()
        torch.nn.init.zeros_(weight)  # nothing comes through the layers after this one
        (gradient,) = torch.autograd.grad(net(x).sum(), net.convs[number - 1].weight)
        if gradient.abs().sum() > 0:
            found.append(number)
        with torch.no_grad():
            weight.copy_(kept)
    assert found == expected


def test_without_features_the_input_comes_out():
    net = REDNet(channels=4, num_layers=10)
    torch.nn.init.zeros_(net.deconvs[-1].weight)
    x = torch.rand(1, 3, 6, 7)
    torch.testing.assert_close(net(x), x)


def test_arguments_that_do_not_fit():
    with pytest.raises(ValueError, match='even and at least 4, got 15'):
        REDNet(num_layers=15)
    with pytest.raises(ValueError, match='at least 1, got 0'):
        REDNet(skip_step=0)
