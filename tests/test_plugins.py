"""Plugins: the example is installed and trained; a broken plugin causes only a warning."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import textwrap
import warnings
from importlib.util import find_spec
from pathlib import Path

import pytest

from mmrestore.plugins import load_plugins

EXAMPLE = Path(__file__).parents[1] / 'examples' / 'plugin'
CONFIG = 'mmrestore_example::dilated_net'


def add_plugin(folder, name, code, value=None):
    """Write the installed files of a distribution ``<name>-dist`` with one module."""
    module = f'{name}_plugin_of_a_test'
    (folder / f'{module}.py').write_text(textwrap.dedent(code))
    info = folder / f'{name}_dist-1.2.dist-info'
    info.mkdir()
    (info / 'METADATA').write_text(f'Metadata-Version: 2.1\nName: {name}-dist\nVersion: 1.2\n')
    entry = f'[mmrestore.plugins]\n{name} = {value or module}\n'
    (info / 'entry_points.txt').write_text(entry)
    return module


def run(*words, path=(), cwd=None):
    environment = {**os.environ, 'OMP_NUM_THREADS': '2'}
    places = [*map(str, path), os.environ.get('PYTHONPATH', '')]
    environment['PYTHONPATH'] = os.pathsep.join(filter(None, places))
    command = [sys.executable, *map(str, words)]
    return subprocess.run(
        command, env=environment, cwd=cwd, capture_output=True, text=True, timeout=240
    )


@pytest.fixture(scope='module')
def installed(tmp_path_factory) -> Path:
    """The example plugin, installed by pip into a separate folder."""
    if not (find_spec('setuptools.command.bdist_wheel') or find_spec('wheel')):
        pytest.skip('building a package offline needs setuptools 70.1 or newer, or wheel')
    source, target = (tmp_path_factory.mktemp('plugin') / name for name in ('source', 'target'))
    shutil.copytree(EXAMPLE, source, ignore=shutil.ignore_patterns('build', '*.egg-info'))
    options = ['--quiet', '--no-index', '--no-deps', '--no-build-isolation', '--target', target]
    done = run('-m', 'pip', 'install', *options, source)
    assert done.returncode == 0, done.stderr
    return target


def test_the_installed_example_trains_beside_a_broken_plugin(installed, tmp_path):
    add_plugin(tmp_path, 'broken', 'import no_such_module_anywhere')
    done = run(
        *('-m', 'mmrestore', 'train', CONFIG),
        *('--work-dir', tmp_path / 'work', '--cfg-options', 'train_cfg.max_epochs=1'),
        'train_dataloader.sampler.repeat=8',
        path=[installed, tmp_path],
        cwd=tmp_path,
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, output[-3000:]
    assert output.count('no_such_module_anywhere') == 1
    assert 'embedded/MAE: ' in output
    assert 'mean absolute error in 8-bit grey levels' in output
    best = json.loads((tmp_path / 'work' / 'validations.json').read_text())['best']
    # Of noise of sigma 25 the mean absolute value is 25 * sqrt(2 / pi) = 19.9.
    assert 10 < best['embedded/MAE']['score'] < 21
    assert next((tmp_path / 'work').glob('*/vis_data/scalars.json')).read_text().count('MAE') == 1


@pytest.mark.parametrize('first', ['mmrestore_example', 'mmrestore'])
def test_plugin_and_toolbox_can_be_imported_in_any_order(installed, first):
    code = f'import {first}; from mmrestore.registry import METRICS; print(METRICS.get("MAE"))'
    done = run('-W', 'error::RuntimeWarning', '-c', code, path=[installed])
    assert done.stdout == "<class 'mmrestore_example.metric.MAE'>\n", done.stderr


def test_without_plugins_importing_the_package_is_cheap():
    code = """
        import importlib.metadata, sys
        importlib.metadata.entry_points = lambda **options: ()
        import mmrestore
        assert not {'torch', 'mmengine', 'numpy'} & set(sys.modules)
    """
    done = run('-c', textwrap.dedent(code))
    assert done.returncode == 0, done.stderr


def test_components_of_a_broken_plugin_are_unknown_after_the_warning(tmp_path):
    add_plugin(tmp_path, 'broken', 'raise RuntimeError("needs a newer driver")')
    code = 'import mmrestore.registry as r; r.MODELS.build(dict(type="NetOfTheBrokenPlugin"))'
    error = run('-c', code, path=[tmp_path]).stderr
    warning, missing = (error.index(words) for words in ('needs a newer driver', 'custom_imports'))
    assert warning < missing
    assert "RuntimeWarning: the plugin 'broken' of the distribution broken-dist 1.2" in error


@pytest.mark.parametrize(
    ('code', 'value', 'message'),
    [
        ('import nowhere_at_all', None, "ModuleNotFoundError: No module named 'nowhere_at_all'"),
        ('1 / 0', None, 'ZeroDivisionError: division by zero'),
        ('import sys; sys.exit("no licence")', None, 'SystemExit: no licence'),
        ('', 'not_there', "ModuleNotFoundError: No module named 'not_there'"),
        ('', 'bad_plugin_of_a_test:setup', 'ValueError: expected a module name'),
    ],
)
def test_one_warning_names_plugin_distribution_and_error(
    tmp_path, monkeypatch, code, value, message
):
    modules = [add_plugin(tmp_path, 'bad', code, value), add_plugin(tmp_path, 'good', 'A = 1')]
    monkeypatch.syspath_prepend(tmp_path)
    for module in modules:
        monkeypatch.delitem(sys.modules, module, raising=False)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        load_plugins()
    ours = [str(warning.message) for warning in caught if '-dist 1.2' in str(warning.message)]
    assert len(ours) == 1
    assert ours[0].startswith(
        "the plugin 'bad' of the distribution bad-dist 1.2 cannot be imported"
    )
    assert message in ours[0]
    assert sys.modules[modules[1]].A == 1
