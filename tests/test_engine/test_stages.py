"""Trainings that follow each other."""

from __future__ import annotations

import warnings

import pytest
import torch
from mmengine.config import Config
from tiny_components import tiny_config

from mmrestore.cli import main

STAGES = """
stages = dict(
    first=dict(config='first.py'),
    second=dict(config='parts/second.py', takes=dict(first='load_from')),
)
"""


@pytest.fixture
def folder(tmp_path):
    """Two configs, the second of which learns nothing, and one that joins them."""
    (tmp_path / 'parts').mkdir()
    for path, rate in (('first.py', 1e-2), ('parts/second.py', 0.0)):
        config = tiny_config(tmp_path, train_cfg__max_epochs=1)
        config.work_dir = None
        config.custom_hooks = []
        config.optim_wrapper.optimizer.lr = rate
        config.experiment_name = f'{path} of {tmp_path.name}'
        text = '\n'.join(f'{key} = {value!r}' for key, value in config.to_dict().items())
        (tmp_path / path).write_text(text)
    (tmp_path / 'both.py').write_text(STAGES)
    return tmp_path


def weights(path):
    return torch.load(path, weights_only=True)['state_dict']


def test_the_second_begins_with_what_the_first_made(folder):
    words = ['train', str(folder / 'both.py'), '--work-dir', str(folder / 'run')]
    main([*words, '--cfg-options', 'first.train_cfg.max_epochs=2'])
    first = weights(folder / 'run' / 'first' / 'epoch_2.pth')
    second = weights(folder / 'run' / 'second' / 'epoch_1.pth')
    assert all(torch.equal(second[name], value) for name, value in first.items())


def test_a_checkpoint_can_fill_several_settings(folder):
    (folder / 'both.py').write_text(STAGES.replace("'load_from'", "['load_from', 'teacher']"))
    second = folder / 'parts' / 'second.py'
    second.write_text(f'{second.read_text()}\nteacher = None\n')
    main(['train', str(folder / 'both.py'), '--work-dir', str(folder / 'run')])
    first = str(folder / 'run' / 'first' / 'epoch_1.pth')
    written = Config.fromfile(folder / 'run' / 'second' / 'second.py')
    assert (written.load_from, written.teacher) == (first, first)


def test_a_stage_that_resume_begins_takes_its_checkpoint_too(folder):
    main(['train', str(folder / 'both.py'), '--work-dir', str(folder / 'run'), '--resume'])
    first = weights(folder / 'run' / 'first' / 'epoch_1.pth')
    second = weights(folder / 'run' / 'second' / 'epoch_1.pth')
    assert all(torch.equal(second[name], value) for name, value in first.items())


def test_a_finished_stage_is_not_trained_again(folder, caplog):
    words = ['train', str(folder / 'both.py'), '--work-dir', str(folder / 'run')]
    main(words)
    written = (folder / 'run' / 'first' / 'epoch_1.pth').stat().st_mtime_ns
    (folder / 'run' / 'second' / 'epoch_1.pth').unlink()
    main([*words, '--resume'])
    assert (folder / 'run' / 'first' / 'epoch_1.pth').stat().st_mtime_ns == written
    assert (folder / 'run' / 'second' / 'epoch_1.pth').is_file()
    with pytest.raises(SystemExit):
        main([*words, '--resume', str(folder / 'run' / 'first' / 'epoch_1.pth')])


def test_a_stage_that_takes_something_newer_warns(folder):
    words = ['train', str(folder / 'both.py'), '--work-dir', str(folder / 'run'), '--resume']
    with warnings.catch_warnings():
        warnings.filterwarnings('error', 'stage .* goes on')
        main(words)
        main(words)
    longer = ['--cfg-options', 'first.train_cfg.max_epochs=2']
    with pytest.warns(UserWarning, match=r"'second' .*epoch_1.pth, but .*epoch_2.pth is newer"):
        main([*words, *longer])


def test_other_commands_want_the_config_of_one_stage(folder, capsys):
    with pytest.raises(SystemExit):
        main(['test', str(folder / 'both.py'), str(folder / 'weights.pth')])
    assert 'first.py, parts/second.py' in capsys.readouterr().err


@pytest.mark.parametrize(
    ('text', 'options', 'message'),
    [
        (STAGES.replace("'first.py'", "'frist.py'"), [], "stage 'first'"),
        (STAGES.replace('takes=', 'take='), [], "stage 'second'"),
        (STAGES.replace('dict(first=', 'dict(frist='), [], 'Did you mean first'),
        (STAGES, ['train_cfg.max_epochs=1'], 'begin with the name of a stage'),
        (STAGES, ['first.train_cgf.max_epochs=1'], 'Did you mean train_cfg'),
        (STAGES, ['second.train_cfg.max_epoch=1'], 'Did you mean max_epochs'),
        (STAGES.replace("'load_from'", "'lod_from'"), [], 'Did you mean load_from'),
        (STAGES.replace("'load_from'", "['load_from', 'mdel']"), [], 'Did you mean model'),
    ],
)
def test_mistakes_are_found_before_the_first_begins(folder, text, options, message):
    (folder / 'both.py').write_text(text)
    words = ['train', str(folder / 'both.py'), '--work-dir', str(folder / 'run')]
    with pytest.raises((ValueError, TypeError), match=message):
        main([*words, '--cfg-options', *options] if options else words)
    assert not (folder / 'run').exists()
