"""Models by name on the command line, from a mirror on this machine."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path

import numpy as np
import pytest
import torch
from exit_status import exit_status
from local_server import running_server, whole
from tiny_components import tiny_config

from mmrestore import apis
from mmrestore.apis import find_model, init_restorer, resolve_model, write_image
from mmrestore.apis.model_cache import cache_folder, cached_file, is_offline
from mmrestore.datasets.image_file import read_image


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A server; the cache is below ``tmp_path``, without registries of a user."""
    monkeypatch.setenv('MMRESTORE_CACHE', str(tmp_path / 'cache'))
    for name in ('MMRESTORE_OFFLINE', 'MMRESTORE_MODELS'):
        monkeypatch.delenv(name, raising=False)
    with running_server() as running:
        yield running


@pytest.fixture
def tiny(server, tmp_path, monkeypatch):
    """The model ``tiny`` in a registry of the user: its checkpoint lies on the server."""
    config = tiny_config(tmp_path / 'run')
    restorer = init_restorer(config, device='cpu')
    torch.save({'state_dict': restorer.state_dict()}, tmp_path / 'tiny.pth')
    config.dump(tmp_path / 'tiny.py')
    content = (tmp_path / 'tiny.pth').read_bytes()
    entry = {
        'urls': [server.add('/tiny.pth', whole(content))],
        'config': 'tiny.py',
        'size': len(content),
        'sha256': hashlib.sha256(content).hexdigest(),
        'purpose': 'nothing at all',
    }

    def register(**changes):
        (tmp_path / 'models.json').write_text(json.dumps({'tiny': {**entry, **changes}}))

    register()
    monkeypatch.setenv('MMRESTORE_MODELS', str(tmp_path / 'models.json'))
    monkeypatch.chdir(tmp_path)
    return register


def test_models_are_listed(server, capsys):
    assert exit_status('models', 'sigma 25', 'MIT', 'gray') == 0
    assert capsys.readouterr().out.splitlines() == [
        'dncnn_25_gray       gray images with Gaussian noise of sigma 25 (2.2 MB, license: MIT)',
        'grl_b_noise25_gray  gray images with Gaussian noise of sigma 25 (size not known, license: '
        'MIT)',
    ]
    assert exit_status('models', 'dncnn_25_gray', '--details') == 0
    details = capsys.readouterr().out
    for line in (
        '    file: dncnn_25.pth, 2.2 MB, license: MIT\n    verified by: its sha256\n',
        "    published by its authors (the paper's figure): Set12 30.436 dB, BSD68 29.23 dB\n",
        '    config: supervised/dncnn_25_gray\n',
    ):
        assert line in details
    assert exit_status('models', 'photographs', '--details') == 0
    names = [line for line in capsys.readouterr().out.splitlines() if line[0] != ' ']
    assert names == ['photographs']  # of all whose line has the word
    assert exit_status('models', 'nothing', 'of', 'the', 'kind') == 1
    assert server.requests == []


def test_a_model_is_downloaded_and_copied(server, tiny, tmp_path, capsys):
    content = (tmp_path / 'tiny.pth').read_bytes()
    for _ in range(2):
        assert exit_status('download', 'tiny', '--output', 'copies') == 0
        out, err = capsys.readouterr()
        assert out == 'copies/tiny.pth\n'
    assert err == ''
    assert (tmp_path / 'copies' / 'tiny.pth').read_bytes() == content
    assert cached_file(find_model('tiny')).read_bytes() == content
    assert server.requests == ['/tiny.pth']
    cached_file(find_model('tiny')).write_bytes(content[:-1])  # damaged later
    assert exit_status('download', 'tiny') == 0
    assert cached_file(find_model('tiny')).read_bytes() == content


def test_two_files_of_one_name_are_not_confused(server, tiny, tmp_path):
    content = (tmp_path / 'tiny.pth').read_bytes()
    for path in ('/first.pth', '/second.pth'):
        tiny(urls=[server.add(path, whole(content))], sha256=None)
        assert exit_status('download', 'tiny') == 0
    assert server.requests == ['/first.pth', '/second.pth']


def test_what_is_no_file_of_weights_is_not_kept(server, tiny, tmp_path, capsys):
    page = server.add('/page.pth', whole(b'<html>Sign in</html>'))
    tiny(urls=[page], size=None, sha256=None)
    assert exit_status('download', 'tiny') == 1
    out, err = capsys.readouterr()
    name = cached_file(find_model('tiny')).name
    assert out == ''
    assert err.splitlines() == [
        'downloading tiny: size not known, license: none stated; verified by nothing but that it '
        'holds weights',
        f'mmrestore: error: {name} cannot be downloaded. {page}: another file than expected: it '
        'cannot be read as weights: it is damaged, or a web page, or holds more than tensors and '
        'plain data',
    ]
    assert [path.name for path in (tmp_path / 'cache').iterdir()] == [f'{name}.lock']


