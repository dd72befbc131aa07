"""The wheel holds all that a user needs, and works where nothing else is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]


@pytest.fixture(scope='module')
def wheel(tmp_path_factory) -> Path:
    """The wheel, built from a copy of the repository."""
    if not find_spec('setuptools.command.bdist_wheel'):
        pytest.skip('building a package offline needs setuptools 70.1 or newer')
    source, target = (tmp_path_factory.mktemp('wheel') / name for name in ('source', 'target'))
    left_out = shutil.ignore_patterns('.*', 'work_dirs', 'build', '*.egg-info', 'tests')
    data = {str(REPOSITORY): ['data']}
    shutil.copytree(
        REPOSITORY,
        source,
        ignore=lambda folder, names: {*left_out(folder, names), *data.get(folder, [])},
    )
    words = ['--quiet', '--no-index', '--no-deps', '--no-build-isolation', '--wheel-dir', target]
    subprocess.run([sys.executable, '-m', 'pip', 'wheel', *words, source], check=True, timeout=240)
    return next(target.glob('*.whl'))


def test_the_wheel_holds_every_config_and_says_what_it_is(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        metadata = next(n for n in names if n.endswith('METADATA'))
        text = archive.read(metadata).decode()
    configs = [
        f'mmrestore/configs/{path.relative_to(REPOSITORY / "configs")}'
        for path in (REPOSITORY / 'configs').rglob('*')
        if path.suffix in ('.py', '.txt', '.md', '.yml')
    ]
    assert len(configs) > 200 and not set(configs) - names
    assert {'mmrestore/py.typed', 'mmrestore/apis/released_weights.yml'} <= names
    assert 'mmrestore/weights/photographs.safetensors' in names
    assert any(n.endswith('/LICENSE') for n in names)
    assert not [n for n in names if n.startswith(('tests/', 'tools/'))]
    for line in (
        'License-Expression: Apache-2.0',
        'Classifier: Programming Language :: Python :: 3.12',
    ):
        assert f'\n{line}\n' in text
    assert 'Project-URL: Homepage, https://' in text
    page = text.partition('# mmrestore')[2]
    assert page and not re.findall(r'\]\((?!https?://|#)', page)


def test_an_installed_wheel_works_in_an_empty_folder(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / 'installed')
    folder = tmp_path / 'empty'
    folder.mkdir()

    def run(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, '-m', 'mmrestore', *words],
            env={**os.environ, 'PYTHONPATH': str(tmp_path / 'installed'), 'OMP_NUM_THREADS': '1'},
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=240,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert re.search(r'^traps/quickstart +The quick start', run('configs', 'traps'), re.MULTILINE)
    assert "type='IntraPatchPixelShuffle'" in run('config', 'supervised/hat_s', '--with', 'traps')
    small = ['train_cfg.max_epochs=1', 'train_dataloader.sampler.repeat=6']
    run('train', 'traps/quickstart', '--cfg-options', *small)
    assert (folder / 'work_dirs/traps/quickstart/epoch_1.pth').is_file()
