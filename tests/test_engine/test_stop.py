"""Signals that stop a training."""

from __future__ import annotations

import signal
import threading

import pytest
from exit_status import exit_status
from tiny_components import tiny_config
from trainings import last_checkpoint, train

from mmrestore.config import config_text
from mmrestore.engine import stop
from mmrestore.engine.stop import StopSignals


@pytest.fixture(autouse=True)
def handlers():
    """The handlers of both signals, which are there again after everything."""
    before = [signal.getsignal(number) for number in stop.NAMES]
    yield before
    assert [signal.getsignal(number) for number in stop.NAMES] == before


@pytest.mark.parametrize(('name', 'status'), [('SIGINT', 130), ('SIGTERM', 143)])
def test_a_signal_saves_and_gives_the_exit_status(tmp_path, capfd, name, status):
    config = tiny_config(tmp_path / 'run')
    config.custom_hooks.append(dict(type='SignalAt', iteration=3, name=name))
    config.experiment_name = f'stopped by {name}'
    config.log_level = 'INFO'
    (tmp_path / 'net.py').write_text(config_text(config))
    assert exit_status('train', tmp_path / 'net.py') == status
    assert last_checkpoint(tmp_path / 'run')['meta']['iter'] == 3
    output = capfd.readouterr()
    word = {'SIGINT': 'Ctrl-C', 'SIGTERM': 'SIGTERM'}[name]
    assert f'stopped by {word} after iteration 3, saved as' in output.out + output.err
    assert ('once more ends it at once' in output.err) == (name == 'SIGINT')
    assert not (tmp_path / 'run' / 'run.lock').exists()


def test_the_second_ctrl_c_ends_at_once(monkeypatch):
    monkeypatch.setattr(stop, 'SAME_REQUEST_S', 0.0)
    with pytest.raises(KeyboardInterrupt), StopSignals() as signals:
        signals.listen()
        assert signals.name == ''
        signal.raise_signal(signal.SIGINT)
        assert signals.name == 'Ctrl-C'
        signal.raise_signal(signal.SIGINT)
        pytest.fail('it goes on')


def test_one_ctrl_c_that_comes_twice_is_one(capfd):
    with StopSignals() as signals:
        signals.listen()
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)  # passed on by torchrun
        assert signals.received == signal.SIGINT
    assert capfd.readouterr().err.count('Ctrl-C') == 1


def test_an_error_leaves_the_signals_as_they_were(tmp_path):
    config = tiny_config(tmp_path)
    config.custom_hooks.append(dict(type='FiniteLossHook'))
    transforms = config.model.data_preprocessor.batch_transforms
    transforms.poison = dict(type='PoisonedTarget', call=1)
    with pytest.raises(FloatingPointError):
        train(config, 'ends_with_an_error')


def test_the_others_of_several_processes_end_with_the_main_one(monkeypatch):
    monkeypatch.setattr(stop, 'is_main_process', lambda: False)
    with StopSignals() as signals:
        signals.listen()
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGTERM)
        assert signals.received is None


def test_a_thread_trains_without_signals():
    with StopSignals() as signals:
        thread = threading.Thread(target=signals.listen)
        thread.start()
        thread.join()
        assert not signals._previous
