"""What a training shows on the console, from its first line to its last."""

from __future__ import annotations

import json
import logging
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import mmengine.hooks.logger_hook
import mmengine.runner.runner
import pytest
from image_files import write_images
from mmengine.config import Config
from mmengine.logging import MMLogger, print_log
from tiny_components import tiny_config

from mmrestore.commands import main
from mmrestore.config import config_text, open_config
from mmrestore.datasets.image_file import read_image
from mmrestore.engine import Runner
from mmrestore.engine.console import quieten

REPOSITORY = Path(__file__).parents[2]


def runtime_config(work_dir, **options) -> Config:
    """Return the tiny config with the hooks and the log of a real one."""
    runtime = open_config('_base_/default_runtime')
    overrides = {key.replace('__', '.'): value for key, value in options.items()}
    settings = {name: runtime[name] for name in ('default_hooks', 'log_processor', 'log_level')}
    return open_config({**tiny_config(work_dir).to_dict(), **settings}, overrides)


def run_command(*words: str, folder: Path) -> subprocess.CompletedProcess:
    """Run a command as a user does, in a folder."""
    path = os.pathsep.join(map(str, (REPOSITORY, REPOSITORY / 'tests')))
    environment = {**os.environ, 'PYTHONPATH': path, 'OMP_NUM_THREADS': '1'}
    command = [sys.executable, '-m', 'mmrestore', *words]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120
    )


