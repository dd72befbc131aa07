"""Configs found by path and by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmrestore.config.names import (
    MOVED,
    config_folder,
    find_config,
    find_strategy,
    first_line,
    shipped_configs,
    strategy_names,
)


@pytest.mark.parametrize(
    'name',
    [
        'traps/swinir_s',
        'traps/swinir_s.py',
        'configs/traps/swinir_s.py',
        './configs/traps/swinir_s.py',
        'mmrestore::traps/swinir_s.py',
        'mmrestore::traps/swinir_s',
    ],
)
def test_one_config_has_several_names(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find_config(name) == config_folder() / 'traps' / 'swinir_s.py'


def test_a_file_comes_before_a_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'traps').mkdir()
    (tmp_path / 'traps' / 'swinir_s.py').write_text('a = 1')
    assert find_config('traps/swinir_s.py') == Path('traps/swinir_s.py')
    assert find_config('traps/swinir_s') == config_folder() / 'traps' / 'swinir_s.py'


def test_a_home_folder_is_expanded(tmp_path, monkeypatch):
    monkeypatch.setenv('HOME', str(tmp_path))
    (tmp_path / 'own.py').write_text('a = 1')
    assert find_config('~/own.py') == tmp_path / 'own.py'


@pytest.mark.parametrize(
    ('name', 'message'),
    [
        ('traps/swinir_z', 'there is no config traps/swinir_z. Did you mean traps/swinir_s'),
        ('nowhere::a', 'there is no config nowhere::a'),
        ('../setup', 'there is no config ../setup'),
    ],
)
def test_unknown_names_are_answered_with_near_ones(name, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match=message):
        find_config(name)


def test_other_files_are_no_configs(tmp_path):
    (tmp_path / 'epoch_1.pth').write_bytes(b'')
    with pytest.raises(ValueError, match=r'epoch_1.pth is not a config: expected .* suffix \.py'):
        find_config(tmp_path / 'epoch_1.pth')


def test_the_list_has_leaves_with_their_first_lines():
    listed = dict(shipped_configs())
    assert 'traps/quickstart' in listed and not any('_base_' in name for name in listed)
    assert first_line(listed['traps/quickstart']).startswith('The quick start')
    assert all(first_line(path) for name, path in listed.items() if '::' not in name)


def test_strategies_are_found_by_name_and_path(tmp_path):
    assert find_strategy('traps') == config_folder() / '_base_' / 'strategies' / 'traps.py'
    assert 'traps' in strategy_names()
    (tmp_path / 'own.py').write_text('')
    assert find_strategy(tmp_path / 'own.py') == tmp_path / 'own.py'
    with pytest.raises(FileNotFoundError, match=r'no strategy trap. Did you mean traps'):
        find_strategy('trap')
    with pytest.raises(FileNotFoundError, match=r"package 'nowhere' has no configs"):
        find_strategy('nowhere::traps')


def test_strategies_of_packages(tmp_path, monkeypatch):
    folder = tmp_path / 'mixing' / 'configs' / '_base_' / 'strategies'
    folder.mkdir(parents=True)
    (tmp_path / 'mixing' / '__init__.py').write_text('')
    (folder / 'mixup.py').write_text('')
    monkeypatch.syspath_prepend(tmp_path)
    assert find_strategy('mixing::mixup') == folder / 'mixup.py'
    with pytest.raises(
        FileNotFoundError, match=r'Did you mean mixup\? Strategies of mixing: mixup\.'
    ):
        find_strategy('mixing::mixp')


def test_former_names_are_found_with_a_warning():
    for old, new in MOVED.items():
        with pytest.warns(FutureWarning, match=f'{old}.*{new}'):
            assert find_config(f'configs/{old}.py') == config_folder() / f'{new}.py'
