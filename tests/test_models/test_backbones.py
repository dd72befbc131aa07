"""What holds for every backbone, from one table."""

from __future__ import annotations

import pytest
import torch
from backbone_table import ROWS

from mmrestore.models.inference import Pad
from mmrestore.registry import MODELS

every_backbone = pytest.mark.parametrize('row', ROWS, ids=lambda row: row.type)


def build(row):
    """Build a network none of whose parameters is zero: some start so and block gradients."""
    torch.manual_seed(0)
    net = MODELS.build({'type': row.type, **row.arguments})
    with torch.no_grad():
        for parameter in net.parameters():
            parameter += 0.02 * torch.randn_like(parameter)
    return net


def image(row, net, height=21, width=34):
    """Return images whose sides are odd, or fit the network where ``height`` and ``width`` do."""
    generator = torch.Generator().manual_seed(1)
    return torch.rand(2, row.in_channels, height, width, generator=generator)


def fitting(row, net):
    """Return images of a size that the network takes as it is."""
    multiple = net.size_multiple
    return image(row, net, *(-(-side // multiple) * multiple for side in (16, 24)))


@every_backbone
def test_odd_sizes_through_padding(row):
    net = build(row).eval()
    x = image(row, net)
    with torch.no_grad():
        y = Pad(net)(x)
        alone = Pad(net)(x[1:])
    assert y.shape == (2, row.out_channels, 21 * net.scale, 34 * net.scale)
    assert y.isfinite().all()
    assert y.std() > 0
    torch.testing.assert_close(y[1:], alone, atol=1e-4 * float(y.std()), rtol=1e-4)


@every_backbone
def test_images_that_do_not_fit(row):
    net = build(row)
    x = fitting(row, net)
    for channels in {1, 3, row.in_channels + 1} - {row.in_channels}:
        wrong = x[:, :1].expand(-1, channels, -1, -1)
        message = rf'expected images \(B, {row.in_channels}, H, W\), got \(2, {channels}, '
        with pytest.raises(ValueError, match=message):
            net(wrong)
    if net.size_multiple > 1:
        for wrong in (x[..., :-1], x[..., :-1, :]):
            with pytest.raises(ValueError, match=f'multiples of {net.size_multiple}, got '):
                net(wrong)


@every_backbone
def test_the_gradient_reaches_every_parameter(row):
    net = build(row).train()
    y = net(fitting(row, net).requires_grad_())
    (y * torch.linspace(-1, 2, y.shape[-1])).mean().backward()
    untouched = [
        name
        for name, parameter in net.named_parameters()
        if parameter.grad is None or not parameter.grad.abs().sum() > 0
    ]
    assert all(name.startswith(row.unused) for name in untouched) if row.unused else not untouched


@every_backbone
def test_bfloat16_is_near_float32(row):
    net = build(row).eval()
    x = fitting(row, net)
    with torch.no_grad():
        expected = net(x)
        with torch.autocast('cpu', torch.bfloat16):
            y = net(x)
    assert y.isfinite().all()
    assert (y.float() - expected).abs().mean() < 0.05 * expected.std()


@pytest.mark.parametrize('row', [r for r in ROWS if r.compiles], ids=lambda row: row.type)
def test_compiles_without_a_break(row):
    net = build(row).eval()
    x = fitting(row, net)
    torch.compiler.reset()
    compiled = torch.compile(net, backend='eager', fullgraph=True)
    with torch.no_grad():
        expected, y = net(x), compiled(x)
    torch.testing.assert_close(y, expected, atol=1e-4 * float(expected.std()), rtol=1e-4)
