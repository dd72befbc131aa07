"""Networks on the bicubically enlarged image."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from mmrestore.functional import resize
from mmrestore.models.backbones import DnCNN, PreUpsampling
from mmrestore.models.inference import Pad
from mmrestore.registry import MODELS

STACK = {'type': 'DnCNN', 'in_channels': 3, 'num_layers': 8, 'batch_norm': False}


def test_the_network_of_zssr():
    """Eight convolutions of 3 x 3: 3 to 64 channels, six times 64 to 64, 64 to 3, with biases."""
    net = MODELS.build({'type': 'PreUpsampling', 'backbone': STACK})
    convs = [m for m in net.modules() if isinstance(m, nn.Conv2d)]
    channels = [(m.in_channels, m.out_channels) for m in convs]
    assert channels == [(3, 64), *[(64, 64)] * 6, (64, 3)]
    assert not [m for m in net.modules() if isinstance(m, nn.BatchNorm2d)]
    count = 9 * (2 * 3 * 64 + 6 * 64**2) + 7 * 64 + 3
    assert sum(p.numel() for p in net.parameters()) == count == 225_091
    assert (net.scale, net.size_multiple, net.in_channels) == (4, 1, 3)


def test_a_stack_that_finds_nothing_enlarges_bicubically():
    net = PreUpsampling({**STACK, 'channels': 8}, scale=3)
    x = torch.rand(2, 3, 9, 14, generator=torch.Generator().manual_seed(0))
    last = [m for m in net.modules() if isinstance(m, nn.Conv2d)][-1]
    assert not torch.allclose(net(x), resize(x, scale=3))
    nn.init.zeros_(last.weight)
    assert net(x).equal(resize(x, scale=3))


def test_it_is_the_network_behind_the_enlargement():
    net = PreUpsampling({**STACK, 'channels': 8}, scale=2)
    inner = DnCNN(3, channels=8, num_layers=8, batch_norm=False)
    inner.load_state_dict({k.removeprefix('net.'): v for k, v in net.state_dict().items()})
    x = torch.rand(1, 3, 6, 5)
    torch.testing.assert_close(net(x), inner(resize(x, scale=2)))


@pytest.mark.parametrize(('scale', 'multiple'), [(2, 4), (3, 8), (4, 2), (8, 1), (6, 4)])
def test_sizes_of_the_network_behind(scale, multiple):
    """A U-Net of 8 needs sides that are multiples of 8 after the enlargement."""
    unet = {'type': 'NAFNet', 'channels': 8, 'encoder_depths': [1] * 3, 'decoder_depths': [1] * 3}
    net = PreUpsampling({**unet, 'num_middle_blocks': 1}, scale=scale)
    assert net.net.size_multiple == 8 and net.size_multiple == multiple
    with torch.no_grad():
        assert Pad(net)(torch.rand(1, 3, 5, 7)).shape == (1, 3, 5 * scale, 7 * scale)
        if multiple > 1:
            with pytest.raises(ValueError, match=f'multiples of {multiple}, got 5 x {multiple}'):
                net(torch.rand(1, 3, 5, multiple))


def test_networks_that_enlarge_are_refused():
    with pytest.raises(ValueError, match='keeps the size, got EDSR of scale 2'):
        PreUpsampling({'type': 'EDSR', 'channels': 8, 'num_blocks': 1, 'scale': 2})
    with pytest.raises(ValueError, match='scale must be at least 1, got 0'):
        PreUpsampling(STACK, scale=0)
