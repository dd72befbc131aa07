"""SwinIR against its plain twin, parameter counts of the published networks, and its uses."""

from __future__ import annotations

import copy

import pytest
import torch
from plain_networks import PlainSwinIR
from twins import assert_twins_agree, perturbed

from mmrestore.models.backbones import SwinIR
from mmrestore.models.inference import Pad

TINY = {'embed_channels': 12, 'depths': [2, 3], 'num_heads': [2, 3], 'window_size': 4}
DEEP = {'embed_channels': 180, 'depths': [6] * 6, 'num_heads': [6] * 6}
LIGHT = {'embed_channels': 60, 'tail': 'pixelshuffledirect'}
LARGE = {'embed_channels': 240, 'depths': [6] * 9, 'num_heads': [8] * 9, 'num_convs': 3}
CLASSICAL = {**DEEP, 'tail': 'pixelshuffle'}
REAL = {**DEEP, 'tail': 'nearest+conv'}
PUBLISHED = [
    (DEEP, 11_504_163),
    ({**DEEP, 'in_channels': 1}, 11_497_681),
    ({**DEEP, 'window_size': 7, 'image_range': 255.0, 'in_channels': 1}, 11_485_585),
    ({**DEEP, 'window_size': 7, 'image_range': 255.0}, 11_492_067),
    ({**CLASSICAL, 'scale': 2}, 11_752_487),
    ({**CLASSICAL, 'scale': 3}, 11_937_127),
    ({**CLASSICAL, 'scale': 4}, 11_900_199),
    ({**CLASSICAL, 'scale': 8}, 12_047_911),
    ({**LIGHT, 'scale': 2}, 910_152),
    ({**LIGHT, 'scale': 3}, 918_267),
    ({**LIGHT, 'scale': 4}, 929_628),
    ({**REAL, 'scale': 2}, 11_678_631),
    ({**REAL, 'scale': 4}, 11_715_559),
    ({**LARGE, 'tail': 'nearest+conv', 'scale': 4}, 28_013_059),
    ({'embed_channels': 60}, 905_283),
    ({'embed_channels': 60, 'num_convs': 3, 'embed_kernel': 1, 'long_skips': False}, 824_118),
    ({'embed_channels': 60, 'in_channels': 1}, 903_121),
    ({}, 2_248_083),
    ({'num_heads': [4] * 4}, 2_237_283),
    ({'window_size': 7}, 2_240_019),
    ({'depths': [4] * 4, 'num_heads': [8] * 4, 'mlp_ratio': 4}, 2_239_107),
]


@pytest.mark.parametrize(('arguments', 'count'), PUBLISHED)
def test_parameter_counts(arguments, count):
    with torch.device('meta'):
        net = SwinIR(**arguments)
    assert sum(p.numel() for p in net.parameters()) == count
    assert set(net.state_dict()) == {name for name, _ in net.named_parameters()}


@pytest.mark.parametrize('training', [False, True])
@pytest.mark.parametrize(
    ('arguments', 'size'),
    [
        (TINY, (2, 3, 12, 20)),
        (TINY, (3, 3, 4, 4)),
        ({**TINY, 'in_channels': 1, 'window_size': 7, 'num_convs': 3}, (2, 1, 21, 14)),
        ({**TINY, 'embed_kernel': 1, 'long_skips': False}, (2, 3, 12, 8)),
    ],
)
def test_the_plain_twin_agrees(arguments, size, training):
    net = perturbed(SwinIR(**arguments, drop_path_rate=0.3)).train(training)
    twin = PlainSwinIR(**arguments, drop_path_rate=0.3).train(training)
    x = torch.rand(size, generator=torch.Generator().manual_seed(1))
    assert_twins_agree(net, twin, x, outputs=(1e-5, 1e-5), gradients=(1e-5, 1e-4))


