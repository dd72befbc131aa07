"""Several processes on a CPU."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from tiny_adversary import tiny_gan_config
from tiny_components import tiny_config

from mmrestore.engine import Runner, launch
from mmrestore.engine.checkpoint import load_checkpoint
from mmrestore.engine.launch import init_process_group

REPOSITORY = Path(__file__).parents[2]


def environment() -> dict[str, str]:
    """The variables of a script, whose processes import this tree and not what is installed."""
    return {
        **os.environ,
        'PYTHON': sys.executable,
        'PYTHONPATH': os.pathsep.join(map(str, (REPOSITORY, REPOSITORY / 'tests'))),
        'OMP_NUM_THREADS': '1',
    }


def run_script(script: str, *words: str, fails: bool = False) -> subprocess.CompletedProcess:
    command = ['bash', str(REPOSITORY / 'tools' / script), *map(str, words)]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=240)
    assert (done.returncode != 0) == fails, done.stdout[-2000:] + done.stderr[-4000:]
    return done


def quiet_config(work_dir, **options):
    """A config without random draws and with 11 images, which two processes cannot share evenly."""
    config = tiny_config(
        work_dir,
        **options,
        model__backbone__dropout=0.0,
        model__data_preprocessor__batch_transforms__noise=None,
        train_dataloader__dataset__length=11,
        train_dataloader__total_batch_size=4,
    )
    config.model.data_preprocessor.batch_transforms = {}
    del config.train_dataloader['batch_size']
    return config


def assert_resumes(folder):
    """Go on from the middle of a step of accumulated gradients; all is as if never stopped."""
    start = folder / 'two' / 'epoch_1.pth'
    assert load_checkpoint(start)['gradients']
    run_script(
        'dist_train.sh', folder / 'config.py', 2, '--work-dir', folder / 'resumed',
        '--resume', start,
    )  # fmt: skip
    whole, resumed = (load_checkpoint(folder / n / 'epoch_4.pth') for n in ('two', 'resumed'))
    for name, value in whole['state_dict'].items():
        assert torch.equal(value, resumed['state_dict'][name]), name


def test_two_processes_take_the_steps_of_one(tmp_path):
    config = quiet_config(tmp_path / 'one')
    config.experiment_name = 'one_process'
    Runner.from_cfg(config).train()
    two = quiet_config(tmp_path / 'two', log_level='INFO')
    two.default_hooks.summary = dict(type='SummaryHook')
    two.dump(tmp_path / 'config.py')
    done = run_script('dist_train.sh', tmp_path / 'config.py', 2, '--work-dir', tmp_path / 'two')
    assert done.stdout.count('training config') == done.stdout.count('mmrestore restore') == 1
    assert '3 images every 2 epochs' in done.stdout
    assert 'input 4.73 dB' in done.stdout  # the mean over the images of both processes
    assert 'Warning' not in done.stderr
    one, two = (load_checkpoint(tmp_path / name / 'epoch_4.pth') for name in ('one', 'two'))
    assert one['meta']['iter'] == two['meta']['iter'] == 8
    for key in ('state_dict', 'ema_state_dict'):
        for name, value in one[key].items():
            assert torch.allclose(value, two[key][name], atol=1e-6), name
    metrics = [(tmp_path / name / 'validations.json').read_text() for name in ('one', 'two')]
    scores = [json.loads(text)['best']['tiny/PSNR']['score'] for text in metrics]
    assert scores[0] == pytest.approx(scores[1], abs=1e-4)

    done = run_script(
        'dist_test.sh', tmp_path / 'config.py', tmp_path / 'two' / 'epoch_4.pth', 2,
        '--work-dir', tmp_path / 'test', '--cfg-options', 'log_level=INFO',
    )  # fmt: skip
    assert 'tiny/PSNR' in done.stdout + done.stderr


@pytest.mark.parametrize(('steps', 'accumulate'), [(1, 1), (2, 3)])
def test_two_processes_take_the_adversarial_steps_of_one(tmp_path, steps, accumulate):
    def config_of(work_dir):
        config = tiny_gan_config(
            work_dir,
            model__discriminator_steps=steps,
            model__backbone__dropout=0.0,
            optim_wrapper__backbone__accumulative_counts=accumulate,
            optim_wrapper__discriminator__accumulative_counts=accumulate,
            train_dataloader__total_batch_size=4,
            train_dataloader__dataset__degraded__length=11,
        )
        config.model.data_preprocessor.batch_transforms = {}
        del config.train_dataloader['batch_size']
        config.param_scheduler = dict(
            backbone=[dict(type='StepLR', step_size=1, gamma=0.5, by_epoch=True)],
            discriminator=[dict(type='StepLR', step_size=3, gamma=0.7, by_epoch=False)],
        )
        return config

    config = config_of(tmp_path / 'one')
    config.experiment_name = f'one_gan_{steps}'
    runner = Runner.from_cfg(config)
    start = {name: value.clone() for name, value in runner.network.state_dict().items()}
    runner.train()
    two = config_of(tmp_path / 'two')
    two.default_hooks.checkpoint.max_keep_ckpts = 4
    two.dump(tmp_path / 'config.py')
    run_script('dist_train.sh', tmp_path / 'config.py', 2, '--work-dir', tmp_path / 'two')
    one, two = (load_checkpoint(tmp_path / name / 'epoch_4.pth') for name in ('one', 'two'))
    assert one['meta']['iter'] == two['meta']['iter'] == 8
    for key in ('state_dict', 'ema_state_dict'):
        for name, value in one[key].items():
            assert torch.allclose(value, two[key][name], atol=1e-6), name
    for name, value in start.items():
        assert not torch.allclose(one['ema_state_dict'][f'module.{name}'], value, atol=1e-4), name
    for part, updates in (
        ('discriminator', -(-8 // accumulate)),
        ('backbone', 8 // accumulate // steps),
    ):
        for checkpoint in (one, two):
            states = checkpoint['optimizer'][part]['state'].values()
            assert {state['step'].item() for state in states} == {updates}
    assert one['param_schedulers'] == two['param_schedulers']
    if accumulate > 1:
        assert_resumes(tmp_path)


@pytest.mark.parametrize('averaged', [False, True])
def test_batch_norm_is_validated_saved_and_resumed_as_one_network(tmp_path, averaged):
    def config_of(work_dir):
        config = quiet_config(work_dir, optim_wrapper__accumulative_counts=3)
        config.model.backbone = dict(type='DnCNN', in_channels=3, channels=4, num_layers=4)
        config.default_hooks.checkpoint.max_keep_ckpts = 4
        config.custom_hooks = config.custom_hooks if averaged else []
        return config

    config_of(tmp_path / 'two').dump(tmp_path / 'config.py')
    run_script('dist_train.sh', tmp_path / 'config.py', 2, '--work-dir', tmp_path / 'two')
    validations = (tmp_path / 'two' / 'validations.json').read_text()
    best = json.loads(validations)['best']['tiny/PSNR']
    config = config_of(tmp_path / 'one')
    config.load_from = str(tmp_path / 'two' / best['file'])
    config.custom_hooks = []
    config.experiment_name = f'one_process_validates_{averaged}'
    assert Runner.from_cfg(config).val()['tiny/PSNR'] == pytest.approx(best['score'], abs=1e-5)

    assert_resumes(tmp_path)
    assert (tmp_path / 'resumed' / 'validations.json').read_text() == validations


@pytest.mark.parametrize(('name', 'status'), [('SIGTERM', 143), ('SIGINT', 130)])
def test_two_processes_stop_after_a_step_of_accumulated_gradients(tmp_path, name, status):
    config = quiet_config(tmp_path / 'run', optim_wrapper__accumulative_counts=3)
    config.custom_hooks.append(dict(type='SignalAt', iteration=5, name=name))
    config.default_hooks.checkpoint.max_keep_ckpts = 9
    config.dump(tmp_path / 'config.py')
    done = run_script('dist_train.sh', tmp_path / 'config.py', 2, fails=True)
    assert done.returncode == status
    assert (tmp_path / 'run' / 'last_checkpoint').read_text() == 'iter_6.pth'
    gradients = {
        path.name: len(load_checkpoint(path)['gradients'])
        for path in (tmp_path / 'run').glob('*_[0-9].pth')
        if 'best' not in path.name
    }
    assert gradients == {'epoch_1.pth': 4, 'epoch_2.pth': 4, 'iter_6.pth': 0}


def test_scripts_run_this_tree(tmp_path):
    find = "import importlib.util; print(importlib.util.find_spec('mmrestore').origin)"
    command = [sys.executable, '-S', '-c', find]  # -S: without what is installed
    done = subprocess.run(
        command, env=environment(), cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert Path(done.stdout.strip()) == REPOSITORY / 'mmrestore' / '__init__.py'


def test_ranks_draw_differently_and_a_second_run_draws_the_same(tmp_path):
    draws = []
    for run in ('first', 'second'):
        config = tiny_config(tmp_path / run, train_cfg__max_epochs=1)
        folder = tmp_path / f'draws_{run}'
        folder.mkdir()
        config.model.data_preprocessor.batch_transforms = dict(
            record=dict(type='RecordDraws', folder=str(folder))
        )
        config.dump(tmp_path / f'{run}.py')
        run_script('dist_train.sh', tmp_path / f'{run}.py', 2)
        draws.append([(folder / f'draws_of_rank_{r}.txt').read_text().split() for r in range(2)])
    assert draws[0] == draws[1]
    ranks = draws[0]
    assert len(ranks[0]) == len(ranks[1]) == 2
    assert len(set(ranks[0] + ranks[1])) == 4


def test_missing_variables_and_unknown_launchers_are_named(monkeypatch):
    monkeypatch.delenv('RANK', raising=False)
    with pytest.raises(RuntimeError, match=r'needs RANK.*tools/dist_train.sh'):
        init_process_group('pytorch')
    with pytest.raises(ValueError, match="got 'mpii'"):
        init_process_group('mpii')


def test_variables_of_slurm_are_read(monkeypatch):
    found = {}
    monkeypatch.setattr(launch.dist, 'init_process_group', lambda *a, **k: found.update(os.environ))
    for name in ('RANK', 'WORLD_SIZE', 'LOCAL_RANK', 'MASTER_ADDR', 'MASTER_PORT'):
        monkeypatch.setenv(name, 'before')  # so that they are restored after the test
        monkeypatch.delenv(name)
    monkeypatch.delenv('SLURM_STEP_NODELIST', raising=False)
    slurm = {'PROCID': '3', 'NTASKS': '4', 'LOCALID': '1', 'NODELIST': 'host[1-2]'}
    for name, value in {**slurm, 'JOB_ID': '4001', 'STEP_ID': '0'}.items():
        monkeypatch.setenv(f'SLURM_{name}', value)
    answer = SimpleNamespace(stdout='host1\nhost2\n')
    monkeypatch.setattr(launch.subprocess, 'run', lambda *a, **k: answer)
    launch.init_process_group('slurm')
    names = ('RANK', 'WORLD_SIZE', 'LOCAL_RANK', 'MASTER_ADDR', 'MASTER_PORT')
    assert [found[name] for name in names] == ['3', '4', '1', 'host1', '14031']


def test_jobs_that_may_share_a_node_have_different_ports():
    ports = [
        launch.slurm_port(str(700_000 + job), str(step)) for job in range(60) for step in range(9)
    ]
    assert len(set(ports)) == len(ports)
    assert min(ports) >= 10000 and max(ports) < 30000, 'below what systems give to connections'
