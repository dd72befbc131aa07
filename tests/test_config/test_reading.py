"""Config files: bases, references, file and environment variables."""

from __future__ import annotations

import json
import math

import pytest

from mmrestore.config.reading import read_settings


@pytest.fixture
def write(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text)
        return path

    return write


def test_bases_that_share_a_key_are_merged_in_their_order(write):
    write('a.py', 'model = dict(x=1, y=dict(z=2, w=3))')
    write('b.py', 'model = dict(y=dict(z=4), v=5)')
    leaf = write('leaf.py', "_base_ = ['a.py', 'b.py']\nmodel = dict(y=dict(w=None))")
    expected = {'model': {'x': 1, 'y': {'z': 4, 'w': None}, 'v': 5}}
    settings = read_settings(leaf)
    assert settings.values == expected
    assert [path.name for path in settings.files] == ['a.py', 'b.py', 'leaf.py']


def test_references_are_copies_of_what_is_inherited(write):
    write('a.py', '# {{_base_.nothing}} in a comment is none\nnet = dict(width=3)\nsteps = [1, 2]')
    leaf = write(
        'leaf.py',
        '_base_ = "a.py"\n'
        'both = [{{_base_.net}}, {{ _base_.net }}]\n'
        'last, text = {{_base_.steps.1}}, "{{_base_.net.width}}"\n'
        'inside = "w={{_base_.net.width}}!"\n',
    )
    settings = read_settings(leaf)
    values = settings.values
    assert values['both'] == [{'width': 3}, {'width': 3}]
    assert values['both'][0] is not values['both'][1]
    assert (values['last'], values['text'], values['inside']) == (2, 3, 'w=3!')
    assert {'net', 'steps'} <= settings.variables and 'both' not in settings.variables


def test_a_base_without_bases_refers_to_those_before_it(write):
    write('net.py', 'net = dict(width=3)')
    write('strategy.py', 'teacher = dict(net={{_base_.net}})')
    leaf = write('leaf.py', "_base_ = ['net.py', 'strategy.py']")
    assert read_settings(leaf).values['teacher'] == {'net': {'width': 3}}


def test_file_and_environment_variables(write, monkeypatch, tmp_path):
    monkeypatch.setenv('WHERE', '/data')
    monkeypatch.setenv('HOME', str(tmp_path))
    leaf = write(
        'folder/leaf.py',
        "lists = '{{ fileDirname }}/lists'\nroot = '{{$WHERE:/x}}/a'\nother = '{{$NOT_SET:b}}'\n"
        "home = '~/photos'\nname = '{{fileBasenameNoExtension}}'\n",
    )
    assert read_settings(leaf).values == {
        'lists': f'{tmp_path}/folder/lists',
        'root': '/data/a',
        'other': 'b',
        'home': f'{tmp_path}/photos',
        'name': 'leaf',
    }
    with pytest.raises(ValueError, match='needs the environment variable NOT_SET'):
        read_settings(write('b.py', "a = '{{$NOT_SET}}'"))


def test_a_config_may_import_and_compute(write):
    leaf = write(
        'leaf.py',
        'from __future__ import annotations\nfrom functools import partial as part\n'
        'import math\nimport numpy as np\nfrom pathlib import Path\nfrom torch.nn import L1Loss\n'
        'from math import sqrt, tau\nfrom typing import Any, Optional\nimport os.path\n'
        'from os import getcwd\nfrom numpy import log2\nimport torch\n'
        'device, place = torch.device("cpu"), getcwd\n'
        'class Own:\n    pass\n\nsquare = lambda x: x * x\n'
        '_base_ = []\n_hidden = 3\n'
        "root, far = Path('a') / 'b', math.inf\nsteps = np.arange(3) * _hidden\n"
        'def half(x):\n    return x / 2\n\nrate = half(np.float32(1))\nloss = dict(type=L1Loss)\n',
    )
    assert read_settings(leaf).values == {
        'root': 'a/b',
        'far': float('inf'),
        'tau': math.tau,  # data of another module may be a setting
        'steps': [0, 3, 6],
        'rate': 0.5,
        'loss': {'type': 'torch.nn.modules.loss.L1Loss'},
    }


def test_json_and_yaml_inherit_too(write):
    write('a.yaml', 'net:\n  width: 3\nrates: [0.1, 0.2]\n')
    leaf = write(
        'leaf.json',
        json.dumps(
            {'_base_': 'a.yaml', 'net': {'depth': '{{_base_.net.width}}'}, 'd': '{{fileExtname}}'}
        ),
    )
    values = read_settings(leaf).values
    assert values == {'net': {'width': 3, 'depth': 3}, 'rates': [0.1, 0.2], 'd': '.json'}


@pytest.mark.parametrize(
    ('text', 'error', 'message'),
    [
        ('a = (', ValueError, r'leaf\.py, line 1 cannot be read'),
        ('a = 1 / 0', ValueError, 'leaf.py cannot be read: ZeroDivisionError: division by zero'),
        ("_base_ = 'lost.py'", FileNotFoundError, 'leaf.py: there is no base lost.py'),
        ("_base_ = 'a' + 'b'", ValueError, 'line 1: _base_ must be a file name or a list'),
        ('a = {{_base_.b}}', KeyError, r'\{\{_base_.b\}\} refers to a setting that no base'),
        ('model = object()', TypeError, r'leaf\.py: model: expected a number, text, list'),
        ('a = {1: 2}', TypeError, r'leaf\.py: a\.1: setting names must be text, got 1, a int'),
        ('a = {"b": [{(1, 2): 3}]}', TypeError, r'a\.b\.0\.\(1, 2\): setting names must be text'),
        ('a = [object()]', TypeError, r'leaf\.py: a\.0: expected a number, text, list'),
    ],
)
def test_unreadable_files_give_one_line(write, text, error, message):
    with pytest.raises(error, match=message):
        read_settings(write('leaf.py', text))


def test_a_dictionary_does_not_change_a_number(write):
    write('a.py', 'model = dict(width=3)')
    leaf = write('leaf.py', "_base_ = 'a.py'\nmodel = dict(width=dict(a=1))")
    with pytest.raises(TypeError, match=r'model.width is inherited as 3, which has no settings'):
        read_settings(leaf)
    write('a.py', 'model = dict(width=None)')
    assert read_settings(leaf).values == {'model': {'width': {'a': 1}}}
