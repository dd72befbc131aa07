"""Features of layers: what layers really returned, of every image its own."""

from __future__ import annotations

import pytest
import torch
from backbone_table import ROWS
from torch import nn

from mmrestore.analysis.features import collect_features, deepest_layer, find_layers
from mmrestore.models.attachments import TokenMask
from mmrestore.models.backbones import DeamNet, DnCNN, SwinIR
from mmrestore.registry import MODELS


def tiny_swinir(**options):
    torch.manual_seed(0)
    arguments = {'embed_channels': 12, 'depths': [2, 2], 'num_heads': [2, 2], 'window_size': 4}
    return SwinIR(3, **arguments, **options).eval()


def images(num, height, width, channels=3, seed=0):
    return torch.rand(num, channels, height, width, generator=torch.Generator().manual_seed(seed))


class Repeated(nn.Module):
    """Calls one layer twice and returns a mapping, a pair and nothing from others."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 1)
        self.pair = Pair()
        self.unused = nn.ReLU()
        self.blocks = nn.ModuleList([nn.Identity()])

    def forward(self, x):
        y = self.conv(self.conv(x))
        return self.pair(value=y)[1]['image']


class Pair(nn.Module):
    def forward(self, *, value):
        return torch.arange(3), {'image': value, 'other': 2 * value}


@pytest.mark.parametrize('row', ROWS, ids=lambda row: row.type)
def test_features_are_what_layers_returned(row):
    """A convolution applied again to what it got gives what was recorded, for every network."""
    torch.manual_seed(0)
    net = MODELS.build({'type': row.type, **row.arguments}).eval()
    multiple = net.size_multiple
    x = images(1, 2 * multiple, 3 * multiple if multiple > 4 else 24, row.in_channels)
    convs = {n: m for n, m in net.named_modules() if type(m) is nn.Conv2d}
    calls = {name: [] for name in convs}
    handles = [
        module.register_forward_hook(
            lambda _, given, returned, name=name: calls[name].append((given[0].clone(), returned))
        )
        for name, module in convs.items()
    ]
    with torch.no_grad():
        net(x)
    for handle in handles:
        handle.remove()
    called = [name for name in convs if calls[name]]
    features = collect_features(net, x, called)
    assert set(features) == set(called)
    overwritten = 0
    for name in called:
        with torch.no_grad():
            expected = [convs[name](given).flatten() for given, _ in calls[name]]
        torch.testing.assert_close(features[name][0], torch.cat(expected), atol=1e-5, rtol=1e-4)
        overwritten += sum(
            not torch.allclose(returned.flatten(), new, atol=1e-4)
            for (_, returned), new in zip(calls[name], expected, strict=True)
        )
    if row.type in ('DeamNet', 'MIRNet', 'RIDNet'):
        assert overwritten, 'this network should show that a copy is needed'


def test_sums_written_over_a_layer_do_not_reach_its_features():
    torch.manual_seed(0)
    net = DeamNet(channels=32).eval()
    x = images(2, 16, 32)
    layers = [f'net2.attention{number}.ConvTranspose' for number in range(4)]
    features = collect_features(net, x, layers)
    # With gradients the sums are not written over their first term.
    kept, overwritten = (returned_tensors(net, x, layers, grad) for grad in (True, False))
    for name in layers:
        torch.testing.assert_close(features[name], kept[name], atol=1e-5, rtol=1e-4)
        assert not torch.allclose(features[name], overwritten[name], atol=1e-3)


def returned_tensors(net, x, layers, grad):
    """What layers returned, as it is after the pass, (N, features) by layer."""
    kept = {name: [] for name in layers}
    handles = [
        net.get_submodule(name).register_forward_hook(
            lambda _, given, returned, name=name: kept[name].append(returned)
        )
        for name in layers
    ]
    with torch.set_grad_enabled(grad):
        net(x)
    for handle in handles:
        handle.remove()
    return {name: torch.cat([t.detach().flatten(1) for t in kept[name]], 1) for name in layers}


def test_features_of_an_image_do_not_depend_on_those_beside_it():
    """In a batch the rows of a Swin block mix the images; here each has its own."""
    net = tiny_swinir()
    x = images(3, 12, 8)
    layers = ['conv_first', 'layers.?', 'layers.?.residual_group.blocks.?', '*.attn', 'conv_last']
    together = collect_features(net, x, layers)
    alone = [collect_features(net, image[None], layers) for image in x]
    for layer, features in together.items():
        assert torch.equal(features, torch.cat([one[layer] for one in alone]))
    block = 'layers.0.residual_group.blocks.1'
    rows = returned_tensors(net, x, [block], False)[block]
    mixed = rows.view(3, -1)
    expected = together[block]
    assert not torch.allclose(mixed, expected, atol=1e-3)
    torch.testing.assert_close(mixed.flatten().sort().values, expected.flatten().sort().values)


def test_layers_come_in_the_order_in_which_they_return():
    features = collect_features(
        tiny_swinir(),
        images(1, 8, 8),
        ['conv_*', 'layers.?', 'layers.?.*.blocks.?', 'conv_last:input'],
    )
    blocks = [f'layers.{i}.residual_group.blocks.{j}' for i in range(2) for j in range(2)]
    assert list(features) == [
        *('conv_first', *blocks[:2], 'layers.0', *blocks[2:], 'layers.1', 'conv_after_body'),
        *('conv_last:input', 'conv_last'),
    ]
    assert features['layers.0'].shape == (1, 12 * 8 * 8)


def test_windows_that_go_through_a_block_in_pieces_are_joined(monkeypatch):
    net = tiny_swinir()
    x = images(2, 16, 12)
    layers = ['*.attn', '*.mlp', '*.norm2', 'layers.1']
    whole = collect_features(net, x, layers)
    monkeypatch.setattr('mmrestore.models.backbones.swinir.CHUNK_ROWS', 2 * 16)
    calls = []
    block = net.get_submodule('layers.0.residual_group.blocks.1.attn')
    handle = block.register_forward_hook(lambda *_: calls.append(1))
    pieces = collect_features(net, x, layers)
    handle.remove()
    assert len(calls) > 2 * 4
    for layer, features in whole.items():
        torch.testing.assert_close(pieces[layer], features, atol=1e-5, rtol=1e-4)


def test_calls_are_joined_and_the_first_tensor_of_numbers_counts():
    torch.manual_seed(0)
    net = Repeated()
    x = images(2, 3, 5)
    features = collect_features(net, x, ['conv', 'pair', 'pair:input'])
    once = net.conv(x)
    both = torch.cat([once.flatten(1), net.conv(once).flatten(1)], dim=1)
    torch.testing.assert_close(features['conv'], both.detach())
    assert torch.equal(features['pair'], features['pair:input'])
    assert torch.equal(features['pair'], features['conv'][:, 45:])


def test_masks_that_act_at_test_are_fixed_by_the_seed():
    net = nn.Sequential(nn.Dropout(0.5))
    x = images(3, 4, 5)
    torch.manual_seed(5)
    before = torch.get_rng_state()
    first = collect_features(net, x, ['0'], seed=7)['0']
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(collect_features(net, x, ['0'], seed=7)['0'], first)
    assert torch.equal(collect_features(net, x[1:], ['0'], seed=8)['0'], first[1:])
    assert not torch.equal(collect_features(net, x, ['0'], seed=8)['0'], first)
    assert not torch.equal(first[0] == 0, first[1] == 0)


def test_attention_masks_are_the_same_for_two_inputs_of_one_seed():
    net = tiny_swinir()
    mask = TokenMask('*.attn', ratio=0.75, in_test=True)
    mask.attach(net)
    layers = ['*.attn:input']
    first, second = (
        collect_features(net, images(4, 8, 12, seed=s), layers, seed=3) for s in (0, 1)
    )
    dropped = []
    for layer, features in first.items():
        tokens = features.unflatten(1, (-1, 12)) == 0
        assert torch.equal(tokens.all(2), (second[layer].unflatten(1, (-1, 12)) == 0).all(2))
        dropped.append(tokens.all(2))
    assert len(dropped) == 4
    assert torch.stack(dropped).float().mean() == pytest.approx(0.75, abs=0.05)
    assert not torch.equal(dropped[0], dropped[1])
    assert not torch.equal(dropped[0][0], dropped[0][1])


def test_hooks_are_removed_and_gradients_left_on():
    net = Repeated()
    with pytest.raises(RuntimeError):
        collect_features(net, images(1, 3, 5, channels=4), ['conv'])
    assert not net.conv._forward_hooks
    assert torch.is_grad_enabled()
    calls = []
    collect_features(net, images(3, 3, 5), ['conv'], progress=lambda: calls.append(1))
    assert len(calls) == 3


def test_the_deepest_features_are_the_input_of_the_last_convolution():
    net = DnCNN(3, channels=8, num_layers=4).eval()
    x = images(2, 9, 7)
    assert deepest_layer(net, x[:1]) == 'model.8:input'
    assert deepest_layer(tiny_swinir(), images(1, 8, 8)) == 'conv_last:input'
    features = collect_features(net, x, ['model.8:input'])['model.8:input']
    assert features.min() == 0  # after the ReLU, which is written over the features
    with torch.no_grad():
        noise = net.model[8](features.view(2, 8, 9, 7))
        torch.testing.assert_close(x - noise, net(x))
    with pytest.raises(ValueError, match='ReLU calls no convolution: name a layer'):
        deepest_layer(nn.ReLU(), x)


@pytest.mark.parametrize(
    ('patterns', 'message'),
    [
        (['conv', 'bocks.0'], "no layer 'bocks.0'. Did you mean blocks.0"),
        (['convs*:input'], r"no layer 'convs\*'"),
        (['conv', 'unused'], "fit 'unused' were not called or returned no tensor: unused"),
        (['blocks*'], r'blocks, blocks.0\. Lists of layers are never called'),
    ],
)
def test_layers_that_give_nothing_are_named(patterns, message):
    with pytest.raises(ValueError, match=message):
        collect_features(Repeated(), images(1, 3, 5), patterns)


def test_layers_that_come_and_go_are_refused():
    class Changing(nn.Sequential):
        def forward(self, x):
            return self[0](x) if x.mean() < 0.5 else x

    dark, bright = images(2, 3, 5) * torch.tensor([0.5, 1.5]).view(2, 1, 1, 1)
    with pytest.raises(ValueError, match=r'other layers for image 1 .* compiled'):
        collect_features(Changing(nn.ReLU()), torch.stack([dark, bright]), ['0'])


def test_layers_are_found_by_wildcards():
    net = tiny_swinir()
    assert find_layers(net, ['layers.?', 'conv_l*:input', 'layers.0']) == [
        *('layers.0', 'layers.1', 'conv_last:input')
    ]
    assert len(find_layers(net, ['*.attn'])) == 4
