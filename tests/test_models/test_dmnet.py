"""DM-Net: its two images, its plain form, the mean of cells."""

from __future__ import annotations

import pytest
import torch
from plain_networks import PlainDMNet

from mmrestore.apis import load_official
from mmrestore.models.backbones import DMNet
from mmrestore.models.backbones.dmnet import area_mean

TINY = {'channels': 8, 'num_blocks': 2, 'num_convs': 3}


def test_parameter_count():
    with torch.device('meta'):
        net = DMNet()
    assert sum(p.numel() for p in net.parameters()) == 2_226_758


@pytest.mark.parametrize('training', [False, True])
@pytest.mark.parametrize('channels', [1, 3])
def test_the_plain_twin_agrees(training, channels):
    torch.manual_seed(0)
    net = DMNet(channels, **TINY).double().train(training)
    twin = PlainDMNet(channels, **TINY).double().train(training)
    twin.load_state_dict(net.state_dict())
    x = torch.rand(2, channels, 12, 20, dtype=torch.float64)
    outputs = []
    for network in (net, twin):
        fine, coarse = network.multi_scale(x)
        outputs.append((fine, coarse))
        weight = torch.linspace(-1, 1, x.shape[-1], dtype=x.dtype)
        ((fine * weight).mean() + (coarse * weight[::4]).mean()).backward()
    torch.testing.assert_close(*outputs)
    for name, parameter in net.named_parameters():
        torch.testing.assert_close(parameter.grad, twin.get_parameter(name).grad, msg=name)
    torch.testing.assert_close(net.state_dict(), twin.state_dict())


def test_the_output_is_the_fine_image():
    net = DMNet(**TINY).eval()
    x = torch.rand(1, 3, 8, 12)
    fine, coarse = net.multi_scale(x)
    assert torch.equal(net(x), fine)
    assert coarse.shape == (1, 3, 2, 3)


def test_without_features_images_and_means_come_out():
    net = DMNet(**TINY).eval()
    for conv in (net.to_low, net.refine[-1]):
        torch.nn.init.zeros_(conv.weight)
        torch.nn.init.zeros_(conv.bias)
    x = torch.rand(1, 3, 8, 12)
    fine, coarse = net.multi_scale(x)
    torch.testing.assert_close(fine, x)
    torch.testing.assert_close(coarse[0, :, 1, 2], x[0, :, 4:, 8:].mean((1, 2)))


def test_area_mean():
    x = torch.arange(32.0).view(1, 1, 4, 8)
    assert area_mean(x).flatten().tolist() == [13.5, 17.5]


def test_the_coarse_scale_reaches_far():
    """Six convolutions at the coarse scale reach 24 pixels, three of the fine stage only three."""
    torch.manual_seed(0)
    net = DMNet(**TINY).double().eval()
    x = torch.rand(1, 3, 8, 64, dtype=torch.float64)
    other = x.clone()
    other[..., 40] += 1
    with torch.no_grad():
        changed = (net(x) != net(other)).any(1).any(1)[0]
    assert 24 <= 40 - int(changed.nonzero()[0]) < 40


def test_what_does_not_fit():
    with pytest.raises(ValueError, match='at least 2 convolutions, got 1'):
        DMNet(num_convs=1)
    for method in (DMNet(**TINY), DMNet(**TINY).multi_scale):
        with pytest.raises(ValueError, match='multiples of 4, got 8 x 10'):
            method(torch.rand(1, 3, 8, 10))
    with pytest.raises(ValueError, match="got 4, True, 'unshuffle' and True"):
        load_official('DM-Net (our reading of the paper)', {'down': 'unshuffle'}, {})
