"""Checkpoints are plain, whole and found again."""

from __future__ import annotations

import collections
import errno
import os

import numpy as np
import pytest
import torch

from mmrestore.engine import checkpoint as module
from mmrestore.engine.checkpoint import (
    LATEST,
    load_checkpoint,
    load_latest,
    resumable_checkpoints,
    save_checkpoint,
    to_plain,
)


def test_plain_data_survives_and_loads_without_unpickling(tmp_path):
    state = {
        'state_dict': collections.OrderedDict(a=torch.arange(3)),
        'milestones': collections.Counter([2, 2, 5]),
        'score': np.float32(0.5),
        'array': np.arange(2.0),
        'pair': (1, None, 'x'),
    }
    save_checkpoint(state, tmp_path / 'a.pth')
    loaded = torch.load(tmp_path / 'a.pth', weights_only=True)
    assert loaded['milestones'] == {2: 2, 5: 1}
    assert loaded['score'] == 0.5
    assert loaded['array'].tolist() == [0.0, 1.0]
    assert loaded['pair'] == (1, None, 'x')
    assert torch.equal(loaded['state_dict']['a'], torch.arange(3))


def test_anything_else_is_refused():
    with pytest.raises(TypeError, match='plain data only, got a set'):
        to_plain({'a': {1, 2}})


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / 'epoch_1.pth'
    save_checkpoint({'state_dict': {'a': torch.zeros(1)}}, path)

    def write_half(checkpoint, file):
        file.write(b'half')
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(module.torch, 'save', write_half)
    with pytest.raises(OSError, match=r'epoch_1.pth could not be written: No space left'):
        save_checkpoint({'state_dict': {'a': torch.ones(1)}}, path)
    monkeypatch.undo()
    assert load_checkpoint(path)['state_dict']['a'] == 0
    assert [p.name for p in tmp_path.iterdir()] == ['epoch_1.pth']


def _write(folder, number):
    save_checkpoint({'state_dict': {'a': torch.tensor(number)}}, folder / f'epoch_{number}.pth')
    os.utime(folder / f'epoch_{number}.pth', (number, number))
    (folder / LATEST).write_text(f'/somewhere/else/epoch_{number}.pth')


def test_a_truncated_latest_checkpoint_falls_back_to_the_one_before(tmp_path):
    for number in (1, 2, 10):
        _write(tmp_path, number)
    assert [p.name for p in resumable_checkpoints(tmp_path)] == [
        'epoch_10.pth',
        'epoch_2.pth',
        'epoch_1.pth',
    ]
    latest = tmp_path / 'epoch_10.pth'
    latest.write_bytes(latest.read_bytes()[:-20])
    path, checkpoint = load_latest(tmp_path)
    assert path.name == 'epoch_2.pth'
    assert checkpoint['state_dict']['a'] == 2


def test_the_pointer_decides_even_when_times_were_lost(tmp_path):
    for number in (1, 2):
        _write(tmp_path, number)
    os.utime(tmp_path / 'epoch_1.pth', (99, 99))
    assert resumable_checkpoints(tmp_path)[0].name == 'epoch_2.pth'


def test_nothing_to_resume_from(tmp_path):
    assert load_latest(tmp_path) is None
    with pytest.raises(FileNotFoundError, match=r'no checkpoint .*b.pth'):
        load_checkpoint(tmp_path / 'b.pth')
