"""Attention with a shared bias against its formula, and its backward pass against autograd."""

from __future__ import annotations

import pytest
import torch

from mmrestore.models.layers import attention
from mmrestore.models.layers.attention import biased_attention

SCALE = 0.4


def inputs(dtype=torch.float64, counts=(3, 2), heads=2, queries=5, keys=7, channels=3):
    generator = torch.Generator().manual_seed(0)
    windows = sum(counts)
    shapes = [(windows, heads, n, channels) for n in (queries, keys, keys)]
    shapes.append((len(counts), heads, queries, keys))
    return [torch.randn(s, generator=generator, dtype=dtype).requires_grad_() for s in shapes]


def formula(q, k, v, bias, counts):
    bias = bias.repeat_interleave(torch.tensor(counts), 0)
    weights = (SCALE * q @ k.mT + bias).softmax(-1)
    return (weights @ v).transpose(1, 2).flatten(2)


def test_output_and_all_gradients():
    tensors, counts = inputs(), (3, 2)
    output = biased_attention(*tensors, counts=counts, scale=SCALE)
    expected = formula(*tensors, counts)
    torch.testing.assert_close(output, expected)
    grad = torch.rand_like(output)
    found = torch.autograd.grad(output, tensors, grad)
    torch.testing.assert_close(found, torch.autograd.grad(expected, tensors, grad))


@pytest.mark.parametrize('elements', [1, 200, 10**6])
def test_chunks_do_not_change_the_gradients(monkeypatch, elements):
    monkeypatch.setattr(attention, 'CHUNK_ELEMENTS', elements)
    assert torch.autograd.gradcheck(
        lambda *t: biased_attention(*t, counts=(2, 0, 1), scale=SCALE),
        inputs(counts=(2, 0, 1), queries=3, keys=4, channels=2),
    )


def test_one_packed_projection():
    qkv = torch.randn(4, 6, 3, 2, 5, dtype=torch.float64, requires_grad=True)
    bias = torch.randn(1, 2, 6, 6, dtype=torch.float64, requires_grad=True)
    q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind()
    found = biased_attention(q, k, v, bias, counts=[4], scale=SCALE)
    expected = formula(q, k, v, bias, [4])
    grads = [torch.autograd.grad(y.square().sum(), [qkv, bias]) for y in (found, expected)]
    torch.testing.assert_close(*grads)


def test_the_fused_kernel_runs_in_training():
    tensors = inputs(torch.float32, queries=8, keys=8, channels=8)
    with torch.profiler.profile() as profile:
        biased_attention(*tensors, counts=(3, 2), scale=SCALE)
    names = {event.key for event in profile.key_averages()}
    assert 'aten::_scaled_dot_product_flash_attention_for_cpu' in names


def test_bfloat16_gradients_are_near():
    tensors = inputs()
    half = [t.detach().bfloat16().requires_grad_() for t in tensors]
    outputs = [biased_attention(*t, counts=(3, 2), scale=SCALE) for t in (half, tensors)]
    found, expected = (
        torch.autograd.grad(y.square().sum(), t)
        for y, t in zip(outputs, (half, tensors), strict=True)
    )
    for a, b in zip(found, expected, strict=True):
        assert a.dtype == torch.bfloat16
        torch.testing.assert_close(a.double(), b, atol=0.05 * float(b.abs().max()), rtol=0.05)


def test_groups_must_add_up():
    with pytest.raises(ValueError, match='2 groups with 5 windows'):
        biased_attention(*inputs(), counts=(3, 3), scale=SCALE)
