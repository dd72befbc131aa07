"""Networks in official form, as spandrel computes them."""

from __future__ import annotations

import pytest
import torch
from twins import perturbed, trained_statistics

from mmrestore.apis.exporting.check import differences
from mmrestore.apis.exporting.official_file import spandrel_network
from mmrestore.models.backbones import (
    GRL,
    HAT,
    NBSN,
    DnCNN,
    FDnCNN,
    MIRNetV2,
    NAFNet,
    Restormer,
    SwinIR,
)
from mmrestore.models.official_forms import official_form

SWINIR = {'embed_channels': 12, 'depths': [2, 1], 'num_heads': [2, 3], 'window_size': 8}
HAT_S = {
    'embed_channels': 16,
    'depths': [2],
    'num_heads': [2],
    'window_size': 8,
    'compress_ratio': 4,
    'squeeze_factor': 4,
}
STAGES = {'depths': [2], 'num_heads_window': [2], 'num_heads_stripe': [2]}
GRL_S = {'embed_channels': 16, **STAGES, 'stripe_size': [8, 16], 'anchor_factor': 2}
NETWORKS = [
    (SwinIR, SWINIR),
    (SwinIR, {**SWINIR, 'in_channels': 1, 'image_range': 255.0}),
    (SwinIR, {**SWINIR, 'window_size': 7, 'num_convs': 3}),
    (SwinIR, {**SWINIR, 'tail': 'pixelshuffledirect', 'scale': 3, 'image_range': 2.0}),
    (SwinIR, {**SWINIR, 'tail': 'pixelshuffle', 'scale': 2, 'mlp_ratio': 2.5}),
    (SwinIR, {**SWINIR, 'tail': 'nearest+conv', 'scale': 4, 'window_size': 4}),
    (HAT, {**HAT_S, 'conv_scale': 0.5}),
    (HAT, {**HAT_S, 'scale': 2}),
    (GRL, GRL_S),
    (GRL, {**GRL_S, 'tail': 'pixelshuffle', 'scale': 2, 'window_size': 16}),
    (GRL, {**GRL_S, 'tail': 'nearest+conv', 'scale': 4}),
    (DnCNN, {'channels': 8, 'num_layers': 4}),
    (DnCNN, {'in_channels': 3, 'channels': 8, 'num_layers': 9, 'batch_norm': False}),
    (DnCNN, {'channels': 8, 'num_layers': 9, 'bias': False}),
    (FDnCNN, {'channels': 8, 'num_layers': 9}),
    (
        NAFNet,
        {'channels': 8, 'encoder_depths': [1, 2], 'num_middle_blocks': 1, 'decoder_depths': [1, 1]},
    ),
]


@pytest.mark.parametrize(
    ('network', 'arguments'), NETWORKS, ids=lambda x: getattr(x, '__name__', '')
)
def test_spandrel_computes_the_same(network, arguments):
    pytest.importorskip('spandrel')
    torch.manual_seed(0)
    net = trained_statistics(perturbed(network(**arguments), std=0.05)).eval()
    before = {key: value.clone() for key, value in net.state_dict().items()}
    run = spandrel_network(official_form(net).weights)
    multiple = net.size_multiple
    square = 64 // multiple * multiple  # at this size spandrel uses the masks of the file
    sizes = [(2, 3 * multiple, 5 * multiple), (1, square, square)]
    found = differences(net, run, sizes, channels=net.in_channels)
    assert max(each.relative for each in found) < 2e-4
    assert all(value.equal(before[key]) for key, value in net.state_dict().items())


@pytest.mark.parametrize(
    ('net', 'arguments'),
    [
        (Restormer, {'embed_channels': 8, 'depths': [1] * 4, 'num_refinement_blocks': 1}),
        (MIRNetV2, {'channels': 16, 'num_blocks': 1}),
    ],
)
def test_networks_of_the_package_under_other_licenses(net, arguments):
    form = official_form(net(**arguments))
    assert form.package == 'spandrel_extra_arches'
    assert form.weights.keys() == net(**arguments).state_dict().keys()


@pytest.mark.parametrize(
    ('net', 'message'),
    [
        (NBSN(channels=8), 'spandrel has no architecture for NBSN: export it --to onnx'),
        (SwinIR(**SWINIR, embed_kernel=1, long_skips=False), 'adds long skips .*is 3x3'),
        (SwinIR(**SWINIR, shift=False), 'shifts windows'),
        (GRL(embed_channels=16, **STAGES, window_size=12, stripe_size=[24, 24]), '12, 24 x 24'),
        (GRL(**GRL_S, tail='nearest+conv', scale=2), 'for scale 4'),
        (DnCNN(channels=8, num_layers=3), '4 layers or more, this one has 3'),
        (DnCNN(channels=8, num_layers=8, batch_norm=False), '9 layers or more'),
        (
            NAFNet(channels=8, encoder_depths=[1], num_middle_blocks=0, decoder_depths=[1]),
            'the blocks middle_blks.0',
        ),
    ],
    ids=lambda x: type(x).__name__,
)
def test_what_spandrel_would_compute_otherwise_is_refused(net, message):
    with pytest.raises(ValueError, match=message):
        official_form(net)


def test_unrecognized_weights_are_refused():
    pytest.importorskip('spandrel')
    with pytest.raises(ValueError, match='spandrel does not read this network: it recognizes no'):
        spandrel_network(NBSN(channels=8).state_dict())
