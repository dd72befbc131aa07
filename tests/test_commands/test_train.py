"""What the options of the command line do to a config."""

from __future__ import annotations

import shutil
from itertools import count

import pytest
from tiny_components import tiny_config

from mmrestore.commands import main
from mmrestore.config import config_text
from mmrestore.engine import Runner
from mmrestore.engine.checkpoint import load_checkpoint


@pytest.fixture
def run(tmp_path):
    """Train the tiny config for one epoch with further words and return the checkpoint."""
    config = tiny_config(tmp_path / 'run', train_cfg__max_epochs=1)
    config.work_dir = None
    numbers = count()

    def train(*words: str) -> dict:
        # MMEngine takes two runs of one name in one second and process for the same.
        config.experiment_name = f'run_{next(numbers)}_of_{tmp_path.name}'
        (tmp_path / 'tiny.py').write_text(config_text(config))
        shutil.rmtree(tmp_path / 'run', ignore_errors=True)
        main(['train', str(tmp_path / 'tiny.py'), '--work-dir', str(tmp_path / 'run'), *words])
        return load_checkpoint(tmp_path / 'run' / 'epoch_1.pth')

    train.config = config
    return train


def test_the_learning_rate_scales_with_the_images_of_a_step(run, capsys):
    run.config.param_scheduler = None
    with pytest.raises(SystemExit):
        run('--auto-scale-lr')
    assert 'needs auto_scale_lr=dict(base_batch_size' in capsys.readouterr().err
    run.config.auto_scale_lr = dict(base_batch_size=8)
    del run.config.train_dataloader['batch_size']
    run.config.train_dataloader.total_batch_size = 2
    assert run()['optimizer']['param_groups'][0]['lr'] == pytest.approx(1e-2)
    scaled = run('--auto-scale-lr')
    assert scaled['optimizer']['param_groups'][0]['lr'] == pytest.approx(1e-2 * 2 / 8)


def test_settings_override_the_config_and_are_kept_with_the_checkpoint(run):
    text = run('--cfg-options', 'model.backbone.width=6')['meta']['cfg']
    assert "'width': 6" in text


def test_mixed_precision_by_one_word(run):
    assert "'AmpOptimWrapper'" in run('--amp')['meta']['cfg']


def test_the_work_directory_follows_the_name_of_the_config(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'other.py').write_text(config_text(run.config))
    main(['train', 'other.py'])
    run.config.experiment_name = 'another'
    assert (tmp_path / 'work_dirs' / 'other' / 'epoch_1.pth').is_file()
    (tmp_path / 'strategy').mkdir()
    (tmp_path / 'strategy' / 'other.py').write_text(config_text(run.config))
    main(['train', 'strategy/other.py'])
    assert (tmp_path / 'work_dirs' / 'strategy' / 'other' / 'epoch_1.pth').is_file()


def test_averaged_weights_are_tested(run, tmp_path, capsys):
    run()
    config = tiny_config(tmp_path / 'test', load_from=str(tmp_path / 'run' / 'epoch_1.pth'))
    for name in ('dataloader', 'evaluator'):
        config[f'test_{name}'] = config[f'val_{name}']
    config.test_cfg = dict(type='TestLoop')
    config.experiment_name = 'averaged'
    with_average = Runner.from_cfg(config).test()
    config.custom_hooks = []
    config.experiment_name = 'without_hook'
    assert Runner.from_cfg(config).test() == with_average


def test_a_written_config_reads_back_in_order():
    config = tiny_config('anywhere')
    config.model.data_preprocessor.batch_transforms = dict(second=dict(a=1), first=None)
    again = type(config).fromstring(config_text(config), file_format='.py')
    assert again.to_dict() == config.to_dict()
    assert list(again.model.data_preprocessor.batch_transforms) == ['second', 'first']
