"""Masks of tokens and dropout inside of networks."""

from __future__ import annotations

import copy
import json

import pytest
import torch
from mmengine.registry import init_default_scope
from safetensors.torch import load_file
from torch import nn

from mmrestore.analysis.given_masks import attach_given_masks
from mmrestore.apis.official import load_official
from mmrestore.functional.masks import mask_vectors
from mmrestore.models.attachments import FeatureDropout, TokenMask, matching_layers
from mmrestore.models.backbones import GRL, HAT, Restormer, SwinIR
from mmrestore.models.weights import load_weights
from mmrestore.registry import MODELS

SWINIR = dict(
    embed_channels=12,
    depths=[2, 2],
    num_heads=[2, 2],
    window_size=4,
    num_convs=3,
    embed_kernel=1,
    long_skips=False,
    drop_path_rate=0.0,
)
INPUT_MASK = dict(
    type='TokenMask',
    layers='conv_first',
    at='output',
    channel_dim=1,
    per_image=True,
    ratio=(0.75, 0.85),
)
ATTENTION_MASK = dict(type='TokenMask', layers='layers.*.attn', ratio=0.75, in_test=True)


@pytest.fixture(autouse=True)
def _scope():
    init_default_scope('mmrestore')


def restorer(**options):
    cfg = dict(
        type='Restorer',
        backbone=dict(type='SwinIR', **SWINIR),
        losses=dict(pixel=dict(type='L1Loss')),
    )
    torch.manual_seed(0)
    return MODELS.build({**cfg, **options})


class Recorder(TokenMask):
    """Keeps what it drew."""

    def begin(self, x):
        self.drawn = {}
        super().begin(x)

    def draw(self, features, place):
        keep = super().draw(features, place)
        self.drawn.setdefault(place, []).append(keep)
        return keep


def test_the_state_dict_is_that_of_the_bare_network():
    masks = dict(input_mask=INPUT_MASK, attention_mask=ATTENTION_MASK)
    model = restorer(attachments=masks)
    assert list(model.backbone.state_dict()) == list(SwinIR(**SWINIR).state_dict())
    assert list(model.state_dict()) == list(restorer().state_dict())


def test_masks_act_when_they_should():
    x = torch.rand(2, 3, 8, 12, generator=torch.Generator().manual_seed(1))
    masks = dict(input_mask=INPUT_MASK, attention_mask=ATTENTION_MASK)
    bare, masked, at_input = (
        restorer(attachments=chosen) for chosen in (None, masks, dict(masks, attention_mask=None))
    )
    expected = bare(x)
    for model in (masked, at_input):
        assert not torch.allclose(model(x), expected)
    assert torch.equal(at_input.eval()(x), bare.eval()(x))
    assert not torch.allclose(masked.eval()(x), expected)


def test_predictions_are_seeded_and_leave_the_generator_alone():
    x = torch.rand(1, 3, 8, 12)
    model = restorer(attachments=dict(attention_mask=ATTENTION_MASK)).eval()
    torch.manual_seed(5)
    first, second = (model(x, mode='predict')[0].pred_img for _ in range(2))
    drawn = torch.rand(())
    torch.manual_seed(5)
    assert torch.equal(first, second) and drawn == torch.rand(())
    model.test_seed = 1
    assert not torch.equal(first, model(x, mode='predict')[0].pred_img)
    model.test_seed = None
    unseeded = [model(x, mode='predict')[0].pred_img for _ in range(2)]
    assert not torch.equal(*unseeded)


def test_the_mean_of_runs_has_masks_of_its_own_in_every_run():
    x = torch.rand(1, 3, 8, 12)
    options = dict(attachments=dict(attention_mask=ATTENTION_MASK))
    model = restorer(**options, inference=dict(mean=dict(type='MeanOfRuns', num_runs=3))).eval()
    torch.manual_seed(0)
    with torch.no_grad():
        runs = [model.backbone(x) for _ in range(3)]
        found = model(x, mode='predict')[0].pred_img
    torch.testing.assert_close(found[None], torch.stack(runs).mean(0).clamp(0, 1))
    assert not torch.allclose(runs[0], runs[1])
    with pytest.raises(ValueError, match='num_runs'):
        restorer(**options, inference=dict(mean=dict(type='MeanOfRuns', num_runs=0)))


