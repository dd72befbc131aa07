"""The analyses on a GPU give what they give on the CPU."""

from __future__ import annotations

import pytest
import torch

from mmrestore.analysis.cka import MinibatchCKA, gram_matrices
from mmrestore.analysis.distribution import histogram, value_range
from mmrestore.analysis.features import collect_features
from mmrestore.analysis.srga import fit_features, principal_scores
from mmrestore.models.attachments import TokenMask
from mmrestore.models.backbones import SwinIR

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason='there is no GPU')
LAYERS = ['conv_first', 'layers.?', '*.blocks.?', 'conv_last:input']


def tiny_swinir():
    torch.manual_seed(0)
    return SwinIR(embed_channels=12, depths=[2, 2], num_heads=[2, 2], window_size=4).double().eval()


def images(num):
    # Double precision: products of single precision may be rounded to 10 bits on a GPU.
    return torch.rand(num, 3, 12, 16, generator=torch.Generator().manual_seed(0)).double()


def test_features_and_all_that_is_made_of_them():
    net = tiny_swinir()
    expected = collect_features(net, images(8), LAYERS)
    found = collect_features(net.cuda(), images(8).cuda(), LAYERS)
    assert list(found) == list(expected)
    for layer, features in found.items():
        assert features.is_cuda
        torch.testing.assert_close(features.cpu(), expected[layer])

    values = []
    for layers in (found, expected):
        cka = MinibatchCKA()
        cka.update(gram_matrices(layers), gram_matrices(layers))
        values.append(cka.compute().cpu())
    torch.testing.assert_close(*values)

    layer = expected['conv_last:input']
    scores = principal_scores(layer.cuda(), 5)
    assert scores.is_cuda and scores.dtype == torch.float64
    torch.testing.assert_close(scores.cpu(), principal_scores(layer, 5))
    assert fit_features(layer.cuda(), 5) == pytest.approx(fit_features(layer, 5), rel=1e-9)
    reach = value_range(layer.cuda())
    assert reach == pytest.approx(value_range(layer))
    counts = histogram(layer.cuda(), reach, bins=20).counts
    assert (counts - histogram(layer, reach, bins=20).counts).abs().max() <= 2


def test_masks_are_drawn_on_the_device_from_the_seed():
    net = tiny_swinir().cuda()
    mask = TokenMask('*.attn', ratio=0.5, in_test=True)
    mask.attach(net)
    x = images(4).cuda()
    before = torch.cuda.get_rng_state()
    first = collect_features(net, x, LAYERS, seed=3)
    assert torch.equal(torch.cuda.get_rng_state(), before)
    again = collect_features(net, x[2:], LAYERS, seed=5)
    for layer, features in again.items():
        torch.testing.assert_close(features, first[layer][2:])
    other = collect_features(net, x, LAYERS, seed=4)['conv_last:input']
    assert not torch.allclose(other, first['conv_last:input'], atol=1e-3)
