"""Refinement by random replacement, and gradients through all decorators."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from remembering_net import MASKS, REFINEMENT, SUBIMAGES, Net, images, local_net
from tiny_denoiser import TinyDenoiser

from mmrestore.functional import random_replacements
from mmrestore.models.inference import (
    PixelDownsampled,
    RandomReplacementRefinement,
    build_inference,
)
from mmrestore.named_parts import named_parts


@pytest.mark.parametrize('per_element', [False, True])
@pytest.mark.parametrize('max_pixels', [None, 500, 250, 1])
def test_refinement_against_one_copy_after_another(per_element, max_pixels):
    x = images(3, 3, 9, 11).double()
    net = local_net(size_multiple=4)
    restore = RandomReplacementRefinement(
        PixelDownsampled(net, stride=2),
        copies=5,
        probability=0.3,
        per_element=per_element,
        padding=2,
        max_pixels=max_pixels,
    )
    first = restore.net(x)
    net.seen.clear()
    draws = images(5, 3, 3 if per_element else 1, 9, 11, seed=4).double() - 0.1
    total = torch.zeros_like(x)
    for t in range(5):
        mixed = torch.where(draws[t] < 0.3, x, first)
        padded = F.pad(mixed, (2, 3, 2, 5), mode='reflect')  # 13 + 3 rows and 15 + 1 columns
        total += net.function(padded)[..., 2:11, 2:13]
    found = restore.refine(first, x, draws=draws)
    torch.testing.assert_close(found, total / 5, rtol=0, atol=1e-14)
    at_once = 15 if max_pixels is None else max(1, max_pixels // 256)
    assert max(len(seen) for seen in net.seen) <= at_once
    assert sum(len(seen) for seen in net.seen) == 15


def test_no_copies_are_refused_but_old_lists_may_hold_them():
    inner = PixelDownsampled(local_net(), stride=2)
    with pytest.raises(ValueError, match='copies of at least 1, got 0'):
        RandomReplacementRefinement(inner, copies=0)
    assert list(named_parts([SUBIMAGES, REFINEMENT | dict(copies=0)])) == ['pixel_downsampled']


@pytest.mark.parametrize('max_pixels', [None, 1])
def test_what_is_given_to_a_refinement_has_to_fit(max_pixels):
    x = images(2, 3, 9, 11)
    refinement = REFINEMENT | dict(copies=3, max_pixels=max_pixels)
    restore = build_inference(Net(), named_parts([SUBIMAGES, refinement]))
    for num in (1, 3):
        with pytest.raises(ValueError, match='restored images of the shape of the noisy ones'):
            restore.refine(images(num, 3, 9, 11), x)
    for copies, num in ((2, 2), (4, 2), (3, 1), (3, 3)):
        with pytest.raises(ValueError, match='draws for 3 copies of 2 images'):
            restore.refine(x, x, draws=torch.zeros(copies, num, 1, 9, 11))


def test_a_drawn_refinement_repeats_by_its_seed():
    x = images(2, 3, 9, 11)
    restore = build_inference(TinyDenoiser(), named_parts([MASKS, SUBIMAGES, REFINEMENT]))
    outputs = []
    for seed in (0, 0, 1):
        torch.manual_seed(seed)
        outputs.append(restore(x))
    assert outputs[0].equal(outputs[1]) and not torch.allclose(outputs[0], outputs[2], atol=1e-5)
    # What is drawn when: branches of the sub-images, places of the copies, branches of these.
    torch.manual_seed(0)
    masks = restore.net.net
    first = restore.net(x)
    mixed = random_replacements(first, x, 0.16, copies=8)
    expected = masks(mixed.flatten(0, 1)).unflatten(0, (8, 2)).mean(dim=0)
    torch.testing.assert_close(outputs[0], expected, rtol=0, atol=1e-6)


def test_all_decorators_are_differentiable():
    x = images(1, 3, 6, 7).requires_grad_()
    net = TinyDenoiser()
    build_inference(net, named_parts([MASKS, SUBIMAGES, REFINEMENT]))(x).sum().backward()
    assert (x.grad != 0).all()
    assert all((p.grad != 0).any() for p in net.parameters())