def test_ratios_are_those_of_images_and_of_layers():
    net = SwinIR(**SWINIR)
    at_input = Recorder('conv_first', at='output', channel_dim=1, per_image=True, ratio=(0.2, 0.9))
    in_attention = Recorder('layers.*.attn', ratio=(0.2, 0.9))
    for mask in (at_input, in_attention):
        mask.attach(net)
    torch.manual_seed(0)
    net(torch.rand(4, 3, 64, 64))
    ((keep,),) = at_input.drawn.values()
    assert keep.shape == (4, 64, 64)
    shares = keep.float().mean((1, 2))
    assert shares.std() > 0.05  # images of their own; within an image 0.008 at most
    layers = [keep for (keep,) in in_attention.drawn.values()]
    assert [tuple(keep.shape) for keep in layers] == [(4 * 256, 16)] * 4
    assert torch.stack([keep.float().mean() for keep in layers]).std() > 0.05
    for keep in layers:  # one ratio for all windows
        halves = [half.float().mean() for half in keep.chunk(2)]
        assert abs(halves[0] - halves[1]) < 0.03


def test_a_layer_that_is_called_in_pieces_has_one_ratio(monkeypatch):
    monkeypatch.setattr('mmrestore.models.backbones.swinir.CHUNK_ROWS', 1)
    net = SwinIR(**SWINIR).eval()
    mask = Recorder('layers.*.attn', ratio=(0, 1), in_test=True)
    mask.attach(net)
    torch.manual_seed(0)
    with torch.inference_mode():
        net(torch.rand(1, 3, 64, 64))
    for pieces in mask.drawn.values():
        assert len(pieces) == 256
        shares = torch.cat(pieces).float().mean(1)  # of windows of 16 pixels
        spread = (shares.mean() * (1 - shares.mean()) / 16).sqrt()
        assert abs(shares.std() / spread - 1) < 0.2


def test_a_learnable_token_is_trained_and_zero_at_first():
    options = {**INPUT_MASK, 'token': 'learnable', 'channels': 12}
    model = restorer(attachments=dict(input_mask=options))
    token = model.attachments['input_mask'].token
    assert torch.equal(token, torch.zeros(12))
    x = torch.rand(1, 3, 8, 8)
    plain = restorer(attachments=dict(input_mask=INPUT_MASK))
    torch.manual_seed(1)
    zero = plain(x)
    torch.manual_seed(1)
    learnable = model(x)
    torch.manual_seed(1)
    assert torch.equal(learnable, zero)
    learnable.square().mean().backward()
    assert token.grad.abs().max() > 0
    assert 'attachments.input_mask.token' in model.state_dict()


def test_a_learned_token_comes_back_from_a_checkpoint(tmp_path):
    options = {**ATTENTION_MASK, 'token': 'learnable', 'channels': 12}
    trained, bare = restorer(attachments=dict(attention_mask=options)), restorer()
    torch.nn.init.normal_(trained.attachments['attention_mask'].token)
    for name, model in {'trained': trained, 'bare': bare}.items():
        torch.save({'state_dict': model.state_dict()}, tmp_path / f'{name}.pth')
    loaded = restorer(attachments=dict(attention_mask=options))
    load_weights(loaded, tmp_path / 'bare.pth')
    assert not loaded.attachments['attention_mask'].token.any()
    load_weights(loaded, tmp_path / 'trained.pth')
    x = torch.rand(1, 3, 8, 12)
    predictions = [m.eval()(x, mode='predict')[0].pred_img for m in (trained, loaded)]
    assert torch.equal(*predictions)
    load_weights(bare, tmp_path / 'trained.pth')  # without masks only the network is wanted
    other = restorer(attachments=dict(another_mask=options))
    with pytest.raises(ValueError, match=r'attachments .* missing: another_mask'):
        load_weights(other, tmp_path / 'trained.pth')


def test_a_copy_has_masks_of_its_own():
    model = restorer(attachments=dict(attention_mask=ATTENTION_MASK)).eval()
    other = copy.deepcopy(model)
    other.attachments['attention_mask'].ratio = 0.0
    x = torch.rand(1, 3, 8, 8)
    assert torch.equal(other(x), restorer().eval()(x))
    assert not torch.allclose(model(x), other(x))


def test_a_copy_of_the_network_alone_has_a_mode_of_its_own():
    model = restorer(attachments=dict(input_mask=INPUT_MASK))
    teacher = copy.deepcopy(model.backbone).eval()
    x = torch.rand(1, 3, 8, 8)
    assert torch.equal(teacher(x), restorer().backbone.eval()(x))
    assert model.training and not torch.allclose(model(x), teacher(x))


