"""1x1 convolutions by rows against PyTorch's."""

from __future__ import annotations

import pytest
import torch

from mmrestore.models.layers.pointwise import PointwiseConv, pointwise_conv


def images(*shape):
    return torch.rand(shape, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize('bias', [False, True])
@pytest.mark.parametrize('layout', [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize('size', [(3, 8, 5, 40), (1, 8, 1, 33), (2, 8, 6, 7), (1, 8, 40, 1)])
def test_rows_as_images_change_nothing(size, layout, bias):
    torch.manual_seed(0)
    conv = PointwiseConv(8, 6, bias=bias)
    x = images(*size).contiguous(memory_format=layout).requires_grad_()
    inputs = [x, *conv.parameters()]
    found, expected = conv(x), torch.nn.functional.conv2d(x, conv.weight, conv.bias)
    torch.testing.assert_close(found, expected)
    grad = images(*found.shape)
    grads = torch.autograd.grad(found, inputs, grad)
    torch.testing.assert_close(grads, torch.autograd.grad(expected, inputs, grad))


def test_features_stay_channels_last_without_a_copy():
    x = images(2, 8, 6, 40).contiguous(memory_format=torch.channels_last)
    y = pointwise_conv(x, images(5, 8, 1, 1))
    assert y.is_contiguous(memory_format=torch.channels_last)
    part = torch.cat([x, x], 1).contiguous(memory_format=torch.channels_last)[:, 8:]
    torch.testing.assert_close(pointwise_conv(part, images(5, 8, 1, 1)), y)
