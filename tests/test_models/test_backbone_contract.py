"""What networks state of themselves, and networks that know nothing of the base class."""

from __future__ import annotations

import pytest
import torch
from backbone_table import ROWS
from torch import nn

import mmrestore.models.backbones as backbones
from mmrestore.models.attachments import TokenMask
from mmrestore.models.backbones import ATBSN, DBSNl, PreUpsampling, SwinIR
from mmrestore.models.backbones.base import PIXELS, Backbone, Tokens, TunableBlindSpot, facts
from mmrestore.registry import MODELS

ATTENTION = {'SwinIR', 'HAT', 'GRL', 'Restormer', 'RNAN'}


def build(row):
    torch.manual_seed(0)
    return MODELS.build(dict(type=row.type, **row.arguments)).train()


def sees_its_pixel(net):
    """Whether an output depends on the input at its place."""
    torch.manual_seed(0)
    for parameter in net.parameters():  # zeros would hide what is seen
        if parameter.min() == parameter.max():
            nn.init.normal_(parameter, std=0.1)
    side = 2 * net.size_multiple + (32 if net.size_multiple == 1 else 0)
    x = torch.rand(1, net.in_channels, side, side, dtype=torch.float64, requires_grad=True)
    y = net.double().eval()(x)
    gradients = []
    for row, column in ((side // 2, side // 2), (side // 2 + 1, side // 2 - 3)):
        output = y[..., row * net.scale, column * net.scale].sum()
        (gradient,) = torch.autograd.grad(output, x, retain_graph=True)
        assert gradient.any()
        gradients.append(bool(gradient[..., row, column].any()))
    return any(gradients)


def test_all_networks_derive_from_the_base_class():
    names = [name for name in backbones.__all__ if name != 'fold_batch_norm']
    assert all(issubclass(getattr(backbones, name), Backbone) for name in names)
    stated = {n for n in names if getattr(backbones, n).attention is not None}
    assert stated == ATTENTION
    assert issubclass(ATBSN, TunableBlindSpot) and ATBSN.tunable_blind_spot


@pytest.mark.parametrize('row', ROWS, ids=lambda row: row.type)
@pytest.mark.parametrize('role', ['embedding', 'attention'])
def test_masks_of_every_role_change_the_output(row, role):
    net = build(row)
    tokens = getattr(net, role)
    if tokens is None:
        pytest.skip('a network without attention')
    for parameter in net.parameters():  # zeros would hide what is masked
        if parameter.min() == parameter.max():
            nn.init.normal_(parameter, std=0.1)
    side = 2 * net.size_multiple + (32 if net.size_multiple == 1 else 0)
    x = torch.rand(2, net.in_channels, side, side).double()
    mask = TokenMask(tokens=role, ratio=0.5, per_image=role == 'embedding')
    net.double().eval()
    mask.in_test = True
    with torch.no_grad():
        before = net(x)
        mask.attach(net)
        after = net(x)
        mask.ratio = 0.0
        same = net(x)
    assert mask.layers and after.shape == before.shape
    assert (after - before).abs().max() > 1e-6
    torch.testing.assert_close(same, before, rtol=0, atol=1e-12)


@pytest.mark.parametrize('row', ROWS, ids=lambda row: row.type)
def test_a_blind_spot_is_stated_where_there_is_one(row):
    assert sees_its_pixel(build(row)) is not build(row).blind_spot


@pytest.mark.parametrize(('dilated', 'stated'), [(True, True), (False, None)])
def test_a_control_without_dilation_states_no_blind_spot(dilated, stated):
    torch.manual_seed(0)
    net = DBSNl(channels=16, num_modules=2, dilated=dilated)
    assert net.blind_spot is stated and sees_its_pixel(net) is not dilated


def test_a_tunable_blind_spot_may_be_none():
    net = ATBSN(channels=4, blind_spot_shift=1)
    assert net.blind_spot and not sees_its_pixel(net)
    net.shift = 0
    assert not net.blind_spot and sees_its_pixel(net)


def test_an_embedding_of_single_pixels_is_a_layer():
    options = dict(embed_channels=12, depths=[2], num_heads=[2])
    assert SwinIR(**options).embedding == PIXELS
    assert SwinIR(**options, embed_kernel=1).embedding == Tokens('conv_first', 'output', 1)
    net = DBSNl(channels=4, num_modules=1)
    layer = net.get_submodule(net.embedding.layers)
    assert layer.kernel_size == (1, 1)


def test_facts_of_a_foreign_network():
    net = nn.Conv2d(1, 1, 3)
    assert facts(net).in_channels == 1  # stated by chance, as by any convolution
    net = nn.Identity()
    net.scale, net.size_multiple, net.pad_mode = 2, 4, 'zero'
    stated = facts(net)
    assert (stated.scale, stated.size_multiple, stated.pad_mode) == (2, 4, 'zero')
    assert stated.in_channels is None and stated.embedding == PIXELS
    assert stated.attention is None and not stated.tunable_blind_spot and stated.ignored_keys == ()
    own = ATBSN(channels=4)
    assert facts(own) is own
    net.shift = 4  # of windows
    assert not facts(net).tunable_blind_spot
    net.multi_shift = lambda x, shifts: x
    assert facts(net).tunable_blind_spot


def test_a_network_in_another_one_passes_its_facts_on():
    inner = dict(type='RIDNet', channels=16)
    assert PreUpsampling(inner, scale=2).global_statistics
