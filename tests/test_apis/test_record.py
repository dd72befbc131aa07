"""The config that a training leaves in its work directory."""

from __future__ import annotations

from itertools import count

import pytest
import torch
from tiny_components import tiny_config

from mmrestore import apis
from mmrestore.apis.lock import LOCK, own_folder
from mmrestore.config import config_text, open_config
from mmrestore.engine import Runner
from mmrestore.engine.checkpoint import load_checkpoint

NAMES = count()


@pytest.fixture
def config(tmp_path):
    """A file of the tiny config, of one epoch."""
    settings = tiny_config(tmp_path, train_cfg__max_epochs=1, custom_hooks=[])
    settings.work_dir = None
    path = tmp_path / 'net.py'
    path.write_text(config_text(settings))
    return path


def named(*overrides: str) -> list[str]:
    """Return overrides with a name of the run; in one process no two have the same."""
    return [f'experiment_name=record_{next(NAMES)}', *overrides]


def weights(checkpoint) -> dict:
    return load_checkpoint(checkpoint)['state_dict']


def test_nothing_rewrites_it(config, tmp_path, capfd):
    run = apis.train(config, overrides=named(), work_dir=tmp_path / 'run')
    record = (run / 'net.py').read_bytes()
    with pytest.raises(ValueError, match='holds checkpoints of another run'):
        apis.train(config, overrides=named('optim_wrapper.optimizer.lr=0.5'), work_dir=run)
    assert len(list(run.glob('*/net.py'))) == 1, 'a refused run leaves no log'
    apis.test(config, run / 'epoch_1.pth', overrides=named(), work_dir=run)
    with pytest.raises(ValueError, match='images a step'):
        apis.train(
            config, overrides=named('train_dataloader.batch_size=1'), work_dir=run, resume=True
        )
    longer = named('train_cfg.max_epochs=2', 'log_level=INFO')
    apis.train(config, overrides=longer, work_dir=run, resume=True)
    changed = 'resumed with other settings than net.py records: train_cfg.max_epochs, log_level'
    assert changed in capfd.readouterr().out
    assert (run / 'epoch_2.pth').is_file()
    assert (run / 'net.py').read_bytes() == record
    epochs = [open_config(path).train_cfg.max_epochs for path in sorted(run.glob('*/net.py'))]
    assert epochs == [1, 1, 1, 2], 'each start has its own beside its log'


@pytest.mark.parametrize('resume', [False, True, 'checkpoint'])
def test_it_starts_the_training_that_it_records(config, tmp_path, resume):
    whole = ['train_cfg.max_epochs=2', 'optim_wrapper.optimizer.lr=0.003']
    if resume == 'checkpoint':
        first = apis.train(
            config, overrides=named('train_cfg.max_epochs=1', whole[1]), work_dir=tmp_path / 'first'
        )
        resume = first / 'epoch_1.pth'
    run = apis.train(config, overrides=named(*whole), work_dir=tmp_path / 'run', resume=resume)
    record = open_config(run / 'net.py')
    assert not record.get('load_from') and not record.get('resume')
    again = apis.train(run / 'net.py', overrides=named(), work_dir=tmp_path / 'again')
    one, two = (weights(folder / 'epoch_2.pth') for folder in (run, again))
    assert all(torch.equal(value, two[name]) for name, value in one.items())


def test_a_training_that_left_no_checkpoint_gives_way_to_another(config, tmp_path):
    run, lost = (
        tmp_path / 'run',
        named('model.backbone.width=7', 'custom_hooks=[dict(type="StopAt")]'),
    )
    with pytest.raises(KeyError):
        apis.train(config, overrides=lost, work_dir=run)
    assert not run.exists(), 'a config that is refused leaves nothing'
    poisoned = "model.data_preprocessor.batch_transforms.bad=dict(type='PoisonedTarget',call=1)"
    with pytest.raises(FloatingPointError):
        apis.train(
            config,
            overrides=named('model.backbone.width=7', poisoned,
                            "default_hooks.finite=dict(type='FiniteLossHook')"),
            work_dir=run,
        )  # fmt: skip
    assert open_config(run / 'net.py').model.backbone.width == 7
    apis.train(config, overrides=named('model.backbone.width=5'), work_dir=run)
    assert open_config(run / 'net.py').model.backbone.width == 5
    widths = [open_config(path).model.backbone.width for path in sorted(run.glob('*/net.py'))]
    assert widths == [7, 5]


def test_a_test_goes_into_the_folder_of_a_living_training(config, tmp_path):
    run = apis.train(config, overrides=named(), work_dir=tmp_path / 'run')
    with own_folder(run):
        before = {path: path.read_bytes() for path in run.rglob('*') if path.is_file()}
        apis.test(config, run / 'epoch_1.pth', overrides=named(), work_dir=run)
        assert all(path.read_bytes() == content for path, content in before.items())
        assert run / LOCK in before


def test_runs_that_begin_in_one_second_have_logs_of_their_own(tmp_path, monkeypatch):
    monkeypatch.setattr('mmrestore.engine.runner.time.time', lambda: 1.8e9)
    folders = []
    for _ in range(3):
        config = tiny_config(tmp_path, experiment_name=named()[0])
        folders.append(Runner.from_cfg(config).log_dir)
    assert len(set(folders)) == 3
