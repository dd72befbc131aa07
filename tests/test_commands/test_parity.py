"""The comparison with official networks, and that ours pass it."""

from __future__ import annotations

import json
import re

import pytest
import torch
from exit_status import exit_status
from safetensors.torch import load_file, save_file

from mmrestore.analysis import parity
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


def run(folder, capsys):
    status = exit_status('analyze', 'parity', folder)
    return status, capsys.readouterr().out.splitlines()


def test_counts(folder, capsys):
    status, lines = run(folder, capsys)
    assert (status, lines[-1]) == (0, '1 passed, 0 failed, 1 not compared: other')
    assert re.search(r'other +\| not yet known .*unheard of', lines[1])


@pytest.mark.parametrize(
    ('change', 'reason'),
    [
        (lambda json_file, _: json_file.write_text('{"architecture"'), 'delimiter'),
        (lambda json_file, _: json_file.write_text('[1]'), 'expected a JSON of facts by name'),
        (lambda json_file, _: json_file.write_bytes(b'\xff\xfe'), 'utf-8'),
        (lambda json_file, _: replace_facts(json_file, arguments=None), 'NoneType|mapping'),
        (
            lambda json_file, _: replace_facts(json_file, gradient_check={'mode': 'eval'}),
            'no .sum_',
        ),
        (lambda _, tensors: tensors.write_bytes(tensors.read_bytes()[:100]), 'header|incomplete'),
        (lambda _, tensors: tensors.write_bytes(b''), 'header'),
        (lambda _, tensors: replace_tensors(tensors, 'input', None), "there is no 'input'"),
        (lambda _, tensors: replace_tensors(tensors, 'output', torch.rand(1, 3, 5, 5)), 'size'),
    ],
)
def test_damaged_pairs_do_not_stop_the_comparison(folder, capsys, change, reason):
    paths = [folder / f'damaged.{suffix}' for suffix in ('json', 'safetensors')]
    for path in paths:
        path.write_bytes((folder / f'ours{path.suffix}').read_bytes())
    change(*paths)
    status, lines = run(folder, capsys)
    assert (status, lines[-1]) == (0, '1 passed, 0 failed, 2 not compared: damaged, other')
    assert re.search(rf'damaged +\| refused .*({reason})', lines[1])


def replace_facts(path, **changes):
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def replace_tensors(path, name, value):
    kept = {k: v for k, v in load_file(path).items() if k != name}
    save_file(kept if value is None else {**kept, name: value}, path)


def test_what_is_refused_does_not_stop_the_comparison(folder, capsys):
    facts = json.loads((folder / 'ours.json').read_text())
    weights = (folder / 'ours.safetensors').read_bytes()
    for name, change in (('a', {'embed_dims': 3}), ('b', {'resi_connection': '2conv'})):
        facts['arguments'] = {**ARGUMENTS, **change}
        (folder / f'{name}.json').write_text(json.dumps(facts))
        (folder / f'{name}.safetensors').write_bytes(weights)
    (folder / 'c.json').write_text('{}')
    (folder / 'c.safetensors').write_bytes(weights)
    status, lines = run(folder, capsys)
    assert (status, lines[-1]) == (0, '1 passed, 0 failed, 4 not compared: a, b, c, other')
    assert re.search(r"a +\| refused .*'embed_dims'", lines[1])
    assert re.search(r'b +\| refused .*resi_connection', lines[2])


@pytest.mark.parametrize('what', ['loss_value', 'sum_abs_grad'])
def test_a_difference_fails(folder, capsys, what):
    facts = json.loads((folder / 'ours.json').read_text())
    check = facts['gradient_check']
    if what == 'loss_value':
        check['loss_value'] *= 1.001
    else:
        check['sum_abs_grad']['conv_first.weight'] *= 1.001
    (folder / 'ours.json').write_text(json.dumps(facts))
    status, lines = run(folder, capsys)
    assert (status, lines[-1]) == (1, '0 passed, 1 failed, 1 not compared: other')


def test_a_description_is_read():
    facts = {'architecture': "official DBSNI with {'base_ch': 8} (dilations set to 1)", 'gain': 1}
    expected = {'architecture': 'DBSNl (not dilated)', 'arguments': {'base_ch': 8}, 'gain': 1}
    assert parity.described(facts) == expected
    assert parity.described({'architecture': 'SwinIR'}) == {'architecture': 'SwinIR'}


def test_an_empty_folder_is_an_error(tmp_path, capsys):
    assert exit_status('analyze', 'parity', tmp_path) == 1
    assert 'no pairs of NAME.json' in capsys.readouterr().err


@pytest.mark.parametrize('name', SWINIR)
def test_swinir(shared, name):
    row = parity.compare(shared / f'parity/networks/swinir_{name}.json')
    assert row.result == 'passed'
    assert row.output <= 1e-4
    assert row.loss <= 1e-5
    assert row.gradients <= 1e-4
