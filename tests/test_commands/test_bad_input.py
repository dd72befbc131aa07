"""What is wrong with the input is said in at most five lines, before anything is done."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from exit_status import exit_status

REPOSITORY = Path(__file__).parents[2]
QUICK = 'traps/quickstart'
NETWORK = ['--config', QUICK]


@pytest.mark.parametrize(
    ('words', 'message'),
    [
        (
            ['train', QUICK, '--cfg-options', 'model.backbone.chanels=8'],
            "NAFNet has no argument 'chanels'. Did you mean channels",
        ),
        (['train', QUICK, '--cfg-options', 'model.backbone.depths=[0]'], 'depths'),
        (['train', QUICK, '--cfg-options', 'modle.test_seed=8'], 'Did you mean model?'),
        (['train', QUICK, '--cfg-options', 'model.test_seed'], 'expected KEY=VALUE'),
        (['train', 'traps/swinir_s'], 'there is no folder data/DIV2K/train/HR'),
        (['test', 'traps/swinir_s', 'lost.pth'], 'there is no folder'),
        (['test', QUICK, 'lost.pth'], 'there is no checkpoint file lost.pth'),
        (['test', QUICK], 'describes a network with weights: give a checkpoint'),
        (
            ['train', QUICK, '--cfg-options', 'load_from=lost.pth'],
            'there is no checkpoint file lost.pth',
        ),
        (['train', QUICK, '--resume', 'lost.pth'], 'there is no checkpoint lost.pth'),
        (['train', 'traps/quikstart'], 'there is no config .*Did you mean traps/quickstart'),
        (['train', QUICK, '--with', 'trap'], 'there is no strategy trap. Did you mean traps'),
        (['train', QUICK, '--work-dir', 'a_file'], 'must be a folder that can be written to'),
        (['train', 'apr_rd/quickstart', '--resume', 'lost.pth'], 'resumes from its own'),
        (['test', 'apr_rd/quickstart', 'lost.pth'], 'lists several trainings'),
        (
            ['restore', 'a.png', '--config', QUICK, '--checkpoint', 'lost.pth', '--output', 'x'],
            'there is no checkpoint file lost.pth',
        ),
        (
            [
                *[
                    'restore',
                    'a.png',
                    '--checkpoint',
                    'b',
                    '--output',
                    'x',
                    '--overlap',
                    '3',
                    '--config',
                ],
                QUICK,
            ],
            '--overlap needs a tile size',
        ),
        (['train', QUICK, '--cfg-options', 'max_epochs=1'], 'Did you mean train_cfg.max_epochs?'),
        (['train', QUICK, '--with', 'traps'], 'already contains the strategy traps'),
        (['train', QUICK, '--with', 'mixup.py'], 'there is no strategy file mixup.py'),
        (['configs', 'nosuch'], 'no line of the list contains nosuch'),
        (['config', 'traps/nothing'], 'there is no config traps/nothing'),
        (['benchmark'], 'give exactly one of CONFIG, --backbones'),
        (['data', 'verify', 'kodak'], "unknown data set 'kodak'. Did you mean kodak24"),
    ],
)
def test_one_line_and_nothing_written(tmp_path, monkeypatch, capfd, words, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'a_file').touch()
    assert exit_status(*words) == 1
    output = capfd.readouterr()
    (line,) = (output.out + output.err).splitlines()
    assert re.match(f'mmrestore: error: .*{message}', line)
    assert 'class `' not in line, 'what MMEngine puts before a message is left out'
    assert [path.name for path in tmp_path.iterdir()] == ['a_file']


@pytest.mark.parametrize('option', ['model.backbone.chanels=8', 'load_from=lost.pth'])
def test_the_whole_console_of_a_process(tmp_path, option):
    done = subprocess.run(
        [sys.executable, '-m', 'mmrestore', 'train', QUICK, '--cfg-options', option],
        env={**os.environ, 'OMP_NUM_THREADS': '1', 'PYTHONPATH': str(REPOSITORY)},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) <= 5, done.stdout
    assert done.stdout.startswith('mmrestore: error: ') and 'Traceback' not in done.stdout
