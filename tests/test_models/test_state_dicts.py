"""Weights are found in whatever a program has saved, and what does not fit is said."""

from __future__ import annotations

import pytest
import torch
from tiny_components import TinyNet
from torch import nn

from mmrestore.models.backbones import DnCNN
from mmrestore.models.recognition import likely_weights
from mmrestore.models.state_dicts import find_weights
from mmrestore.models.weights import fits, load_into, load_weights


@pytest.fixture(autouse=True)
def _not_recognised(monkeypatch):
    """Build no other networks, which takes seconds."""
    monkeypatch.setattr('mmrestore.models.weights.recognise', lambda weights: [])


@pytest.fixture
def weights():
    torch.manual_seed(1)
    return {k: torch.randn_like(v) for k, v in TinyNet().state_dict().items()}


def is_loaded(content, weights):
    net = TinyNet()
    load_into(net, content, 'a file')
    return all(value.equal(weights[key]) for key, value in net.state_dict().items())


def optimizer_state(weights, prefix=''):
    """The state of Adam after a step, also with moments under the names of the weights."""
    moments = {f'{prefix}{k}': torch.zeros_like(v) for k, v in weights.items()}
    return {'state': {0: {'exp_avg': torch.zeros(2)}}, 'param_groups': [{'lr': 1e-4}], 'm': moments}


@pytest.mark.parametrize(
    'prefix',
    [
        *('', 'module.', '_orig_mod.', 'model.', 'net.', 'netG.', 'generator.', 'backbone.'),
        *('module._orig_mod.', '_orig_mod.module.model.netG.', 'my.own.thing.'),
    ],
)
@pytest.mark.parametrize(
    'path',
    [
        *([], ['model'], ['network'], ['ema'], ['params-ema'], ['state_dict'], ['generator']),
        *(['checkpoint', 'nets', 'g'], ['models', 0]),
    ],
)
def test_prefixes_and_places_in_any_nesting(weights, prefix, path):
    content = {prefix + key: value for key, value in weights.items()}
    for key in reversed(path):
        beside = {'epoch': 3, 'note': 'abc', 'best': None, 'optimizer': optimizer_state(weights)}
        content = [content, beside] if key == 0 else {key: content, **beside}
    assert is_loaded(content, weights)


def test_names_of_wrapping_modules_within_names(weights):
    first, *rest = weights
    place, _, last = first.rpartition('.')
    content = {f'{place}._orig_mod.{last}': weights[first], **{k: weights[k] for k in rest}}
    assert is_loaded(content, weights)


def test_a_network_that_has_a_part_called_module():
    net = nn.ModuleDict({'module': nn.Conv2d(1, 2, 3)})
    other = {f'module.{k}': torch.ones_like(v) for k, v in net.state_dict().items()}
    load_into(net, other, 'a file')
    assert net['module'].weight.eq(1).all()


@pytest.mark.parametrize('place', ['optimizer', 'optim_g', 'gradients', 'lr_schedulers', 'exp_avg'])
def test_moments_and_gradients_are_no_weights(weights, place):
    zeros = {k: torch.zeros_like(v) for k, v in weights.items()}
    assert is_loaded({place: zeros, 'model': weights}, weights)
    assert is_loaded({place: {'state': zeros}, 'model': weights}, weights)
    assert find_weights({place: zeros}, weights) is None


def test_the_part_that_has_most_keys_of_the_network_is_taken(weights):
    other = {'last.bias': torch.zeros(3), 'last.weight': torch.zeros(9, 9)}
    content = {f'generator.{key}': value for key, value in weights.items()}
    content |= {f'discriminator.{key}': value for key, value in other.items()}
    assert is_loaded({'discriminator': other, 'state_dict': content}, weights)
    found = find_weights({'state_dict': content}, weights)
    assert (found.place, found.prefix) == (('state_dict',), 'generator.')


@pytest.mark.parametrize(
    ('plain', 'averaged'),
    [
        *(('params', 'params_ema'), ('params', 'params-ema'), ('model', 'ema')),
        *(('state_dict', 'state_dict_ema'), ('netG', 'netGEma'), ('model', 'EMA')),
    ],
)
def test_averaged_weights_come_first_wherever_they_stand(weights, plain, averaged):
    zeros = {k: torch.zeros_like(v) for k, v in weights.items()}
    for content in ({plain: zeros, averaged: weights}, {averaged: weights, plain: zeros}):
        assert is_loaded(content, weights)
        assert find_weights(content, weights).where == f'under {averaged!r}'
    flat = {f'net.{k}': v for k, v in zeros.items()} | {f'ema.{k}': v for k, v in weights.items()}
    assert is_loaded(flat, weights)