def test_masks_can_be_compiled_for_images_of_any_size():
    net = nn.Sequential(nn.Conv2d(3, 4, 1), nn.Conv2d(4, 3, 1))
    TokenMask('0', ratio=(0.2, 0.8), at='output', channel_dim=1).attach(net)
    compiled = copy.deepcopy(net)
    compiled.compile(backend='eager', dynamic=True)  # without a C++ compiler
    for width in (8, 12, 16):
        x = torch.rand(1, 3, 8, width)
        outputs = []
        for network in (net, compiled):
            torch.manual_seed(1)
            outputs.append(network(x))
        torch.testing.assert_close(*outputs)


@pytest.mark.parametrize(
    ('net', 'options'),
    [
        (
            Restormer(embed_channels=8, depths=[1] * 4, num_heads=[1] * 4),
            dict(layers='*.attn', channel_dim=1),
        ),
        (
            HAT(embed_channels=32, depths=[2], num_heads=[2], window_size=4),
            dict(layers='layers.*.attn'),
        ),
        (
            GRL(embed_channels=16, depths=[2], num_heads_window=[2], num_heads_stripe=[2]),
            dict(layers='*.attn'),
        ),
    ],
    ids=['Restormer', 'HAT', 'GRL'],
)
def test_any_network_with_attention_can_be_masked(net, options):
    mask = TokenMask(**options, ratio=0.75)
    mask.attach(net)
    assert len(mask.layers) >= 2
    x = torch.rand(1, 3, 32, 32)
    torch.manual_seed(0)
    masked = net(x)
    mask.ratio = 0
    assert not torch.allclose(masked, net(x))
    masked.mean().backward()


def test_gradients_of_the_released_network(shared):
    path = shared / 'parity' / 'networks' / 'masked_swinir_both_train'
    facts, tensors = (
        json.loads(path.with_suffix('.json').read_text()),
        load_file(f'{path}.safetensors'),
    )
    weights = {k.removeprefix('weight.'): v for k, v in tensors.items() if k.startswith('weight.')}
    net = load_official(facts['architecture'], facts['arguments'], weights).train()
    attach_given_masks(net, tensors)
    loss = (net(tensors['input']) - tensors['target']).abs().mean()
    loss.backward()
    assert abs(loss.item() / tensors['loss'].item() - 1) < 1e-5
    expected = {k.removeprefix('grad.'): v for k, v in tensors.items() if k.startswith('grad.')}
    ours = {name: p.grad for name, p in net.named_parameters()}
    assert set(expected) == set(ours)
    for name, gradient in expected.items():
        limit = 1e-4 * float(gradient.abs().max())
        torch.testing.assert_close(ours[name], gradient, atol=limit, rtol=1e-4)


def test_masked_pixels_of_the_released_code(shared):
    tensors = load_file(shared / 'parity' / 'networks' / 'masked_swinir_inputmask_only.safetensors')
    keep = tensors['input_mask'].bool()
    masked = mask_vectors(tensors['unmasked_input'], keep, channel_dim=1, token=-0.1)
    torch.testing.assert_close(masked, tensors['input'], atol=1e-7, rtol=0)


def test_dropout_drops_channels_or_elements_in_training_only():
    x = torch.ones(2, 200, 4, 4)
    for channelwise in (True, False):
        net = nn.Sequential(nn.Identity(), nn.Identity())
        drop = FeatureDropout('1', rate=0.75, channelwise=channelwise)
        drop.attach(net)
        torch.manual_seed(0)
        y = net(x)
        assert sorted(y.unique().tolist()) == [0, 4]
        whole = (y.flatten(2) == y.flatten(2)[..., :1]).all(2)
        assert whole.all() if channelwise else not whole.any(1).all()
        assert abs(y.mean() - 1) < 0.25
        assert torch.equal(net.eval()(x), x)


def test_wrong_arguments():
    with pytest.raises(ValueError, match='ratio in'):
        TokenMask('a', ratio=1.5)
    with pytest.raises(ValueError, match='at must be'):
        TokenMask('a', ratio=0.5, at='inside')
    with pytest.raises(ValueError, match='learnable'):
        TokenMask('a', ratio=0.5, token='learnt')
    with pytest.raises(ValueError, match='width of the tokens'):
        TokenMask('a', ratio=0.5, token='learnable')
    with pytest.raises(ValueError, match='channel_dim'):
        TokenMask('a', ratio=0.5, channel_dim=2)
    with pytest.raises(ValueError, match='rate'):
        FeatureDropout('a', rate=1)
    with pytest.raises(ValueError, match='Did you mean conv_first'):
        matching_layers(['conv_first', 'norm'], ['conv_frist'])
    with pytest.raises(ValueError, match=r"no layer 'layers\.\*\.attention'"):
        restorer(attachments=dict(mask={**ATTENTION_MASK, 'layers': 'layers.*.attention'}))


