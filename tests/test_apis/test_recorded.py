"""Configs that checkpoints hold: read as data, whatever is in the file."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import torch
from exit_status import exit_status
from tiny_components import tiny_config

import mmrestore
from mmrestore.apis import init_restorer, test, train, write_image
from mmrestore.apis.recorded import recorded_config
from mmrestore.commands import main
from mmrestore.config import config_text
from mmrestore.datasets.image_file import read_image
from mmrestore.version import __version__


def checkpoint(path, text, **weights):
    """Write a checkpoint that records a config."""
    meta = {'cfg': text, 'versions': {'mmrestore': __version__}}
    torch.save({'state_dict': weights, 'meta': meta}, path)
    return path


@pytest.fixture
def trained(tmp_path):
    """A checkpoint of the tiny network with its config."""
    config = tiny_config(tmp_path / 'run')
    restorer = init_restorer(config, device='cpu')
    return checkpoint(tmp_path / 'a.pth', config_text(config), **restorer.state_dict())


def test_a_checkpoint_restores_alone(trained, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    image = np.random.default_rng(0).integers(0, 256, (9, 11, 3)).astype(np.uint8)
    write_image('photo.png', image)
    main(['restore', 'photo.png', '--checkpoint', 'a.pth'])
    assert capsys.readouterr().out.endswith('1 image written to restored\n')
    expected = mmrestore.load(trained, device='cpu')(image)
    assert np.array_equal(read_image('restored/photo.png'), expected)
    assert not np.array_equal(expected, image)


def test_a_config_that_is_given_wins(trained, tmp_path):
    config = tiny_config(tmp_path / 'run')
    config.model.inference = {'flips': {'type': 'SelfEnsemble'}}
    image = np.random.default_rng(0).random((1, 8, 9, 3))
    other = mmrestore.load(trained, config, device='cpu')(image)
    assert not np.array_equal(other, mmrestore.load(trained, device='cpu')(image))


def test_a_later_stage_restores_without_the_stages_before(tmp_path):
    config = tiny_config(tmp_path / 'run')
    net = config.model.backbone.to_dict()
    teacher = {'type': 'TeacherTarget', 'backbone': net, 'checkpoint': 'stages/lost.pth'}
    config.model.data_preprocessor = {'batch_transforms': {'teacher': teacher}}
    config.custom_hooks = [{'type': 'TeacherUpdateHook', 'interval': 1}]
    weights = init_restorer(config, device='cpu').state_dict()
    path = checkpoint(tmp_path / 'second.pth', config_text(config), **weights)
    assert mmrestore.load(path, device='cpu')(np.zeros((8, 8, 3), np.uint8)).shape == (8, 8, 3)


def test_a_checkpoint_is_tested_with_its_data(trained, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = tiny_config(tmp_path / 'run')
    measured = test(None, trained)
    assert measured == test(config, trained, work_dir='other') and measured
    assert (tmp_path / 'work_dirs/tests/a').is_dir()


def test_the_command_at_the_end_of_a_training_restores(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    summary = {'type': 'SummaryHook'}
    config = tiny_config(tmp_path / 'run', default_hooks__summary=summary, log_level='INFO')
    config.experiment_name = 'the_command_at_the_end'
    train(config)
    log = ''.join(capsys.readouterr())
    command = log[log.rindex('mmrestore restore input.png') :].split('\n')[0]
    write_image('input.png', np.full((8, 8, 3), 99, np.uint8))
    main(command.split()[1:])
    assert (tmp_path / 'restored/input.png').is_file()


@pytest.mark.parametrize(
    'text',
    [
        'import os',
        'from os import system',
        'model = open("executed", "w")',
        'model = {"a": __import__("os").mkdir("executed")}',
        'model = dict(type="Restorer")',
        'model = [x for x in (1, 2)]',
        'model = {**{"a": 1}}',
        "model = f\"{open('executed', 'w')}\"",
        'model = lambda: 0',
        'model = 1 + 1',
        'model = float("1e5")',
        'model = float("inf", *open("executed", "w"))',
        'model = (yield)',
        'a = b = 1',
        'a.b = 1',
        'a, b = 1, 2',
        'model: dict = {}',
        'def model(): pass',
        'open("executed", "w")',
        'model = {[]: 1}',
        'model = {"a": b"bytes"}',
        'model = ...',
        'filename = "x"',
        'model = {',
        'model = \0',
        'model = ' + '[' * 5000 + ']' * 5000,
        'model = ' + '-' * 90000 + '1',
    ],
)
def test_nothing_but_literals_is_read(text, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    checkpoint('evil.pth', text)
    with pytest.raises(ValueError, match='the recorded config'):
        recorded_config('evil.pth')
    write_image('a.png', np.zeros((4, 4, 3), np.uint8))
    assert exit_status('restore', 'a.png', '--checkpoint', 'evil.pth') == 1
    assert capsys.readouterr().err.count('\n') == 1
    assert {path.name for path in tmp_path.iterdir()} == {'evil.pth', 'a.png'}


@pytest.mark.parametrize('text', ["{'a': float('inf')}", '{"a": float("inf")}', "{'a': inf}"])
def test_infinity_is_a_literal(text, tmp_path):
    path = checkpoint(tmp_path / 'a.pth', f'model = {text}')
    assert recorded_config(path).model.a == float('inf')


@pytest.mark.parametrize(
    'model',
    [
        {'type': 'os.system', 'command': 'touch executed'},
        {'type': 'writes_a_file'},
        {'type': 'Restorer', 'backbone': {'type': 'subprocess.call', 'args': 'touch executed'}},
        {'type': 'Restorer', 'losses': [{'type': 'writes_a_file'}]},
        {'type': 'Restorer', '_scope_': 'writes_a_file'},
        {'type': ['Restorer']},
    ],
)
def test_components_are_known_ones(model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'writes_a_file.py').write_text('open("executed", "w")')
    monkeypatch.syspath_prepend(tmp_path)
    path = checkpoint(tmp_path / 'evil.pth', config_text({'model': model}))
    for read in (recorded_config, mmrestore.load):
        with pytest.raises(ValueError, match='no component known here'):
            read(path)
    assert not (tmp_path / 'executed').exists()


def test_a_class_may_be_named_by_its_place(trained, tmp_path):
    config = tiny_config(tmp_path / 'run')
    config.model.type = 'mmrestore.models.restorers.restorer.Restorer'
    path = checkpoint(tmp_path / 'b.pth', config_text(config))
    assert recorded_config(path).model.type == config.model.type


def test_modules_are_imported_for_plugins_and_on_demand_only(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / 'my_networks.py').write_text(
        'from mmrestore.registry import MODELS\n'
        'from tiny_components import TinyNet\n'
        "MODELS.register_module('MyNet', module=TinyNet, force=True)\n"
    )
    config = tiny_config(tmp_path / 'run')
    restorer = init_restorer(config, device='cpu')
    config.model.backbone.type = 'MyNet'
    config.custom_imports = {'imports': ['my_networks'], 'allow_failed_imports': False}
    checkpoint('a.pth', config_text(config), **restorer.state_dict())
    image = np.full((8, 8, 3), 99, np.uint8)
    write_image('a.png', image)
    with pytest.raises(ValueError, match=r"backbone.type='MyNet'.*--import my_networks"):
        mmrestore.load('a.pth')
    assert 'my_networks' not in sys.modules
    assert exit_status('restore', 'a.png', '--checkpoint', 'a.pth') == 1
    assert '--import my_networks' in capsys.readouterr().err
    assert exit_status('restore', 'a.png', '--checkpoint', 'a.pth', '--import', 'lost') == 1
    assert 'the module lost cannot be imported' in capsys.readouterr().err
    main(['restore', 'a.png', '--checkpoint', 'a.pth', '--import', 'my_networks'])
    assert np.array_equal(
        read_image('restored/a.png'), mmrestore.load('a.pth', imports=['my_networks'])(image)
    )
    del sys.modules['my_networks']
    monkeypatch.setattr('mmrestore.apis.recorded.of_plugin', lambda name: name == 'my_networks')
    mmrestore.load('a.pth')
    assert sys.modules.pop('my_networks')


def test_files_without_a_config_say_what_to_give(tmp_path):
    torch.save({'params': {'a': torch.zeros(1)}}, tmp_path / 'released.pth')
    with pytest.raises(ValueError, match=r'holds no config: give the one .* --config'):
        mmrestore.load(tmp_path / 'released.pth')
    (tmp_path / 'cut.pth').write_bytes(b'PK\3\4')
    with pytest.raises(ValueError, match='cannot be read as a checkpoint'):
        mmrestore.load(tmp_path / 'cut.pth')
    with pytest.raises(ValueError, match='is a folder'):
        mmrestore.load(tmp_path)
    with pytest.raises(FileNotFoundError, match='Did you mean swinir_m_jpeg40'):
        mmrestore.load('swinir_m_jpeg4')
