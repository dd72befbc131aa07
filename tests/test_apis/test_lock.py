"""A work directory has one training at a time."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import socket
from contextlib import nullcontext

import pytest
import torch.distributed as dist

from mmrestore import locking
from mmrestore.apis.lock import LOCK, own_folder

FORK = multiprocessing.get_context('fork')  # processes that begin without importing anything


def hold(folder, begin, end, outcomes) -> None:
    """Own a folder until ``end``, and say whether that was granted."""
    begin.wait()
    try:
        with own_folder(folder):
            outcomes.put(True)
            end.wait()
    except ValueError as error:
        outcomes.put(str(error))
        end.wait()


def start(folder, number: int):
    """Start processes that try to own a folder at the same moment, and return their outcomes."""
    begin, end, outcomes = FORK.Barrier(number), FORK.Barrier(number + 1), FORK.Queue()
    processes = [
        FORK.Process(target=hold, args=(folder, begin, end, outcomes)) for _ in range(number)
    ]
    for process in processes:
        process.start()
    return processes, end, [outcomes.get(timeout=20) for _ in processes]


@pytest.mark.parametrize('exists', [False, True])
def test_of_two_that_start_together_one_is_refused(tmp_path, exists):
    for number in range(5):
        folder = tmp_path / str(number) / 'run'
        if exists:
            folder.mkdir(parents=True)
        processes, end, outcomes = start(folder, 2)
        (refusal,) = [outcome for outcome in outcomes if outcome is not True]
        pids = [process.pid for process in processes]
        assert any(f'process {pid} on {socket.gethostname()} since ' in refusal for pid in pids)
        assert refusal.startswith(f'{folder} is in use by another training')
        assert [path.name for path in folder.iterdir()] == [LOCK]
        end.wait()
        for process in processes:
            process.join()
        assert folder.exists() == exists, 'what was made for the lock only is gone'


def test_a_killed_process_holds_nothing(tmp_path):
    (process,), _, outcomes = start(tmp_path, 1)
    assert outcomes == [True]
    with pytest.raises(ValueError, match=f'process {process.pid} on'), own_folder(tmp_path):
        pytest.fail('the folder is taken')
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert (tmp_path / LOCK).exists()
    with own_folder(tmp_path):
        assert f'process {os.getpid()} on' in (tmp_path / LOCK).read_text()
    assert not list(tmp_path.iterdir())


def test_workers_that_outlive_their_training_hold_nothing(tmp_path):
    go_on = FORK.Event()
    with own_folder(tmp_path):
        worker = FORK.Process(target=go_on.wait)
        worker.start()
    (process,), end, outcomes = start(tmp_path, 1)
    assert outcomes == [True] and worker.is_alive()
    go_on.set()
    end.wait()
    process.join()
    worker.join()


def test_a_file_that_was_removed_before_it_was_locked_is_made_again(tmp_path, monkeypatch):
    lock_file, calls = locking._lock, []

    def late(descriptor, path):
        if not calls:  # the run that held it ends just now
            path.unlink()
        calls.append(descriptor)
        return lock_file(descriptor, path)

    monkeypatch.setattr(locking, '_lock', late)
    with own_folder(tmp_path):
        assert len(calls) == 2 and (tmp_path / LOCK).read_text()


def test_what_was_written_stays(tmp_path):
    with own_folder(tmp_path / 'a' / 'run'):
        (tmp_path / 'a' / 'file').touch()
    assert [path.name for path in tmp_path.rglob('*')] == ['a', 'file']


def test_a_file_system_without_locks_gives_a_warning(tmp_path, monkeypatch):
    def without(descriptor, kind):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(locking.fcntl, 'lockf', without)
    message = r'without locks \(No locks available\)'
    with pytest.warns(UserWarning, match=message), own_folder(tmp_path):
        assert (tmp_path / LOCK).exists()


def own_as(rank: int, folder, store, outcomes) -> None:
    """Try to own a folder as one of two processes of a training."""
    dist.init_process_group('gloo', init_method=f'file://{store}', rank=rank, world_size=2)
    try:
        with own_folder(folder):
            outcomes.put((folder / LOCK).read_text().split()[1])
            dist.barrier()
    except ValueError as error:
        outcomes.put(str(error))
    dist.barrier()


@pytest.mark.parametrize('taken', [False, True])
def test_only_the_main_process_locks_and_all_are_refused(tmp_path, taken):
    outcomes, folder = FORK.Queue(), tmp_path / 'run'
    processes = [
        FORK.Process(target=own_as, args=(rank, folder, tmp_path / 'store', outcomes))
        for rank in range(2)
    ]
    with own_folder(folder) if taken else nullcontext():
        for process in processes:
            process.start()
        told = [outcomes.get(timeout=60) for _ in processes]
        for process in processes:
            process.join()
    main_process = os.getpid() if taken else processes[0].pid
    assert told[0] == told[1] and str(main_process) in told[0]
    assert taken == ('is in use by another training' in told[0])
