"""The parser of all commands, and what becomes of errors."""

from __future__ import annotations

import argparse
import re
import runpy
import subprocess
import sys
import warnings

import pytest
from exit_status import exit_status

from mmrestore.commands import build_parser, configs, main
from mmrestore.commands.data.prepare import ARCHIVES
from mmrestore.version import __version__


def leaves(parser: argparse.ArgumentParser, words: tuple[str, ...] = ()) -> dict:
    """Return the parsers of all commands by the words that lead to them."""
    groups = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    if not groups:
        return {words: parser}
    found = {}
    for name, each in groups[0].choices.items():
        found.update(leaves(each, (*words, name)))
    return found


COMMANDS = leaves(build_parser())


def test_all_commands_are_there():
    names = {' '.join(words[:2]) for words in COMMANDS}
    assert {'train', 'test', 'restore', 'configs', 'config', 'benchmark'} <= names
    assert {'data verify', 'data faces', 'submit sidd', 'submit dnd'} <= names
    assert len([name for name in names if name.startswith('analyze ')]) == 12


@pytest.mark.parametrize('words', COMMANDS, ids=' '.join)
def test_every_command_has_help_that_says_what_it_does(words, capsys):
    with pytest.raises(SystemExit, match='0'):
        main([*words, '--help'])
    text = capsys.readouterr().out
    assert text.startswith(f'usage: mmrestore {" ".join(words)} ') and '--debug' in text
    assert words[:2] == ('data', 'prepare') or f'    mmrestore {" ".join(words)}' in text


def test_help_and_lists_of_configs_do_not_import_pytorch():
    code = """
        import importlib.metadata, sys
        importlib.metadata.entry_points = lambda **options: ()
        from mmrestore.commands import build_parser, main
        build_parser().format_help()
        assert not {'mmengine', 'numpy'} & set(sys.modules)
        main(['configs', 'traps'])
        assert 'torch' not in sys.modules
    """
    lines = [line.strip() for line in code.strip().splitlines()]
    subprocess.run([sys.executable, '-c', '\n'.join(lines)], check=True, timeout=60)


def test_version_and_usage(capsys):
    assert exit_status('--version') == 0
    assert capsys.readouterr().out == f'mmrestore {__version__}\n'
    for words in ((), ('trian',), ('analyze',), ('train',), ('data', 'prepare', 'div3k')):
        assert exit_status(*words) == 2
        assert capsys.readouterr().err.startswith('usage: mmrestore')


def test_as_a_module(monkeypatch, capsys):
    monkeypatch.setattr('sys.argv', ['mmrestore', 'train', 'lost.py'])
    with pytest.raises(SystemExit, match='1'):
        runpy.run_module('mmrestore', run_name='__main__')
    assert 'there is no config lost.py' in capsys.readouterr().err


def raise_error(error: BaseException):
    def run(options):
        raise error

    return run


@pytest.mark.parametrize(
    ('error', 'text'),
    [
        (ValueError('expected a, got b'), 'expected a, got b'),
        (KeyError("unknown model 'a'"), "unknown model 'a'"),
        (KeyError('a'), "KeyError: 'a' (--debug shows where)"),
        (FileNotFoundError(2, 'No such file', 'x.pth'), 'x.pth: No such file'),
        (ImportError('pip install mitsuba'), 'pip install mitsuba'),
        (ValueError('these are wrong:\n  a\n\n  b'), 'these are wrong:\n  a\n  b'),
        (
            ValueError('\n'.join('abcdefg')),
            'a\nb\nc\nd\n... 3 more lines, which --debug shows',
        ),
        (ValueError(), 'ValueError (--debug shows where)'),
    ],
)
def test_errors_of_users_are_short(monkeypatch, capsys, error, text):
    monkeypatch.setattr(configs, 'run', raise_error(error))
    assert exit_status('configs') == 1
    output = capsys.readouterr()
    assert (output.out, output.err) == ('', f'mmrestore: error: {text}\n')