def test_one_mask_is_of_one_network():
    mask = TokenMask('0', ratio=0.5)
    mask.attach(nn.Sequential(nn.Identity()))
    with pytest.raises(ValueError, match='attached already'):
        mask.attach(nn.Sequential(nn.Identity()))


def test_windows_are_no_images():
    net = SwinIR(**SWINIR)
    TokenMask('layers.*.attn', ratio=(0.1, 0.5), per_image=True).attach(net)
    with pytest.raises(ValueError, match='first axis is that of 2 images'):
        net(torch.rand(2, 3, 8, 8))


def test_the_channels_of_four_axes_must_be_named():
    net = nn.Sequential(nn.Conv2d(3, 4, 1))
    TokenMask('0', at='output', ratio=0.5).attach(net)
    with pytest.raises(ValueError, match='channel_dim=1'):
        net(torch.zeros(1, 3, 8, 8))
    last = nn.Sequential(nn.Identity())
    TokenMask('0', at='output', ratio=0.5, channel_dim=3).attach(last)
    kept = last(torch.ones(2, 5, 6, 7))
    assert torch.equal(kept.amin(3), kept.amax(3)) and 0 < kept.mean() < 1


def test_a_layer_without_a_tensor_is_refused():
    net = nn.Sequential(nn.Conv2d(3, 3, 1), nn.LSTM(8, 8))
    TokenMask('1', ratio=0.5, at='output').attach(net)
    with pytest.raises(TypeError, match='result of 1, got tuple'):
        net(torch.zeros(3, 8, 8))


def test_roles_are_the_layers_that_the_network_states():
    roles = dict(
        input_mask=dict(type='TokenMask', tokens='embedding', per_image=True, ratio=(0.75, 0.85)),
        attention_mask=dict(type='TokenMask', tokens='attention', ratio=0.75, in_test=True),
    )
    named = restorer(attachments=dict(input_mask=INPUT_MASK, attention_mask=ATTENTION_MASK))
    by_role = restorer(attachments=roles)
    for name, mask in named.attachments.items():
        other = by_role.attachments[name]
        assert (other.layers, other.at, other.channel_dim) == (
            mask.layers,
            mask.at,
            mask.channel_dim,
        )
    x, outputs = torch.rand(2, 3, 8, 12), []
    for model in (named, by_role):
        torch.manual_seed(3)
        outputs.append(model(x))
    assert torch.equal(*outputs)


def test_the_pixels_of_the_input_are_tokens_where_nothing_else_is_stated():
    seen = []
    net = nn.Conv2d(3, 3, 3, padding=1)
    net.register_forward_hook(lambda _, arguments, __: seen.append(arguments[0]))
    mask = TokenMask(tokens='embedding', ratio=0.5, per_image=True)
    mask.attach(net)
    assert (mask.layers, mask.at, mask.channel_dim) == ([''], 'input', 1)
    net(torch.ones(4, 3, 40, 50))
    (x,) = seen
    assert (x == x[:, :1]).all() and set(x.unique().tolist()) == {0.0, 1.0}
    assert all(0.4 < share < 0.6 for share in x.mean((1, 2, 3)).tolist())


def test_roles_that_cannot_be():
    with pytest.raises(ValueError, match='either layers, their names, or tokens='):
        TokenMask(ratio=0.5)
    with pytest.raises(ValueError, match='either layers'):
        TokenMask('conv', tokens='attention', ratio=0.5)
    with pytest.raises(ValueError, match="got tokens='attn', at=None"):
        TokenMask(tokens='attn', ratio=0.5)
    with pytest.raises(ValueError, match="at='output'"):
        TokenMask(tokens='attention', at='output', ratio=0.5)
    masks = dict(heads=dict(type='TokenMask', tokens='attention', ratio=0.5))
    message = r'DnCNN states no attention layers .*: model\.attachments\.heads=None leaves'
    with pytest.raises(ValueError, match=message):
        restorer(backbone=dict(type='DnCNN', in_channels=3), attachments=masks)