def test_from_the_start_to_a_restored_picture(tmp_path):
    config = runtime_config(
        None,
        train_dataloader__dataset__length=120,  # 60 steps an epoch
        train_cfg__max_epochs=1,
        default_hooks__checkpoint__save_best='tiny/PSNR',
    )
    config.pop('work_dir')
    (tmp_path / 'tiny.py').write_text(config_text(config))
    done = run_command('train', 'tiny.py', '--work-dir', 'my run', folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ''
    lines = done.stdout.splitlines()
    first = next(i for i, line in enumerate(lines) if 'loss: ' in line)
    assert first + 1 <= 25
    assert re.search(
        r'Epoch\(train\) \[1\]\[10/60\]  loss: \S+  lr: 1.00e-02  eta: 0:', lines[first]
    )
    assert not any('mmengine' in line for line in lines)
    start = '\n'.join(lines[:first])
    for fact in ('TinyNet, 223 parameters', '120 images, 2 a step, 60 steps an epoch', 'CPU, 1'):
        assert fact in start

    log = (tmp_path / re.search(r'my run/\S+\.log', start)[0]).read_text()
    for part in ('System environment:', 'train_dataloader = dict(', 'CheckpointHook', lines[-1]):
        assert part in log

    scores = json.loads((tmp_path / 'my run' / 'validations.json').read_text())
    gain = scores['metrics']['tiny/PSNR'] - scores['input']['tiny/PSNR']
    assert f'({gain:+.2f})' in '\n'.join(lines[-5:])
    words = shlex.split(lines[-1])
    assert words[:3] == ['mmrestore', 'restore', 'input.png']
    assert words[words.index('--checkpoint') + 1] == 'my run/best_tiny_PSNR_epoch_1.pth'
    write_images(tmp_path, 'input.png', height=9, width=14)
    done = run_command(*words[1:], folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert read_image(tmp_path / 'restored' / 'input.png').shape == (9, 14, 3)


def test_the_first_line_is_not_among_the_scalars(tmp_path, capsys):
    config = runtime_config(tmp_path, train_dataloader__dataset__length=60, train_cfg__max_epochs=2)
    config.default_hooks.logger.interval = 25  # 30 steps an epoch
    config.experiment_name = 'first_line'
    Runner.from_cfg(config).train()
    shown = re.findall(r'Epoch\(train\) (\S+) ', capsys.readouterr().out)
    assert shown == ['[1][10/30]', '[1][25/30]', '[2][25/30]']
    (scalars,) = tmp_path.glob('*/vis_data/scalars.json')
    records = [json.loads(line) for line in scalars.read_text().splitlines()]
    assert [record['iter'] for record in records if 'iter' in record] == [25, 55]


def test_a_slow_training_says_something_after_ten_seconds(tmp_path, capsys, monkeypatch):
    from mmrestore.engine.hooks import logger_hook

    monkeypatch.setattr(logger_hook, 'FIRST_SECONDS', 0.0)
    config = runtime_config(tmp_path, train_cfg__max_epochs=1)
    config.experiment_name = 'slow'
    Runner.from_cfg(config).train()
    shown = re.findall(r'Epoch\(train\) (\S+) ', capsys.readouterr().out)
    assert shown == ['[1][1/5]', '[1][5/5]']


def test_a_stopped_run_says_how_it_goes_on(tmp_path, capsys):
    config = runtime_config(tmp_path)
    config.custom_hooks = [dict(type='SignalAt', iteration=3)]
    config.experiment_name = 'stopped'
    with pytest.raises(SystemExit):
        Runner.from_cfg(config).train()
    last = capsys.readouterr().out.splitlines()[-1]
    assert 'stopped by SIGTERM after iteration 3, saved as' in last
    assert 'iter_3.pth; the same command with --resume' in last


def test_a_resumed_run_that_is_complete_says_the_same(tmp_path, capsys):
    config = runtime_config(tmp_path / 'run')
    (tmp_path / 'tiny.py').write_text(config_text(config))
    ends = []
    for more in ([], ['--resume']):
        name = f'experiment_name=complete{len(more)}'
        main(['train', str(tmp_path / 'tiny.py'), *more, '--cfg-options', name])
        ends.append(capsys.readouterr().out.splitlines()[-4:])
    assert ends[0] == ends[1]
    assert 'the input: tiny/PSNR' in ends[0][-3]


@pytest.mark.parametrize(
    ('metric', 'figure', 'words'),
    [
        ('RecorruptedGain', 'tiny/RecorruptedGain', 'by an estimate without clean images'),
        ('SSIM', 'tiny/SSIM', 'not compared with the input'),
        (None, '', 'not compared with the input'),
    ],
)
def test_without_a_psnr(tmp_path, capsys, metric, figure, words):
    config = runtime_config(tmp_path, train_cfg__max_epochs=2)
    config.default_hooks.checkpoint.save_best = []
    config.experiment_name = f'without_psnr_but_{metric}'
    if metric is None:
        config.val_dataloader = config.val_evaluator = config.val_cfg = None
    else:
        config.val_evaluator.metrics = [dict(type=metric)]
    Runner.from_cfg(config).train()
    last, result, _, command = capsys.readouterr().out.splitlines()[-4:]
    assert f'epoch_2.pth  ({figure}' in last if figure else last.endswith('epoch_2.pth')
    assert words in result
    assert 'restore input.png --checkpoint' in command and 'epoch_2.pth' in command


def test_nothing_is_shown_before_a_mistake_in_the_config(tmp_path, capsys):
    config = runtime_config(tmp_path / 'run')
    config.model.backbone.widht = 3
    (tmp_path / 'tiny.py').write_text(config_text(config))
    with pytest.raises((TypeError, SystemExit)):
        main(['train', str(tmp_path / 'tiny.py')])
    assert capsys.readouterr().out == ''


def test_the_traceback_of_an_error_is_in_the_log_file_only(tmp_path, capsys):
    config = runtime_config(tmp_path)
    config.experiment_name = 'mistake'
    runner = Runner.from_cfg(config)
    runner.model.train_step = lambda data, optim_wrapper: None + 1
    with pytest.raises(TypeError, match='unsupported operand'):
        runner.train()
    (log,) = tmp_path.glob('*/*.log')
    assert 'Traceback' in log.read_text() and 'lambda data' in log.read_text()
    assert 'Traceback' not in capsys.readouterr().out


def test_a_debug_log_shows_everything(tmp_path, capsys):
    config = runtime_config(tmp_path, log_level='DEBUG', train_cfg__max_epochs=1)
    config.experiment_name = 'debug'
    Runner.from_cfg(config)
    shown = capsys.readouterr().out
    assert 'System environment:' in shown
    assert 'Hooks will be executed' in shown


def quiet_logger(folder: Path) -> MMLogger:
    """Return a logger made quiet, twice as by two runners of one name."""
    logger = MMLogger.get_instance(f'of {folder.name}', log_file=str(folder / 'log'))
    quieten(logger)
    quieten(logger)
    return logger


@pytest.mark.parametrize(
    ('level', 'file', 'shown'),
    [
        (logging.INFO, mmengine.runner.runner.__file__, False),
        (logging.INFO, mmengine.hooks.logger_hook.__file__, True),
        (logging.INFO, '/a/plugin.py', True),
        (logging.WARNING, mmengine.runner.runner.__file__, True),
    ],
)
def test_who_may_speak(tmp_path, capsys, level, file, shown):
    record = logging.LogRecord('mmengine', level, file, 1, 'a word', (), None)
    quiet_logger(tmp_path).handle(record)
    assert ('a word' in capsys.readouterr().out) == shown
    assert 'a word' in (tmp_path / 'log').read_text()


def test_who_calls_print_log_counts(tmp_path, capsys):
    logger = quiet_logger(tmp_path)
    print_log('ours', logger=logger)
    namespace = {'print_log': print_log, 'logger': logger}
    code = "print_log('theirs', logger=logger)"
    exec(compile(code, mmengine.runner.runner.__file__, 'exec'), namespace)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[-1] for line in lines] == ['ours']


def test_gradients_that_our_checkpoints_keep_are_not_reported_as_lost(tmp_path, capsys, recwarn):
    for resume in (False, True):
        config = runtime_config(tmp_path, resume=resume)
        config.optim_wrapper.accumulative_counts = 3
        config.experiment_name = f'kept_gradients_{resume}'
        config.train_cfg.max_epochs = 1 + resume
        config.param_scheduler[0].by_epoch = False
        Runner.from_cfg(config).train()
    assert 'gradient of some iterations is lost' not in capsys.readouterr().out
    assert not [each for each in recwarn if 'scheduler.step()' in str(each.message)]
    logs = [log.read_text() for log in sorted(tmp_path.glob('*/*.log'))]
    assert 'gradient of some iterations is lost' in logs[-1]
