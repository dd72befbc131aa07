"""Softmax attention with an additive bias shared by many windows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from mmrestore.functional.tracing import exporting

# Logits of a thread that the backward pass on the CPU holds at a time: 2 MB, about its cache.
CHUNK_ELEMENTS = 2**19


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
    if sum(counts) != q.shape[0] or len(counts) != bias.shape[0]:
        raise ValueError(
            f'expected {bias.shape[0]} groups with {q.shape[0]} windows in all, got {list(counts)}'
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
    if exporting():  # by matrix products, which any number of windows suits, none as well
        outputs = [
            (((scale * q) @ k.mT + bias).softmax(-1) @ v).transpose(1, 2)
            for q, k, v, bias in groups
        ]
    else:
        outputs = [
            F.scaled_dot_product_attention(
                q, k, v, attn_mask=bias.expand(q.shape[0], -1, -1, -1), scale=scale
            ).transpose(1, 2)
            for q, k, v, bias in groups
            if q.shape[0]
        ]
    return (outputs[0] if len(outputs) == 1 else torch.cat(outputs)).flatten(2)


class _BiasedAttention(torch.autograd.Function):
    """The attention of the CPU in training.

    PyTorch's fused kernel for the CPU refuses a bias that needs a gradient; what is left keeps all
    logits. This one runs the fused kernel forward; backward it computes the attention again, in
    chunks of windows that stay in the cache.
    """

    @staticmethod
    def forward(
        ctx: Any,
        q: Tensor,
        k: Tensor,
        v: Tensor,
        bias: Tensor,
        counts: Sequence[int],
        scale: float,
    ) -> Tensor:
        ctx.save_for_backward(q, k, v, bias)
        ctx.counts, ctx.scale = counts, scale
        return _attend(q, k, v, bias.detach(), counts, scale)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        q, k, v, bias = ctx.saved_tensors
        grad = grad.unflatten(2, (q.shape[1], -1)).transpose(1, 2)
        grads = [torch.empty_like(t) for t in (q, k, v)]
        grad_bias = torch.zeros_like(bias)
        size = max(1, CHUNK_ELEMENTS * torch.get_num_threads() // bias[0].numel())
        dtype = torch.promote_types(q.dtype, torch.float32)
        buffers = torch.empty((2, min(size, len(q)), *bias.shape[1:]), dtype=dtype)
        for group, chunk in chunks(ctx.counts, size):
            inputs = [t[chunk] for t in (q, k, v, grad)]
            outputs = [t[chunk] for t in grads]
            grad_bias[group] += _backward(inputs, bias[group], ctx.scale, outputs, buffers)
        return *grads, grad_bias, None, None


def _backward(
    inputs: list[Tensor], bias: Tensor, scale: float, outputs: list[Tensor], buffers: Tensor
) -> Tensor:
    """Write the gradients of queries, keys and values to ``outputs``; return that of the bias."""
    shape = inputs[0].shape[:2]
    q, k, v, grad = (t.to(buffers.dtype).reshape(-1, *t.shape[2:]) for t in inputs)
    weights, grad_logits = (b[: shape[0]].flatten(0, 1) for b in buffers)  # (windows * heads, ., .)
    weights.unflatten(0, shape).copy_(bias)
    weights.baddbmm_(q, k.mT, alpha=scale)
    torch.softmax(weights, -1, out=weights)
    outputs[2].copy_(torch.bmm(weights.mT, grad).unflatten(0, shape))
    torch.bmm(grad, v.mT, out=grad_logits)
    torch._softmax_backward_data(grad_logits, weights, -1, weights.dtype, grad_input=grad_logits)
    outputs[0].copy_(torch.bmm(grad_logits, k).mul_(scale).unflatten(0, shape))
    outputs[1].copy_(torch.bmm(grad_logits.mT, q).mul_(scale).unflatten(0, shape))
    grad_bias = grad_logits.unflatten(0, shape)
    return grad_bias.sum(0) if len(grad_bias) > 1 else grad_bias[0]


def chunks(counts: Sequence[int], size: int) -> Iterator[tuple[int, slice]]:
    """Yield the group and the places of chunks of at most ``size`` that lie in one group.

    Examples:
        >>> list(chunks([3, 1], 2))
        [(0, slice(0, 2, None)), (0, slice(2, 3, None)), (1, slice(3, 4, None))]
    """
    start = 0
    for group, count in enumerate(counts):
        for first in range(start, start + count, size):
            yield group, slice(first, min(first + size, start + count))
        start += count