def test_inference_equals_the_forward_of_training(monkeypatch):
    net = perturbed(SwinIR(**TINY)).eval()
    x = torch.rand(2, 3, 12, 20)
    expected = net(x).detach()
    for rows in (1, 100, 10**6):
        monkeypatch.setattr('mmrestore.models.backbones.swinir.CHUNK_ROWS', rows)
        with torch.inference_mode():
            torch.testing.assert_close(net(x), expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(
    ('tail', 'scale'),
    [('pixelshuffle', 3), ('pixelshuffledirect', 2), ('nearest+conv', 2), ('nearest+conv', 4)],
)
def test_tails_enlarge(tail, scale):
    net = SwinIR(**TINY, tail=tail, scale=scale).eval()
    with torch.no_grad():
        output = Pad(net)(torch.rand(1, 3, 9, 14))
        constant = net(torch.full((1, 3, 8, 8), 0.5))
    assert output.shape == (1, 3, scale * 9, scale * 14)
    assert constant.std() > 0
    assert constant.is_contiguous()


def test_changed_weights_change_the_output_in_evaluation():
    net, x = perturbed(SwinIR(**TINY)).eval(), torch.rand(1, 3, 8, 8)
    other = perturbed(copy.deepcopy(net))
    with torch.no_grad():
        before, expected = net(x), other(x)
        for name, parameter in net.named_parameters():  # as an EMA hook does, unseen by autograd
            parameter.data.copy_(other.get_parameter(name).data)
        assert not torch.allclose(before, expected)
        assert torch.equal(net(x), expected)


def test_without_shift_windows_do_not_see_each_other():
    net = perturbed(SwinIR(**TINY, shift=False)).eval()
    for stage in net.layers:
        torch.nn.init.zeros_(stage.conv.weight)
    x = torch.rand(1, 3, 8, 8)
    features = {}
    for block in net.layers[0].residual_group['blocks']:
        block.register_forward_hook(lambda m, i, y: features.setdefault('list', []).append(y))
    with torch.no_grad():
        net(x)
        x[..., 7, 7] += 1
        net(x)
    first, second = features['list'][:2], features['list'][2:]
    for a, b in zip(first, second, strict=True):
        changed = (a != b).any(1).view(4, 16).any(1)  # (windows,)
        assert changed.tolist() == [False, False, False, True]


def test_autocast_and_double():
    net, x = perturbed(SwinIR(**TINY)).eval(), torch.rand(2, 3, 8, 12)
    exact = copy.deepcopy(net).double()(x.double())
    assert (net(x) - exact).abs().max() < 1e-4 * exact.std()
    with torch.autocast('cpu', torch.bfloat16):
        output = net(x)
    output.float().square().mean().backward()
    assert 0 < (output - exact).abs().max() < 0.2 * exact.std()
    assert all(p.grad.isfinite().all() for p in net.parameters())


def test_stored_buffers_are_named():
    assert SwinIR.ignored_keys == ('relative_position_index', 'attn_mask')


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        ({'depths': [2]}, 'one number for every stage'),
        ({'embed_channels': 13}, 'cannot be split into 2 heads'),
        ({'num_heads': [2, 0]}, 'num_heads must be at least 1, got 0'),
        ({'window_size': 0}, 'window_size must be at least 1, got 0'),
        ({'tail': 'pixel'}, "must be one of.*got 'pixel'"),
        ({'scale': 2}, 'residual has scale 1'),
        ({'scale': 3, 'tail': 'nearest+conv'}, 'does not make scale=3'),
        ({'scale': 5, 'tail': 'pixelshuffle'}, 'power of 2 or by 3, got 5'),
        ({'num_convs': 2}, 'num_convs must be 1 or 3'),
        ({'drop_path_rate': 1.0}, r'in \[0, 1\)'),
    ],
)
def test_arguments_that_do_not_fit(arguments, message):
    with pytest.raises(ValueError, match=message):
        SwinIR(**{**TINY, **arguments})


def test_sizes_that_do_not_fit():
    with pytest.raises(ValueError, match='multiples of 4, got 8 x 10'):
        SwinIR(**TINY)(torch.rand(1, 3, 8, 10))
