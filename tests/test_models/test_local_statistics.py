"""Local means against box filters, the decorator that sets them, and the warning of tiles."""

from __future__ import annotations

import copy
import warnings

import pytest
import torch
import torch.nn.functional as F
from twins import perturbed

from mmrestore.models.backbones import MIRNetV2, NAFNet, NAFNetBaseline, Restormer, SwinIR
from mmrestore.models.inference import LocalStatistics, Pad, SelfEnsemble, Tile, build_inference
from mmrestore.models.layers.global_mean import GlobalMean, local_mean
from mmrestore.named_parts import named_parts

TINY = {'channels': 4, 'encoder_depths': [1, 1], 'num_middle_blocks': 1, 'decoder_depths': [1, 1]}


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


def images(*shape):
    return torch.rand(shape, generator=torch.Generator().manual_seed(0))


def box_mean(x, window):
    """Average every window that lies inside, then repeat the outermost means up to the border."""
    sides = [min(w, side) for w, side in zip(window, x.shape[2:], strict=True)]
    y = F.avg_pool2d(x, sides, stride=1)
    down, right = (side - mean for side, mean in zip(x.shape[2:], y.shape[2:], strict=True))
    return F.pad(y, (right // 2, (right + 1) // 2, down // 2, (down + 1) // 2), mode='replicate')


@pytest.mark.parametrize('size', [(9, 14), (14, 9), (5, 5), (1, 6)])
@pytest.mark.parametrize('window', [(1, 1), (2, 3), (5, 4), (5, 20), (20, 8), (9, 9)])
def test_local_means_are_box_means(size, window):
    x = images(2, 3, *size)
    found = local_mean(x, window)
    torch.testing.assert_close(found.expand_as(x), box_mean(x, window))
    for dim in (2, 3):
        assert found.shape[dim] == (1 if window[dim - 2] >= x.shape[dim] else x.shape[dim])


def test_local_means_of_a_large_bright_image_keep_their_digits():
    x = 1000 + images(1, 1, 8, 40_000)
    found = local_mean(x, (4, 6))
    torch.testing.assert_close(found, box_mean(x.double(), (4, 6)).float(), atol=1e-4, rtol=0)


def test_the_gradient_of_local_means():
    x = images(1, 2, 4, 5).double().requires_grad_()
    assert torch.autograd.gradcheck(lambda x: local_mean(x, (3, 2)), x)


@pytest.mark.parametrize('network', [NAFNet, NAFNetBaseline])
def test_windows_follow_from_the_size_of_training(network):
    net = network(**TINY)
    windows = list(LocalStatistics(net, train_size=36).windows.values())
    assert windows == [(54, 54), (27, 27), (13, 13), (27, 27), (54, 54)]  # 13 = 9 * 54 // 36
    sides = {w for w, _ in LocalStatistics(NAFNet(channels=4)).windows.values()}
    assert sides == {384, 192, 96, 48, 24}


@pytest.mark.parametrize('network', [NAFNet, NAFNetBaseline])
def test_a_network_with_box_means_instead(network, monkeypatch):
    net, x = (
        perturbed(network(**TINY), seed=1).eval(),
        images(2, 3, 24, 40) * torch.linspace(0, 5, 40),
    )
    before = copy.deepcopy(net.state_dict())
    local = LocalStatistics(net, train_size=8)
    with torch.no_grad():
        everywhere = net(x)
        found = local(x)
        monkeypatch.setattr(GlobalMean, 'forward', lambda mean, x: box_mean(x, local.windows[mean]))
        expected = net(x)
        monkeypatch.undo()
        torch.testing.assert_close(found, expected)
        assert (found - everywhere).abs().mean() > 1e-4 * everywhere.std()
        assert net(x).equal(everywhere)  # without the decorator nothing has changed
        small = images(1, 3, 12, 12)
        assert local(small).equal(net(small))  # the windows cover the image
    assert all(before[key].equal(value) for key, value in net.state_dict().items())


def test_training_and_errors_leave_the_network_as_it_was():
    net = NAFNet(**TINY).train()
    local = LocalStatistics(net, train_size=8)
    assert net.training
    assert all(p.grad is None and p.device.type == 'cpu' for p in net.parameters())
    with pytest.raises(ValueError, match='multiples of 4'):
        local(images(1, 3, 10, 12))
    x = images(1, 3, 16, 20)
    mean = next(iter(local.windows))
    assert mean(x).shape == (1, 3, 1, 1)


def test_the_decorator_nests_and_passes_facts_on():
    net = perturbed(NAFNet(**TINY), seed=1).eval()
    x = images(1, 3, 13, 18)
    cfgs = [{'type': 'LocalStatistics', 'train_size': 8}, {'type': 'Pad'}]
    with torch.no_grad():
        found = build_inference(net, named_parts(cfgs))(x)
        padded = LocalStatistics(net, train_size=8)(F.pad(x, (0, 2, 0, 3)))
        assert found.equal(padded[..., :13, :18])
        around = LocalStatistics(Pad(net), train_size=8)
        assert around(x).equal(found)
    assert (around.size_multiple, around.scale) == (1, 1)


@pytest.mark.parametrize(
    ('net', 'train_size', 'message'),
    [
        (NAFNet(**TINY), 30, 'multiple of 4, which NAFNet needs, got 30'),
        (NAFNet(**TINY), 0, 'got 0'),
        (SwinIR(embed_channels=6, depths=[1], num_heads=[1]), 64, 'SwinIR takes no mean'),
    ],
)
def test_networks_and_sizes_that_do_not_fit(net, train_size, message):
    with pytest.raises(ValueError, match=message):
        LocalStatistics(net, train_size=train_size)


# The warning of tiles


def restormer():
    return Restormer(embed_channels=8, depths=[1] * 4, num_refinement_blocks=0)


def test_tiles_of_a_network_with_global_statistics_warn_once():
    with pytest.warns(UserWarning, match='NAFNet uses the whole image.*with LocalStatistics') as w:
        tile = Tile(SelfEnsemble(NAFNet(**TINY)), size=8, overlap=0)
    assert len(w) == 1
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        tile(images(1, 3, 8, 8))
    with pytest.warns(UserWarning, match='Restormer uses the whole image') as w:
        Tile(restormer(), size=8, overlap=0)
    assert 'LocalStatistics' not in str(w[0].message)  # attention is no mean


def test_windowed_means_do_not_help_where_more_than_means_is_global():
    net = MIRNetV2(channels=16, num_blocks=1)
    for network in (net, LocalStatistics(net, train_size=8)):
        with pytest.warns(UserWarning, match='MIRNetV2 uses the whole image') as w:
            Tile(network, size=32, overlap=0)
        assert 'LocalStatistics' not in str(w[0].message)


def test_tiles_larger_than_the_windows_do_not_warn():
    local = LocalStatistics(NAFNet(**TINY), train_size=8)
    with pytest.warns(UserWarning, match='larger than the windows of LocalStatistics, 12 pixels'):
        Tile(local, size=12, overlap=0)
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        Tile(Pad(local), size=16, overlap=0)
        Tile(SwinIR(embed_channels=6, depths=[1], num_heads=[1]), size=16, overlap=0)


def test_tiles_with_local_statistics_are_near_the_image():
    """Far from the borders of tiles, windows and receptive fields are those of the image."""
    net = perturbed(NAFNet(**{**TINY, 'encoder_depths': [1], 'decoder_depths': [1]}), seed=1).eval()
    x = images(1, 3, 16, 160)
    with torch.no_grad():
        local = LocalStatistics(net, train_size=16)
        whole, inside = local(x), slice(72, 88)
        found = Tile(local, size=144, overlap=128)(x)
        torch.testing.assert_close(found[..., inside], whole[..., inside])
        with pytest.warns(UserWarning, match='uses the whole image'):
            other = Tile(net, size=80, overlap=0)(x)
    assert (other - net(x)).abs().max() > 1e-3
