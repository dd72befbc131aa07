"""Official checkpoints: all wrappings, and errors that name what differs."""

from __future__ import annotations

import pytest
import torch
from safetensors.torch import save_file

from mmrestore.apis import load_official
from mmrestore.models.backbones import DnCNN, SwinIR
from mmrestore.models.weights import load_into

ARGUMENTS = {
    'embed_dim': 12,
    'depths': [2],
    'num_heads': [2],
    'window_size': 4,
    'mlp_ratio': 2,
    'resi_connection': '3conv',
}


@pytest.fixture
def weights():
    torch.manual_seed(0)
    net = SwinIR(embed_channels=12, depths=[2], num_heads=[2], window_size=4, num_convs=3)
    block = 'layers.0.residual_group.blocks.1'
    buffers = {
        f'{block}.attn_mask': torch.zeros(4, 16, 16),
        f'{block}.attn.relative_position_index': torch.zeros(16, 16, dtype=torch.int64),
    }
    return {**net.state_dict(), **buffers}


@pytest.mark.parametrize('wrapper', ['params_ema', 'params', 'state_dict', None])
@pytest.mark.parametrize('prefix', ['', 'module.', 'generator.', 'net.dn.branches.0.', 'model.'])
def test_wrappings(tmp_path, weights, wrapper, prefix):
    named = {prefix + key: value for key, value in weights.items()}
    content = {wrapper: named} if wrapper else named
    torch.save(content, tmp_path / 'weights.pth')
    for given in (content, tmp_path / 'weights.pth', str(tmp_path / 'weights.pth')):
        net = load_official('SwinIR', ARGUMENTS, given)
        for key, value in net.state_dict().items():
            assert torch.equal(value, weights[key])


def test_what_is_beside_the_network_is_left_out(weights):
    content = {f'generator.{key}': value for key, value in weights.items()}
    content |= {'discriminator.conv.weight': torch.zeros(1), 'step_counter': torch.zeros(1)}
    load_official('SwinIR', ARGUMENTS, {'state_dict': content, 'epoch': 3})
    load_official('SwinIR', ARGUMENTS, {'model_weight': {'denoiser': weights}, 'epoch': 3})


def test_another_network_is_recognised(weights):
    with pytest.raises(ValueError, match='The keys are those of SwinIR'):
        load_into(torch.nn.Linear(1, 1), weights, 'file.pth')
    with pytest.raises(ValueError, match='The keys are those of DnCNN or FDnCNN'):
        load_into(torch.nn.Linear(1, 1), DnCNN(batch_norm=False).state_dict(), 'file.pth')
    with pytest.raises(ValueError, match=r'as configured. missing[^.]*. Use the config'):
        load_into(torch.nn.Linear(1, 1), {}, 'file.pth')


def test_safetensors(tmp_path, weights):
    save_file(weights, tmp_path / 'weights.safetensors')
    net = load_official('SwinIR', ARGUMENTS, tmp_path / 'weights.safetensors')
    assert torch.equal(net.conv_first.weight, weights['conv_first.weight'])


def test_averaged_weights_come_first(weights):
    zeros = {key: torch.zeros_like(value) for key, value in weights.items()}
    net = load_official('SwinIR', ARGUMENTS, {'params': zeros, 'params_ema': weights})
    assert torch.equal(net.norm.weight, torch.ones(12))


def test_all_differences_are_named(weights):
    del weights['norm.bias']
    weights['extra'] = torch.zeros(1)
    weights['conv_first.bias'] = torch.zeros(5)
    message = r'missing: norm.bias; unexpected: extra; .*conv_first.bias \(5,\) instead of \(12,\)'
    with pytest.raises(ValueError, match=message):
        load_official('SwinIR', ARGUMENTS, weights)


def test_unknown_names(weights):
    with pytest.raises(KeyError, match='Did you mean SwinIR'):
        load_official('SwinIr', ARGUMENTS, weights)
    with pytest.raises(TypeError, match='embed_dims'):
        load_official('SwinIR', {'embed_dims': 12}, weights)


@pytest.mark.parametrize(
    ('name', 'value'),
    [('ape', True), ('qkv_bias', False), ('patch_size', 4), ('resi_connection', 'identity')],
)
def test_values_of_no_published_network(weights, name, value):
    with pytest.raises(ValueError, match=name):
        load_official('SwinIR', {**ARGUMENTS, name: value}, weights)


@pytest.mark.parametrize(('img_size', 'shift'), [(4, 0), (64, 2)])
def test_training_on_single_windows_switches_the_shift_off(weights, img_size, shift):
    assert load_official('SwinIR', {**ARGUMENTS, 'img_size': img_size}, weights).shift == shift


def test_code_in_a_file_is_refused(tmp_path):
    torch.save({'params': torch.nn.Linear(1, 1)}, tmp_path / 'weights.pth')
    with pytest.raises(ValueError, match='cannot be read as weights'):
        load_official('SwinIR', ARGUMENTS, tmp_path / 'weights.pth')
