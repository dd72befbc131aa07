"""Convolutions of enlarged features against enlarging and convolving."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from mmrestore.models.layers.enlarged_conv import enlarged_conv


@pytest.mark.parametrize(
    'padding', [(1, 1, 1, 1), (1, 1, 2, 0), (2, 0, 1, 1), (1, 1, 0, 2), (0, 2, 1, 1), (2, 0, 0, 2)]
)
def test_enlarging_first_gives_the_same(padding):
    torch.manual_seed(0)
    values = {
        'x': torch.randn(2, 3, 5, 4, dtype=torch.float64, requires_grad=True),
        'weight': torch.randn(7, 3, 3, 3, dtype=torch.float64, requires_grad=True),
        'bias': torch.randn(7, dtype=torch.float64, requires_grad=True),
    }
    x, weight, bias = values.values()
    plain = F.conv2d(F.pad(F.interpolate(x, scale_factor=2), padding), weight, bias)
    ours = enlarged_conv(x, weight, bias, padding=padding)
    assert ours.shape == (2, 7, 10, 8)
    torch.testing.assert_close(ours, plain)
    factors = torch.randn_like(plain)
    expected = torch.autograd.grad((plain * factors).sum(), list(values.values()))
    found = torch.autograd.grad((ours * factors).sum(), list(values.values()))
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize('dtype', [torch.float32, torch.float64, torch.bfloat16])
def test_four_times_the_mean_is_the_sum_to_the_bit(dtype):
    """Exporters to ONNX lose ``divisor_override``, so the kernel is made without it."""
    generator = torch.Generator().manual_seed(0)
    weight = torch.randn(48, 96, 3, 3, generator=generator, dtype=torch.float64)
    weight = (weight * 10.0 ** torch.randint(-20, 6, weight.shape, generator=generator)).to(dtype)
    weight.requires_grad_()
    sums = F.avg_pool2d(weight, 2, stride=1, padding=1, divisor_override=1)
    ours = 4 * F.avg_pool2d(weight, 2, stride=1, padding=1)
    assert ours.equal(sums)
    factors = torch.randn(sums.shape, generator=generator, dtype=torch.float64).to(dtype)
    (expected,) = torch.autograd.grad((sums * factors).sum(), weight)
    (found,) = torch.autograd.grad((ours * factors).sum(), weight)
    assert found.equal(expected)