def test_an_average_that_is_not_whole_is_not_taken(weights):
    first, *rest = weights
    assert is_loaded({'ema': {first: torch.zeros(1)}, 'model': weights}, weights)
    assert is_loaded({'ema': {k: weights[k] * 0 for k in rest}, 'model': weights}, weights)


def test_mmengine_keeps_the_average_as_state_dict(weights):
    zeros = {f'module.{k}': torch.zeros_like(v) for k, v in weights.items()}
    content = {'meta': {}, 'ema_state_dict': zeros, 'state_dict': weights}
    assert is_loaded(content, weights)


def test_other_weights_that_fit_too_are_told(weights, monkeypatch):
    said = []
    monkeypatch.setattr('mmrestore.models.weights.print_log', lambda text, **_: said.append(text))
    zeros = {k: torch.zeros_like(v) for k, v in weights.items()}
    assert is_loaded({'student': weights, 'teacher': zeros}, weights)
    assert "those under 'student' are used, not those under 'teacher'" in said.pop()
    assert is_loaded({'student': weights, 'teacher': dict(weights)}, weights)  # equal values
    assert is_loaded({'params': zeros, 'params_ema': weights}, weights)
    assert not said


def test_where_weights_were_is_told(weights, tmp_path):
    path, restorer = tmp_path / 'w.pth', nn.ModuleDict({'backbone': TinyNet()})
    torch.save({'model': {f'_orig_mod.net.{k}': v for k, v in weights.items()}}, path)
    where = load_weights(restorer, path)
    assert where == "under 'model', without the wrappers _orig_mod, without the prefix 'net.'"
    torch.save({'state_dict': {f'backbone.{k}': v for k, v in weights.items()}}, path)
    assert load_weights(restorer, path) == ''


def test_numbers_beside_and_counters_do_not_matter():
    net = DnCNN(1, channels=2, num_layers=3)
    weights = {k: torch.ones_like(v) for k, v in net.state_dict().items()}
    old = {k: v for k, v in weights.items() if not k.endswith('num_batches_tracked')}
    profiled = {**old, 'total_ops': torch.ones(1), 'model.0.total_params': torch.ones(1)}
    for content in (weights, old, profiled, {**old, 'epoch': 3, 'name': 'x'}):
        assert fits(net, content)


def test_a_checkpoint_of_our_own_stands_under_our_own_names(weights, tmp_path):
    """A network that holds another one is not that other one, though its names end alike."""
    own = {'meta': {'versions': {'mmrestore': '1'}, 'cfg': "model = {'backbone': {'type': 'X'}}"}}
    path, restorer = tmp_path / 'w.pth', nn.ModuleDict({'backbone': TinyNet()})
    torch.save({**own, 'state_dict': {f'backbone.inner.{k}': v for k, v in weights.items()}}, path)
    with pytest.raises(ValueError, match=r"does not fit .* it records backbone=\{'type': 'X'\}"):
        load_weights(restorer, path)
    torch.save({**own, 'state_dict': {f'backbone.{k}': v for k, v in weights.items()}}, path)
    load_weights(restorer, path)


def test_a_key_that_is_missing_is_named_though_most_fit(weights):
    first, *rest = weights
    content = {'model': {f'netG.{k}': weights[k] for k in rest}, 'optimizer': {'a': weights[first]}}
    with pytest.raises(ValueError, match=f'does not fit TinyNet as configured. missing: {first}'):
        load_into(TinyNet(), content, 'a file')
    with pytest.raises(ValueError, match=r'missing: .*`mmrestore configs WORD`'):
        load_into(TinyNet(), {'epoch': 3}, 'a file')


def test_numbered_layers_of_a_model_keep_their_names():
    names = {'model.0.weight': torch.zeros(1), 'model.2.bias': torch.zeros(1)}
    assert next(likely_weights({'params': names, 'optimizer': {'x': torch.zeros(9)}})) == names
