"""Layer norms over channels against their formulas, in values and gradients."""

from __future__ import annotations

import pytest
import torch
from twins import perturbed

from mmrestore.models.layers.channel_norm import (
    BiasFreeChannelNorm,
    ChannelNorm,
    bias_free_norm,
)


def features(*size, offset=0.0):
    x = torch.randn(size, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return x * torch.linspace(0.5, 2, size[1], dtype=x.dtype).view(-1, 1, 1) + offset


def plain(x, weight, bias, eps):
    """Divide by the deviation; without a bias the mean stays."""
    mean = x.mean(1, keepdim=True)
    y = (x if bias is None else x - mean) / (x.var(1, correction=0, keepdim=True) + eps).sqrt()
    y = y * weight.view(-1, 1, 1)
    return y if bias is None else y + bias.view(-1, 1, 1)


@pytest.mark.parametrize('layout', [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize('offset', [0.0, 20.0])
@pytest.mark.parametrize(
    'norm', [ChannelNorm(7, eps=1e-6), BiasFreeChannelNorm(7), BiasFreeChannelNorm(7, eps=1e-2)]
)
def test_values_and_gradients(norm, offset, layout):
    norm = perturbed(norm.float(), std=0.3, seed=1)
    exact = features(2, 7, 5, 3, offset=offset)
    x = exact.float().contiguous(memory_format=layout).requires_grad_()
    exact = x.detach().double().requires_grad_()
    parameters = [p.detach().double().requires_grad_() for p in norm.parameters()]
    expected = plain(exact, parameters[0], parameters[1] if parameters[1:] else None, norm.eps)
    grad = features(2, 7, 5, 3).flip(0)
    expected_grads = torch.autograd.grad(expected, [exact, *parameters], grad)
    y = norm(x)
    grads = torch.autograd.grad(y, [x, *norm.parameters()], grad.float())
    for found, wanted in zip((y, *grads), (expected, *expected_grads), strict=True):
        limit = 1e-5 * float(wanted.detach().abs().max())
        torch.testing.assert_close(found.double(), wanted, atol=limit, rtol=0)


@pytest.mark.parametrize('size', [(4,), (3, 4), (2, 3, 2, 4)])
def test_the_gradient_of_the_bias_free_norm_by_differences(size):
    generator = torch.Generator().manual_seed(2)
    x = (torch.randn(size, generator=generator).double() + 1).requires_grad_()
    weight = (torch.rand(4, generator=generator).double() + 0.5).requires_grad_()
    assert torch.autograd.gradcheck(bias_free_norm, (x, weight, 1e-5))


def test_brightness_passes_a_bias_free_norm():
    norm, x = BiasFreeChannelNorm(6, eps=0), features(1, 6, 2, 2).float()
    y = norm(x)
    torch.testing.assert_close(norm(4 * x), y)  # the scale is taken away
    deviation = x.std(1, correction=0, keepdim=True)
    torch.testing.assert_close(norm(x + 3), y + 3 / deviation)  # an offset stays


@pytest.mark.parametrize('norm', [ChannelNorm(5), BiasFreeChannelNorm(5)])
def test_bfloat16(norm):
    x = features(1, 5, 3, 4).bfloat16().requires_grad_()
    exact = x.detach().float().requires_grad_()
    with torch.autocast('cpu', torch.bfloat16):
        y = norm(x)
    y.float().square().sum().backward()
    norm(exact).square().sum().backward()
    torch.testing.assert_close(y.float(), norm(exact), atol=0.03, rtol=0.02)
    assert x.grad.dtype == torch.bfloat16
    torch.testing.assert_close(x.grad.float(), exact.grad, atol=0.2, rtol=0.1)