def test_offline_only_the_cache_is_used(server, tiny, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv('MMRESTORE_OFFLINE', '1')
    write_image(tmp_path / 'a.png', np.zeros((9, 9, 3), np.uint8))
    words = ['restore', 'a.png', '--model', 'tiny', '--output', 'out', '--device', 'cpu']
    assert exit_status(*words) == 1
    cached = cached_file(find_model('tiny'))
    assert capsys.readouterr().err == (
        f'mmrestore: error: tiny cannot be used offline: {cached}: it is not '
        f'there. Unset MMRESTORE_OFFLINE to download it, or save the file of {server.url}/tiny.pth '
        'there\n'
    )
    assert server.requests == [] and not (tmp_path / 'out').exists()
    (tmp_path / 'cache').mkdir()
    cached_file(find_model('tiny')).write_bytes((tmp_path / 'tiny.pth').read_bytes())
    assert exit_status(*words) == 0
    assert server.requests == []


def test_a_model_is_measured_by_name(tiny, tmp_path):
    assert exit_status('test', '--model', 'tiny', '--work-dir', 'measured') == 0
    (figures,) = (tmp_path / 'measured').glob('*/*.json')
    measured = json.loads(figures.read_text())
    expected = apis.test(tiny_config(tmp_path / 'expected'), tmp_path / 'tiny.pth')
    assert {name: measured[name] for name in expected} == expected


@pytest.mark.parametrize(
    ('words', 'message'),
    [
        ('restore a.png --model tinny --output out', 'no model tinny. Did you mean tiny?'),
        (
            'restore a.png --model tiny --config tiny.py --output out',
            'give either --model or these',
        ),
        ('restore a.png --config tiny.py --output out', 'give --checkpoint FILE or --model NAME'),
        ('test tiny.py --model tiny', 'give either --model or these'),
        ('test', 'give CHECKPOINT, CONFIG and CHECKPOINT, or'),
        ('test --model without_data', 'has no test sets: give a config of the network that has'),
        ('download tiny --output tiny.pth', 'tiny.pth must be a folder that can be written to'),
    ],
)
def test_wrong_words_are_answered_with_a_line(server, tiny, tmp_path, capsys, words, message):
    if 'without_data' in words:
        entries = json.loads((tmp_path / 'models.json').read_text())
        entries['without_data'] = {**entries['tiny'], 'config': '_base_/models/dncnn'}
        (tmp_path / 'models.json').write_text(json.dumps(entries))
    assert exit_status(*words.split()) == 1
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith('mmrestore: error: ') and message in error
    assert not (tmp_path / 'out').exists()


def test_a_released_checkpoint_restores_alike_by_name(server, shared, tmp_path, monkeypatch):
    weights = shared / 'weights' / 'dncnn_25.pth'
    mirror = server.add('/mirror/dncnn_25.pth', whole(weights.read_bytes()))
    registry = tmp_path / 'mirror.yml'
    registry.write_text(f'dncnn_25_gray:\n  urls:\n    - {mirror}\n')
    monkeypatch.setenv('MMRESTORE_MODELS', str(registry))
    noisy = np.random.default_rng(0).normal(128, 25, (40, 52, 1)).clip(0, 255).astype(np.uint8)
    write_image(tmp_path / 'noisy.png', noisy)
    words = ['restore', tmp_path / 'noisy.png', '--device', 'cpu', '--output']
    assert exit_status(*words, tmp_path / 'by_name', '--model', 'dncnn_25_gray') == 0
    by_file = ['--config', 'supervised/dncnn_25_gray', '--checkpoint', weights]
    assert exit_status(*words, tmp_path / 'by_file', *by_file) == 0
    restored = [
        read_image(tmp_path / by / 'noisy.png', color='gray') for by in ('by_name', 'by_file')
    ]
    assert np.array_equal(*restored)
    assert restored[0].std() < 0.3 * noisy.std()
    config, checkpoint = resolve_model('dncnn_25_gray')
    assert config.model.backbone.type == 'DnCNN'
    assert checkpoint.read_bytes() == weights.read_bytes()
    assert server.requests == ['/mirror/dncnn_25.pth']


def test_the_cache_is_where_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setenv('HOME', str(tmp_path))
    monkeypatch.setenv('XDG_CACHE_HOME', 'relative')  # is to be ignored
    monkeypatch.delenv('MMRESTORE_CACHE', raising=False)
    assert cache_folder() == tmp_path / '.cache' / 'mmrestore'

    def homeless() -> None:
        raise RuntimeError('Could not determine home directory.')

    with monkeypatch.context() as context:
        context.setattr(Path, 'home', homeless)
        assert cache_folder() == Path(tempfile.gettempdir()) / f'mmrestore-{os.getuid()}'
    monkeypatch.setenv('XDG_CACHE_HOME', '/var/x')
    assert str(cache_folder()) == '/var/x/mmrestore'
    monkeypatch.setenv('MMRESTORE_CACHE', '~/own')
    assert cache_folder() == tmp_path / 'own'
    for value, offline in {'': False, '0': False, 'False': False, '1': True, 'yes': True}.items():
        monkeypatch.setenv('MMRESTORE_OFFLINE', value)
        assert is_offline() == offline
    assert find_model('dncnn_25_gray').suffix == '.pth'
