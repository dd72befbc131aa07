"""Channel attention by hand and against its definition."""

from __future__ import annotations

import pytest
import torch

from mmrestore.models.layers.channel_attention import ChannelAttention, ChannelAttentionBlock


def test_weights_by_hand():
    attention = ChannelAttention(2, 1)
    values = {'attention.1.weight': [1.0, -1.0], 'attention.1.bias': [0.5]}
    values |= {'attention.3.weight': [2.0, -4.0], 'attention.3.bias': [0.0, 1.0]}
    with torch.no_grad():
        for name, value in values.items():
            parameter = attention.get_parameter(name)
            parameter.copy_(torch.tensor(value).view_as(parameter))
    x = torch.tensor([[1.0, 3.0, 2.0], [0.5, 1.5, 1.0]]).view(1, 2, 1, 3)  # means 2 and 1
    expected = torch.tensor([3.0, -5.0]).sigmoid().view(1, 2, 1, 1)  # of 2 * 1.5 and -4 * 1.5 + 1
    torch.testing.assert_close(attention(x), x * expected)


def test_a_squeezed_channel_below_zero_does_not_count():
    attention = ChannelAttention(3, 1)
    reduce, expand = attention.attention[1], attention.attention[3]
    torch.nn.init.constant_(reduce.weight, -1.0)
    torch.nn.init.zeros_(reduce.bias)
    x = torch.rand(2, 3, 4, 5)
    torch.testing.assert_close(attention(x), x * expand.bias.sigmoid().view(3, 1, 1))


def test_the_block_is_convolutions_and_attention():
    block = ChannelAttentionBlock(8, hidden=3, squeezed=2)
    x = torch.rand(2, 8, 5, 7)
    features, weights = block(x)
    assert weights.shape == (2, 8, 1, 1)
    torch.testing.assert_close(features * weights, block.cab(x))
    shapes = {name: tuple(value.shape) for name, value in block.state_dict().items()}
    assert shapes == {
        'cab.0.weight': (3, 8, 3, 3),
        'cab.0.bias': (3,),
        'cab.2.weight': (8, 3, 3, 3),
        'cab.2.bias': (8,),
        'cab.3.attention.1.weight': (2, 8, 1, 1),
        'cab.3.attention.1.bias': (2,),
        'cab.3.attention.3.weight': (8, 2, 1, 1),
        'cab.3.attention.3.bias': (8,),
    }


def test_no_bias():
    names = [name for name, _ in ChannelAttention(8, 2, bias=False).named_parameters()]
    assert names == ['attention.1.weight', 'attention.3.weight']


def test_nothing_left_of_the_channels():
    with pytest.raises(ValueError, match='squeezes 8 channels to at least 1, got 0'):
        ChannelAttention(8, 0)
