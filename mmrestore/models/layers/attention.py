"""Softmax attention with an additive bias that is shared by many windows."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

# Logits that the backward pass on the CPU holds at a time: 1 MB in float32, a second-level cache.
CHUNK_ELEMENTS = 2**18


def biased_attention(
    q: Tensor, k: Tensor, v: Tensor, bias: Tensor, *, counts: Sequence[int], scale: float
) -> Tensor:
    """Return softmax(scale * q k^T + bias) v, every window with the bias of its group.

    Args:
        q: queries (windows, heads, queries, channels).
        k: keys (windows, heads, keys, channels).
        v: values, as the keys.
        bias: (groups, heads, queries, keys), added to the logits.
        counts: number of windows in every group; the windows of the first group come first.
        scale: factor of the logits.

    Returns:
        (windows, queries, heads * channels).

    Raises:
        ValueError: the groups do not add up.

    Examples:
        >>> v = torch.tensor([1.0, 3.0]).view(1, 1, 2, 1)
        >>> zero = torch.zeros_like(v)
        >>> bias = torch.tensor([[0.0, 0.0], [0.0, -1e4]]).view(1, 1, 2, 2)
        >>> biased_attention(zero, zero, v, bias, counts=[1], scale=1.0).flatten()
        tensor([2., 1.])
    """
    if sum(counts) != len(q) or len(counts) != len(bias):
        raise ValueError(
            f'expected {len(bias)} groups with {len(q)} windows in all, got the counts {list(counts)}'
        )
    trained = torch.is_grad_enabled() and bias.requires_grad
    if trained and q.device.type == 'cpu' and not torch.compiler.is_compiling():
        return _BiasedAttention.apply(q, k, v, bias, tuple(counts), scale)
    return _attend(q, k, v, bias, counts, scale)


def _attend(
    q: Tensor, k: Tensor, v: Tensor, bias: Tensor, counts: Sequence[int], scale: float
) -> Tensor:
    bias = bias.to(q.dtype)
    groups = zip(q.split(counts), k.split(counts), v.split(counts), bias, strict=True)
    outputs = [
        F.scaled_dot_product_attention(
            q, k, v, attn_mask=bias.expand(len(q), -1, -1, -1), scale=scale
        ).transpose(1, 2)
        for q, k, v, bias in groups
        if len(q)
    ]
    return (outputs[0] if len(outputs) == 1 else torch.cat(outputs)).flatten(2)


class _BiasedAttention(torch.autograd.Function):
    """The attention of the CPU in training.

    PyTorch's fused kernel for the CPU refuses a bias that needs a gradient and falls back to a path
    that keeps all logits. This one uses the fused kernel forward; backward it computes the
    attention again, in chunks of windows that stay in the cache.
    """

    @staticmethod
    def forward(ctx, q, k, v, bias, counts, scale):
        ctx.save_for_backward(q, k, v, bias)
        ctx.counts, ctx.scale = counts, scale
        return _attend(q, k, v, bias.detach(), counts, scale)

    @staticmethod
    @once_differentiable
    def backward(ctx, grad):
        q, k, v, bias = ctx.saved_tensors
        grads = [torch.empty_like(t) for t in (q, k, v)]
        grad_bias = torch.zeros_like(bias)
        grad = grad.unflatten(2, (q.shape[1], -1)).transpose(1, 2)
        size = max(1, CHUNK_ELEMENTS // bias[0].numel())
        start = 0
        for group, count in enumerate(ctx.counts):
            for first in range(start, start + count, size):
                chunk = slice(first, min(first + size, start + count))
                grad_bias[group] += _backward(
                    [t[chunk] for t in (q, k, v, grad)], bias[group], ctx.scale, [t[chunk] for t in grads]
                )
            start += count
        return *grads, grad_bias, None, None


def _backward(tensors: list[Tensor], bias: Tensor, scale: float, grads: list[Tensor]) -> Tensor:
    """Write the gradients of queries, keys and values; return that of the bias."""
    dtype = torch.promote_types(tensors[0].dtype, torch.float32)
    shape = tensors[0].shape[:2]
    q, k, v, grad = (t.to(dtype).reshape(-1, *t.shape[2:]) for t in tensors)  # (windows * heads, ., .)
    logits = torch.bmm(q, k.mT).mul_(scale)
    logits.unflatten(0, shape).add_(bias)
    weights = logits.softmax(-1)
    grads[2].copy_(torch.bmm(weights.mT, grad).unflatten(0, shape))
    grad_logits = torch._softmax_backward_data(torch.bmm(grad, v.mT), weights, -1, dtype)
    grads[0].copy_(torch.bmm(grad_logits, k).mul_(scale).unflatten(0, shape))
    grads[1].copy_(torch.bmm(grad_logits.mT, q).mul_(scale).unflatten(0, shape))
    return grad_logits.unflatten(0, shape).sum(0)
