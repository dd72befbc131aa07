"""Networks against their plain twins."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def perturbed(net: nn.Module, *, std: float = 0.2, seed: int = 0) -> nn.Module:
    """Give every parameter values that matter: some are 0, or all equal, at the start."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter += std * torch.randn(parameter.shape, generator=generator)
    return net


def trained_statistics(net: nn.Module, *, seed: int = 0) -> nn.Module:
    """Give batch norms means and variances as training does; they start as 0 and 1."""
    generator = torch.Generator().manual_seed(seed)
    for name, buffer in net.named_buffers():
        if name.endswith('running_mean'):
            buffer.normal_(0, 0.1, generator=generator)
        elif name.endswith('running_var'):
            buffer.uniform_(0.5, 2, generator=generator)
    return net


def assert_twins_agree(
    net: nn.Module,
    twin: nn.Module,
    x: Tensor,
    *,
    outputs: tuple[float, float],
    gradients: tuple[float, float],
) -> None:
    """Compare outputs and the gradients of the input and of every parameter.

    Args:
        net: a network.
        twin: its plain form, which gets its weights.
        x: the input.
        outputs: absolute and relative tolerance of outputs and of the input's gradient.
        gradients: tolerance of a parameter's gradient, as a share of its largest element and
            relative.
    """
    twin.load_state_dict(net.state_dict())
    x = x.requires_grad_()
    found = []
    for network in (net, twin):
        torch.manual_seed(2)  # both draw the dropped paths in the same order
        found.append(network(x))
        (found[-1] * torch.linspace(-1, 1, x.shape[-1])).mean().backward()
        found.append(x.grad.clone())
        x.grad = None
    torch.testing.assert_close(found[:2], found[2:], atol=outputs[0], rtol=outputs[1])
    expected = {name: p.grad for name, p in twin.named_parameters()}
    for name, p in net.named_parameters():
        limit = gradients[0] * float(expected[name].abs().max())
        torch.testing.assert_close(p.grad, expected[name], atol=limit, rtol=gradients[1])
