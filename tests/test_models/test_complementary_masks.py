"""Complementary masks around a network."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F
from remembering_net import Net, images, local_net
from tiny_denoiser import TinyDenoiser

from mmrestore.functional import random_branches
from mmrestore.models.inference import (
    ComplementaryMasks,
    PixelDownsampled,
)


@pytest.mark.parametrize('per_channel', [False, True])
@pytest.mark.parametrize(('num_branches', 'max_pixels'), [(2, None), (3, 400), (4, 300), (4, 1)])
def test_masks_against_one_branch_after_another(num_branches, max_pixels, per_channel):
    x = images(3, 3, 9, 11).double()
    net = local_net(size_multiple=4)
    masks = ComplementaryMasks(
        net, num_branches=num_branches, per_channel=per_channel, max_pixels=max_pixels
    )
    torch.manual_seed(1)
    y = masks(x)
    torch.manual_seed(1)
    branches = random_branches(x, num_branches=num_branches, per_channel=per_channel)
    expected = torch.full_like(x, math.nan)
    for k in range(num_branches):
        hidden = (branches == k).expand_as(x)
        seen = torch.where(hidden, 0, x)
        padded = F.pad(seen, (0, 1, 0, 3), mode='reflect')
        expected[hidden] = net.function(padded)[..., :9, :11][hidden]
    torch.testing.assert_close(y, expected, rtol=0, atol=1e-14)
    # Padded to 12 x 12 pixels.
    at_once = 3 * num_branches if max_pixels is None else max(1, max_pixels // 144)
    assert max(len(seen) for seen in net.seen) <= at_once
    assert sum(len(seen) for seen in net.seen) == 3 * num_branches
    if at_once > 1:
        assert len(net.seen) < 3 * num_branches


def test_no_pixel_is_seen_where_it_is_restored():
    """Not even at the border of an image that is padded by its mirror image."""
    x = images(1, 2, 7, 9).double().requires_grad_()
    weights = torch.randn(2, 2, 5, 5, generator=torch.Generator().manual_seed(0)).double()
    net = Net(lambda x: F.conv2d(x, weights, padding=2), size_multiple=4)
    torch.manual_seed(0)
    y = ComplementaryMasks(net)(x)
    seen = 0
    for row in range(7):
        for column in range(9):
            gradient = torch.autograd.grad(y[0, 0, row, column], x, retain_graph=True)[0]
            assert (gradient[0, :, row, column] == 0).all()
            seen += (gradient != 0).sum().item()
    assert seen > 7 * 9 * 10


def test_pixels_twice_in_a_sub_image_are_seen_with_reflection_only():
    x = images(1, 1, 7, 9).double().requires_grad_()
    net = Net(lambda x: F.conv2d(x, torch.ones(1, 1, 3, 3).double(), padding=1))
    leaks = {}
    for mode in ('reflect', 'symmetric', 'replicate', 'zero'):
        torch.manual_seed(0)
        y = PixelDownsampled(ComplementaryMasks(net), stride=2, pad_mode=mode)(x)
        own = [
            torch.autograd.grad(y[0, 0, row, column], x, retain_graph=True)[0][0, 0, row, column]
            for row in range(7)
            for column in range(9)
        ]
        leaks[mode] = sum(bool(value != 0) for value in own)
    assert leaks.pop('reflect') > 0 and set(leaks.values()) == {0}


def test_gradients_are_those_of_branches_one_by_one():
    net, x = TinyDenoiser(), images(2, 3, 10, 11)
    found = []
    for max_pixels in (None, 1):
        net.zero_grad()
        torch.manual_seed(0)
        restore = PixelDownsampled(
            ComplementaryMasks(net, num_branches=3, max_pixels=max_pixels), stride=3
        )
        (restore(x) * torch.linspace(0, 1, 11)).sum().backward()
        found.append([p.grad.clone() for p in net.parameters()])
    assert all(grad.abs().max() > 0.01 for grad in found[0])
    for whole, single in zip(*found, strict=True):
        torch.testing.assert_close(whole, single, rtol=1e-4, atol=1e-5)


def test_a_call_holds_four_blocks_by_default():
    net = Net()
    ComplementaryMasks(net)(images(3, 1, 256, 256))
    assert [len(seen) for seen in net.seen] == [4, 2]  # in 2 branches each


@pytest.mark.parametrize('wrong', [2, -1, 0.5])
@pytest.mark.parametrize('max_pixels', [None, 1])
def test_pixels_of_no_branch_are_refused(wrong, max_pixels):
    x = images(2, 3, 5, 6)
    masks = ComplementaryMasks(Net(lambda x: x + 1), max_pixels=max_pixels)
    branches = random_branches(x, num_branches=2)
    restored = torch.ones_like(x)
    assert masks.restore(x, branches).equal(restored)
    assert masks.restore(x, branches == 1).equal(restored)
    branches = branches.to(torch.tensor(wrong).dtype)
    branches[1, 0, 2, 3] = wrong
    with pytest.raises(ValueError, match='branches from 0 to 1, got'):
        masks.restore(x, branches)


@pytest.mark.parametrize('num', [1, 3])
def test_branches_of_another_number_of_images(num):
    masks = ComplementaryMasks(Net(), max_pixels=1)
    with pytest.raises(ValueError, match='expected a branch map of shape'):
        masks.restore(images(2, 3, 5, 6), torch.zeros(num, 1, 5, 6).long())
