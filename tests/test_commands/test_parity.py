"""The comparison with official networks, and that ours pass it."""

from __future__ import annotations

import json

import pytest
import torch
from load_tool import load_tool
from safetensors.torch import save_file

from mmrestore.models.backbones import SwinIR
from mmrestore.models.inference import Pad

ARGUMENTS = {'embed_dim': 12, 'depths': [2], 'num_heads': [2], 'window_size': 4, 'mlp_ratio': 2}
SWINIR = (
    'classical_x2_pixelshuffle',
    'denoise_color',
    'jpeg_color_w7',
    'light_x4_pixelshuffledirect',
    'real_x4_nearestconv_3conv',
    'small_imgsize_noshift',
)


parity = load_tool('analysis/parity')


@pytest.fixture
def folder(tmp_path):
    """One pair of files that our own network makes, and one of an unknown network."""
    torch.manual_seed(0)
    net = SwinIR(embed_channels=12, depths=[2], num_heads=[2], window_size=4, drop_path_rate=0)
    x = torch.rand(1, 3, 7, 10)
    output = Pad(net)(x).contiguous()
    loss = output.pow(2).mean()
    loss.backward()
    gradient = net.conv_first.weight.grad.abs().sum().item()
    facts = {
        'architecture': 'SwinIR',
        'arguments': {**ARGUMENTS, 'drop_path_rate': 0},
        'gradient_check': {
            'mode': 'train, drop_path_rate=0',
            'loss_value': loss.item(),
            'sum_abs_grad': {'conv_first.weight': gradient},
        },
    }
    (tmp_path / 'ours.json').write_text(json.dumps(facts))
    (tmp_path / 'other.json').write_text(json.dumps({'architecture': 'unheard of'}))
    weights = {f'weight.{key}': value for key, value in net.state_dict().items()}
    save_file({**weights, 'input': x, 'output': output.detach()}, tmp_path / 'ours.safetensors')
    save_file({'input': x}, tmp_path / 'other.safetensors')
    return tmp_path


def run(folder, monkeypatch, capsys):
    monkeypatch.setattr(parity.sys, 'argv', ['parity.py', str(folder)])
    status = parity.main()
    return status, capsys.readouterr().out.splitlines()[-1]


def test_counts(folder, monkeypatch, capsys):
    status, last = run(folder, monkeypatch, capsys)
    assert (status, last) == (0, '1 passed, 0 failed, 1 not yet known')


@pytest.mark.parametrize('what', ['loss_value', 'sum_abs_grad'])
def test_a_difference_fails(folder, monkeypatch, capsys, what):
    facts = json.loads((folder / 'ours.json').read_text())
    check = facts['gradient_check']
    if what == 'loss_value':
        check['loss_value'] *= 1.001
    else:
        check['sum_abs_grad']['conv_first.weight'] *= 1.001
    (folder / 'ours.json').write_text(json.dumps(facts))
    status, last = run(folder, monkeypatch, capsys)
    assert (status, last) == (1, '0 passed, 1 failed, 1 not yet known')


def test_a_description_is_read():
    facts = {'architecture': "official DBSNI with {'base_ch': 8} (dilations set to 1)", 'gain': 1}
    expected = {'architecture': 'DBSNl (not dilated)', 'arguments': {'base_ch': 8}, 'gain': 1}
    assert parity.described(facts) == expected
    assert parity.described({'architecture': 'SwinIR'}) == {'architecture': 'SwinIR'}


def test_an_empty_folder_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(parity.sys, 'argv', ['parity.py', str(tmp_path)])
    with pytest.raises(SystemExit):
        parity.main()


@pytest.mark.parametrize('name', SWINIR)
def test_swinir(shared, name):
    row = parity.compare(shared / f'parity/networks/swinir_{name}.json')
    assert row.result == 'passed'
    assert row.output <= 1e-4
    assert row.loss <= 1e-5
    assert row.gradients <= 1e-4
