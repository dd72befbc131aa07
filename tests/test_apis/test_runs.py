"""Training and testing from Python."""

from __future__ import annotations

import pytest
import torch
from tiny_components import tiny_config

from mmrestore import apis
from mmrestore.apis.networks import choose_device, open_network_config
from mmrestore.apis.work_dir import default_work_dir
from mmrestore.config import config_text, open_config
from mmrestore.engine.checkpoint import load_checkpoint


@pytest.fixture
def config(tmp_path):
    """A file of the tiny config, of one epoch."""
    settings = tiny_config(tmp_path, train_cfg__max_epochs=1, custom_hooks=[])
    settings.work_dir = None
    settings.experiment_name = tmp_path.name
    path = tmp_path / 'tiny' / 'net.py'
    path.parent.mkdir()
    path.write_text(config_text(settings))
    return path


def test_train_and_test(config, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = apis.train(config, overrides={'model.backbone.width': 6})
    assert folder.as_posix() == 'work_dirs/tiny/net'
    checkpoint = folder / 'epoch_1.pth'
    assert load_checkpoint(checkpoint)['state_dict']['backbone.first.weight'].shape[0] == 6
    wider = ['model.backbone.width=6', f'experiment_name={tmp_path.name}_test']
    scores = apis.test(config, checkpoint, overrides=wider, work_dir=tmp_path / 'test')
    assert list(scores) == ['tiny/PSNR'] and 0 < scores['tiny/PSNR'] < 60
    with pytest.raises(ValueError, match=r'does not fit TinyNet'):
        apis.test(config, checkpoint, work_dir=tmp_path / 'test')


def test_resume(config, tmp_path):
    first = apis.train(config, work_dir=tmp_path / 'run')
    assert first == tmp_path / 'run'
    more = [f'experiment_name={tmp_path.name}_2', 'train_cfg.max_epochs=2']
    apis.train(config, work_dir=first, overrides=more, resume=True)
    assert load_checkpoint(first / 'epoch_2.pth')['meta']['epoch'] == 2
    with pytest.raises(FileNotFoundError, match=r'no checkpoint .*lost.pth to resume from'):
        apis.train(config, work_dir=first, resume=tmp_path / 'lost.pth')


def test_the_settings_of_the_caller_stay_as_they_are(tmp_path):
    config = tiny_config(tmp_path / 'run', train_cfg__max_epochs=1, custom_hooks=[])
    config.experiment_name = tmp_path.name
    before = config.to_dict()
    folder = apis.train(config, amp=True)
    assert folder == tmp_path / 'run' and config.to_dict() == before
    assert "'AmpOptimWrapper'" in load_checkpoint(folder / 'epoch_1.pth')['meta']['cfg']


def test_trying_the_parts_changes_no_number(config, tmp_path, monkeypatch):
    weights = []
    for number in range(2):
        name = f'experiment_name={tmp_path.name}_{number}'
        folder = apis.train(config, work_dir=tmp_path / str(number), overrides=[name])
        weights.append(load_checkpoint(folder / 'epoch_1.pth')['state_dict'])
        monkeypatch.setattr('mmrestore.apis.training.try_training', lambda config, **begins: None)
    assert all(torch.equal(value, weights[1][key]) for key, value in weights[0].items())


def test_default_work_dirs():
    opened = open_config('supervised/swinir_s')
    assert default_work_dir(opened).as_posix() == 'work_dirs/supervised/swinir_s'
    added = default_work_dir(opened, ['traps', 'package::masked']).as_posix()
    assert added == 'work_dirs/supervised/swinir_s+traps+masked'
    with pytest.raises(ValueError, match='needs a work_dir'):
        apis.train(dict(model=dict(type='Restorer')))


def test_configs_of_one_network():
    with pytest.raises(ValueError, match=r'several trainings; give .* quickstart_apr.py, quick'):
        open_network_config('apr_rd/quickstart')
    with pytest.raises(ValueError, match='describes no model'):
        open_network_config('_base_/default_runtime')


@pytest.mark.parametrize('num', [1, 2])
def test_names_of_devices(monkeypatch, num):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: True)
    monkeypatch.setattr(torch.cuda, 'device_count', lambda: num)
    names = {'0': 'cuda:0', 'gpu': 'cuda', 'CUDA': 'cuda', 'GPU:0': 'cuda:0', 'cuda0': 'cuda:0'}
    for given, expected in {**names, 'CPU': 'cpu', ' cpu ': 'cpu', 0: 'cuda:0'}.items():
        assert choose_device(given) == expected
    assert choose_device() == 'cuda'
    known = ', '.join(['cpu', 'cuda', *(f'cuda:{i}' for i in range(num))])
    with pytest.raises(ValueError, match=f'there is no device 2: expected {known}$'):
        choose_device('2')


@pytest.mark.skipif(torch.cuda.is_available(), reason='there is a GPU')
def test_a_gpu_that_is_not_there():
    assert choose_device() == 'cpu'
    with pytest.raises(ValueError, match='PyTorch finds no GPU here'):
        choose_device('cuda:1')