@pytest.mark.parametrize(
    ('code', 'text'),
    [
        ('None + 1', 'TypeError: unsupported operand .* \\(--debug shows where\\)'),
        ('{}["my key"]', 'KeyError: my key \\(--debug shows where\\)'),
        ('int("two words")', 'ValueError: invalid literal .* \\(--debug shows where\\)'),
        ('open("lost.png")', 'lost.png: No such file or directory'),
    ],
)
def test_errors_that_nobody_wrote_a_message_for(monkeypatch, capsys, code, text):
    monkeypatch.setattr(configs, 'run', lambda options: eval(code))
    assert exit_status('configs') == 1
    assert re.fullmatch(f'mmrestore: error: {text}\n', capsys.readouterr().err)


@pytest.mark.parametrize('words', [['--debug', 'configs'], ['configs', '--debug']])
def test_debugging_shows_the_traceback(monkeypatch, capsys, words):
    monkeypatch.setattr(configs, 'run', raise_error(ValueError('it is wrong')))
    assert exit_status(*words) == 1
    error = capsys.readouterr().err
    assert error.startswith('Traceback') and error.endswith('\nmmrestore: error: it is wrong\n')
    monkeypatch.setattr(configs, 'run', raise_error(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        main(words)


@pytest.mark.parametrize('error', [AssertionError('a'), AttributeError('a'), RuntimeError('a')])
def test_mistakes_in_code_keep_their_traceback(monkeypatch, error):
    monkeypatch.setattr(configs, 'run', raise_error(error))
    with pytest.raises(type(error)):
        main(['configs'])


def test_a_runtime_error_of_the_package_is_the_users(monkeypatch, capsys):
    words = ['train', 'traps/quickstart', '--launcher', 'pytorch']
    monkeypatch.delenv('RANK', raising=False)
    assert exit_status(*words) == 1
    assert 'error: --launcher pytorch needs RANK' in capsys.readouterr().err


def test_interruptions_are_quiet(monkeypatch, capsys):
    monkeypatch.setattr(configs, 'run', raise_error(KeyboardInterrupt()))
    assert exit_status('configs') == 130
    assert capsys.readouterr().err == ''
    words = [sys.executable, '-m', 'mmrestore', 'configs']
    listing = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    listing.stdout.close()  # what reads the list ends before it is written
    _, error = listing.communicate(timeout=60)
    assert (listing.returncode, error) == (141, b'')


def test_a_leading_tilde_is_the_home_folder(monkeypatch):
    monkeypatch.setenv('HOME', '/home/me')
    seen = []
    monkeypatch.setattr(configs, 'run', lambda options: seen.append(options.words))
    main(['configs', '~/a', 'b~', '~'])
    assert seen == [['/home/me/a', 'b~', '/home/me']]


def test_lists_of_configs(capsys):
    main(['configs', 'TRAPS/swinir', 'gopro'])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [
        'traps/swinir_s_gopro',
        'traps/swinir_s_gopro_1000',
    ]
    assert re.match(r'traps/swinir_s_gopro +SwinIR-S, motion deblurring', lines[0])
    assert exit_status('configs', 'nothing has this') == 1


def test_the_page_of_a_config(capsys):
    words = [
        '--with',
        'traps',
        '--cfg-options',
        'model.test_seed=5',
        '--cfg-options',
        'resume=True',
    ]
    main(['config', 'supervised/swinir_s', *words])
    page = capsys.readouterr().out
    assert page.startswith('# model\nmodel = dict(\n') and '\n# schedule\n' in page
    for setting in ("type='IntraPatchPixelShuffle'", 'test_seed=5', 'resume = True'):
        assert setting in page


def test_every_archive_has_its_command():
    from mmrestore.datasets import prepare

    assert set(ARCHIVES) == set(prepare.ARCHIVES)


@pytest.mark.parametrize('debug', [[], ['--debug']])
def test_a_warning_is_a_line_without_code(monkeypatch, capsys, debug):
    def run(options):
        print(warnings.formatwarning('tiles differ', UserWarning, 'tile.py', 7), end='')
        print(warnings.formatwarning('is gone', FutureWarning, 'tile.py', 7), end='')

    monkeypatch.setattr('mmrestore.commands.configs.run', run)
    before = warnings.formatwarning
    main(['configs', *debug])
    said = capsys.readouterr().out
    assert ('tile.py:7' in said) == bool(debug) and warnings.formatwarning is before
    if not debug:
        assert (
            said == 'mmrestore: warning: tiles differ\nmmrestore: warning: FutureWarning: is gone\n'
        )
