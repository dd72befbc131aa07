"""The residual U-Net: its size, its start, its plain form, what it refuses."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from mmrestore.models.backbones import ResidualUNet


def trained(**arguments):
    """A network with random weights everywhere, those that start at zero included."""
    torch.manual_seed(0)
    net = ResidualUNet(**arguments)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter += 0.05 * torch.randn_like(parameter)
    return net


def plain(net, x):
    """The same sums, one convolution after the other, on pixels that are sorted by hand."""

    def conv(name, features, **options):
        part = net.get_submodule(name)
        return F.conv2d(features, part.weight, part.bias, **options)

    def block(name, features):
        for i in range(len(net.get_submodule(name))):
            inner = conv(f'{name}.{i}.conv1', features, padding=1).relu()
            features = features + conv(f'{name}.{i}.conv2', inner, padding=1)
        return features

    def grow(i, features):
        """Write each place as 2 x 2 places."""
        part = net.up[i]
        batch, _, height, width = features.shape
        large = features.new_zeros(batch, part.out_channels, 2 * height, 2 * width)
        for row in (0, 1):
            for column in (0, 1):
                weight = part.weight[:, :, row, column]
                values = torch.einsum('bchw,cd->bdhw', features, weight)
                large[..., row::2, column::2] = values + part.bias.view(-1, 1, 1)
        return large

    cells = [x[..., row::2, column::2] for row in (0, 1) for column in (0, 1)]
    features = conv('first', torch.stack(cells, dim=2).flatten(1, 2), padding=1)
    kept = []
    for i in range(len(net.encoder)):
        kept.append(block(f'encoder.{i}', features))
        features = conv(f'down.{i}', kept[-1], stride=2)
    features = block('middle', features)
    for i in reversed(range(len(net.decoder))):
        features = block(f'decoder.{i}', grow(i, features) + kept[i])
    change = conv('last', features, padding=1).unflatten(1, (x.shape[1], 4))
    result = x.clone()
    for i in range(4):
        result[..., i // 2 :: 2, i % 2 :: 2] += change[:, :, i]
    return result


@pytest.mark.parametrize(
    'arguments',
    [
        dict(channels=(6, 10, 12)),
        dict(in_channels=1, channels=(4, 6), num_blocks=2),
        dict(channels=(5,)),
    ],
)
def test_agrees_with_its_plain_form(arguments):
    net = trained(**arguments)
    x = torch.rand(2, net.in_channels, 24, 40)
    y = net(x)
    assert (y - x).std() > 0.01
    torch.testing.assert_close(y, plain(net, x), atol=1e-5, rtol=1e-5)


def test_parameters_and_multiple_of_the_published_size():
    net = ResidualUNet()
    assert sum(p.numel() for p in net.parameters()) == 1_041_132
    assert net.size_multiple == 16


def test_the_first_step_changes_the_input():
    """It starts as the identity and can leave it."""
    net = ResidualUNet(channels=(6, 8))
    x = torch.rand(1, 3, 16, 12)
    assert net(x).equal(x)
    net(x).square().sum().backward()
    assert net.last.weight.grad.abs().max() > 0


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        (dict(channels=()), 'the width of at least one level, got none'),
        (dict(channels=(8, 0)), 'channels must be at least 1, got 0'),
        (dict(num_blocks=0), 'num_blocks must be at least 1, got 0'),
    ],
)
def test_sizes_that_are_none(arguments, message):
    with pytest.raises(ValueError, match=message):
        ResidualUNet(**arguments)
