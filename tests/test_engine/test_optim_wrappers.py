"""Optimizers of parts of a model, and gradients of several processes."""

from __future__ import annotations

import torch
from torch import nn

from mmrestore.engine import optim_wrappers
from mmrestore.engine.optim_wrappers import average_gradients


def test_gradients_that_another_process_has_count_as_zero_here(monkeypatch):
    """Of four parameters the first has a gradient here and there, the others as they are named."""
    here, there, both, neither = (nn.Parameter(torch.ones(2)) for _ in range(4))
    for parameter in (both, here):
        parameter.grad = torch.full((2,), 6.0)
    seen = []

    def all_reduce(used, op):
        seen.append(used.tolist())
        used.copy_(torch.tensor([1, 1, 1, 0]))

    def all_reduce_params(gradients, op):
        assert op == 'mean' and len(gradients) == 3
        for gradient, other in zip(gradients, (2.0, 0.0, 4.0), strict=True):
            gradient.add_(other).div_(2)

    monkeypatch.setattr(optim_wrappers, 'get_world_size', lambda: 2)
    monkeypatch.setattr(optim_wrappers, 'all_reduce', all_reduce)
    monkeypatch.setattr(optim_wrappers, 'all_reduce_params', all_reduce_params)
    average_gradients([both, here, there, neither])
    assert seen == [[1, 1, 0, 0]]
    assert [p.grad[0].item() for p in (both, here, there)] == [4.0, 3.0, 2.0]
    assert neither.grad is None


def test_one_process_keeps_its_gradients():
    parameter = nn.Parameter(torch.ones(2))
    average_gradients([parameter])
    assert parameter.grad is None
