"""RIDNet: parameters of the release, its plain form, its mean colour, its attention."""

from __future__ import annotations

import json

import pytest
import torch
from plain_networks import PlainRIDNet

from mmrestore.apis import load_official
from mmrestore.models.backbones import RIDNet


def test_parameter_count():
    with torch.device('meta'):
        net = RIDNet()
    assert sum(p.numel() for p in net.parameters()) == 1_499_371
    assert len(net.state_dict()) == 104


def test_names_and_shapes_of_the_release(shared):
    expected = json.loads((shared / 'specs/keys/ridnet.json').read_text())
    with torch.device('meta'):
        found = RIDNet().state_dict()
    assert {k: list(v.shape) for k, v in found.items()} == expected


def test_the_plain_twin_agrees():
    torch.manual_seed(0)
    net, twin = RIDNet(channels=16).double(), PlainRIDNet(channels=16).double()
    twin.load_state_dict(net.state_dict())
    x = torch.rand(2, 3, 13, 10, dtype=torch.float64)
    outputs = []
    for network in (net, twin):
        outputs.append(network(x))
        (outputs[-1] * torch.linspace(-1, 1, x.shape[-1])).mean().backward()
    torch.testing.assert_close(*outputs)
    for name, parameter in net.named_parameters():
        torch.testing.assert_close(parameter.grad, twin.get_parameter(name).grad, msg=name)


def test_the_mean_colour_is_subtracted_and_added_to_the_residual():
    net = RIDNet(channels=16)
    mean = torch.tensor([0.4488, 0.4371, 0.4040]).view(1, 3, 1, 1)
    seen = []
    net.head['body'].register_forward_hook(lambda module, inputs, y: seen.append(inputs[0]))
    torch.nn.init.zeros_(net.tail.weight)
    torch.nn.init.zeros_(net.tail.bias)
    x = torch.rand(1, 3, 6, 7)
    with torch.no_grad():
        torch.testing.assert_close(net(x), x + mean)
    torch.testing.assert_close(seen[0], 255 * (x - mean), atol=1e-4, rtol=1e-5)


def test_far_pixels_count_through_the_attention():
    """Convolutions of the first block reach 9 pixels; its attention sees the whole image."""
    torch.manual_seed(0)
    block = RIDNet(channels=16).b1.double().eval()
    x = torch.rand(1, 16, 1, 60, dtype=torch.float64)
    other = x.clone()
    other[..., 59] += 1
    with torch.no_grad():
        assert not torch.equal(block(x)[..., 0], block(other)[..., 0])
        block.ca = torch.nn.Identity()
        assert torch.equal(block(x)[..., 0], block(other)[..., 0])
    assert RIDNet.global_statistics


def test_arguments_of_the_release():
    weights = RIDNet(channels=16, image_range=1.0).state_dict()
    net = load_official('RIDNet', {'n_feats': 16, 'rgb_range': 1}, weights)
    assert net.image_range == 1


@pytest.mark.parametrize('reduction', [16, 0, -1])
def test_what_does_not_fit(reduction):
    message = f'reduction must be in 1 ... channels=8, got {reduction}'
    with pytest.raises(ValueError, match=message):
        RIDNet(channels=8, reduction=reduction)
