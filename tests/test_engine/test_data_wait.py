"""A training that waits for its data says so once, with what helps."""

from __future__ import annotations

import time

import pytest
from image_files import write_images
from tiny_components import tiny_config

from mmrestore.engine import Runner
from mmrestore.engine.hooks import data_wait_hook
from mmrestore.engine.hooks.data_wait_hook import DataWaitHook
from mmrestore.registry import TRANSFORMS


@TRANSFORMS.register_module()
class Slow:
    """Takes its time."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __call__(self, results: dict) -> dict:
        time.sleep(self.seconds)
        return results


def warnings_of(tmp_path, *, seconds: float = 0.0, cache=False, workers: int = 0, **options):
    """Train 40 iterations and return the warnings about data, and about what else."""
    if not (tmp_path / 'photos').exists():
        write_images(tmp_path / 'photos', *(f'{i}.png' for i in range(10)))
    config = tiny_config(tmp_path / 'run', train_dataloader__num_workers=workers)
    config.train_dataloader.dataset = {
        'type': 'ImageFolder',
        'root': str(tmp_path / 'photos'),
        'cache': cache,
        'pipeline': [
            {'type': 'LoadImage'},
            {'type': 'RandomCrop', 'size': 8},
            {'type': 'Slow', 'seconds': seconds},
            {'type': 'PackInputs'},
        ],
    }
    config.val_dataloader = config.val_cfg = config.val_evaluator = None
    config.default_hooks.checkpoint.save_best = None
    config.train_cfg = {'type': 'EpochTrainLoop', 'max_epochs': 8}
    config.default_hooks.data_wait = {'type': 'DataWaitHook', 'window': 10, **options}
    config.experiment_name = tmp_path.name
    Runner.from_cfg(config).train()
    (log,) = (tmp_path / 'run').glob('*/*.log')
    return [line for line in log.read_text().splitlines() if 'waited for data' in line]


def test_a_slow_data_set_is_named_once(tmp_path, monkeypatch):
    monkeypatch.setattr(data_wait_hook, '_num_cores', lambda: 3)
    (line,) = warnings_of(tmp_path, seconds=0.03)
    share = int(line.split('waited for data for ')[1].split(' %')[0])
    assert share >= 30 and 'of the last 10 iterations' in line
    assert 'train_dataloader.num_workers=3 instead of 0' in line
    assert "cache='disk' of data set 'photos'" in line


def test_what_is_done_already_is_no_remedy(tmp_path, monkeypatch):
    monkeypatch.setattr(data_wait_hook, '_num_cores', lambda: 0)
    (line,) = warnings_of(tmp_path, seconds=0.03, cache=True)
    assert 'cheaper' in line and 'num_workers' not in line and "cache='disk'" not in line


def test_a_quick_data_set_is_left_alone(tmp_path):
    assert not warnings_of(tmp_path, cache=True, share=0.95)


def test_the_share_of_the_last_iterations(tmp_path):
    config = tiny_config(tmp_path)
    config.experiment_name = 'share'
    runner = Runner.from_cfg(config)
    runner.train_loop  # noqa: B018  builds the data loader
    warned = []
    runner.logger.warning = lambda text, *values: warned.append(values)
    hook = DataWaitHook(share=0.25, window=4)
    hook.before_train(runner)
    # Ten that do not count, four below the share, two that lift it.
    waits = [1.0] * 10 + [0.1, 0.2, 0.3, 0.3] + [0.3, 0.3] + [0.9] * 9
    counts = []
    for wait in waits:
        runner.message_hub.update_scalar('train/data_time', wait)
        runner.message_hub.update_scalar('train/time', 1.0)
        hook.after_train_iter(runner, 0)
        counts.append(len(warned))
    assert counts == [0] * 14 + [1] * 11
    assert warned[0][:2] == (pytest.approx(27.5), 4)


@pytest.mark.parametrize('wrong', [{'share': 0}, {'share': 1.0}, {'window': 0}])
def test_wrong_settings(wrong):
    with pytest.raises(ValueError, match='must be'):
        DataWaitHook(**wrong)
