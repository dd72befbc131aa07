"""Training runs: resumed ones end as uninterrupted ones, bad input is named."""

from __future__ import annotations

import errno
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from mmengine.runner import EpochBasedTrainLoop
from tiny_components import tiny_config
from trainings import assert_same_state, last_checkpoint, train

from mmrestore.datasets.image_file import read_image
from mmrestore.datasets.sampler import ResumableSampler
from mmrestore.engine import Runner

TESTS = Path(__file__).parents[1]


def config_of(work_dir, loop: str, workers: int):
    config = tiny_config(work_dir, train_dataloader__num_workers=workers)
    if loop == 'iterations':
        config.train_cfg = dict(type='IterTrainLoop', max_iters=17, val_interval=6)
        config.default_hooks.checkpoint.update(by_epoch=False, interval=4)
        config.param_scheduler = [dict(type='StepLR', step_size=5, gamma=0.5, by_epoch=False)]
    return config


@pytest.mark.parametrize('loop', ['epochs', 'iterations'])
@pytest.mark.parametrize('workers', [0, 2])
def test_a_killed_run_ends_as_an_uninterrupted_one(tmp_path, loop, workers):
    whole = train(config_of(tmp_path / 'whole', loop, workers), f'whole_{loop}_{workers}')

    config = config_of(tmp_path / 'cut', loop, workers)
    config.default_hooks.checkpoint.max_keep_ckpts = 1
    config.dump(tmp_path / 'config.py')
    command = [sys.executable, '-m', 'mmrestore', 'train', str(tmp_path / 'config.py')]
    environment = {**os.environ, 'PYTHONPATH': str(TESTS), 'OMP_NUM_THREADS': '1'}
    process = subprocess.Popen([*command, '--work-dir', config.work_dir], env=environment)
    pointer = Path(config.work_dir) / 'last_checkpoint'
    while not pointer.exists():
        assert process.poll() is None, 'the run ended before it wrote a checkpoint'
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.wait()
    moved = tmp_path / 'moved'
    shutil.move(config.work_dir, moved)

    config.work_dir, config.resume = str(moved), True
    resumed = train(config, f'resumed_{loop}_{workers}')
    assert_same_state(whole, resumed)
    best = [
        json.loads((p / 'validations.json').read_text())['best']
        for p in (tmp_path / 'whole', moved)
    ]
    assert best[0] == best[1]
    assert (moved / best[1]['tiny/PSNR']['file']).is_file()


def signal_at(iteration: int, monkeypatch) -> None:
    """Let SIGTERM come at the beginning of an iteration."""
    run_iter = EpochBasedTrainLoop.run_iter

    def run_iter_and_signal(loop, idx, batch):
        if loop.iter + 1 == iteration:
            signal.raise_signal(signal.SIGTERM)
        run_iter(loop, idx, batch)

    monkeypatch.setattr(EpochBasedTrainLoop, 'run_iter', run_iter_and_signal)


@pytest.mark.parametrize('at', [3, 5, 8, 20])
def test_sigterm_saves_and_the_run_goes_on_in_the_middle_of_an_epoch(tmp_path, monkeypatch, at):
    whole = train(tiny_config(tmp_path / 'whole'), f'whole_term_{at}')
    signal_at(at, monkeypatch)
    config = tiny_config(tmp_path / 'cut')
    with pytest.raises(SystemExit) as stopped:
        train(config, f'cut_term_{at}')
    assert stopped.value.code == 143
    assert last_checkpoint(config.work_dir)['meta']['iter'] == at
    monkeypatch.undo()
    config.resume = True
    assert_same_state(whole, train(config, f'resumed_term_{at}'))


def test_resuming_replays_no_data(tmp_path, monkeypatch):
    from tiny_components import TinyImages

    config = tiny_config(tmp_path)
    train(config, 'no_replay')
    config.resume = True
    config.train_cfg.max_epochs = 5
    read = []
    original = TinyImages.__getitem__
    monkeypatch.setattr(
        TinyImages, '__getitem__', lambda self, key: read.append(key) or original(self, key)
    )
    train(config, 'no_replay_resumed')
    training = [key for key in read if not isinstance(key, int)]
    assert training == list(itertools.islice(ResumableSampler(range(10), seed=3), 40, 50))


def test_the_best_weights_are_kept_and_old_checkpoints_removed(tmp_path):
    config = tiny_config(tmp_path, train_cfg__max_epochs=6)
    train(config, 'best')
    names = sorted(p.name for p in tmp_path.glob('*.pth'))
    record = json.loads((tmp_path / 'validations.json').read_text())
    assert names == sorted([record['best']['tiny/PSNR']['file'], 'epoch_5.pth', 'epoch_6.pth'])
    assert record['last'] == 30
    best = torch.load(tmp_path / record['best']['tiny/PSNR']['file'], weights_only=True)
    assert best.keys() == {'meta', 'state_dict'}
    config.resume, config.load_from = True, str(tmp_path / record['best']['tiny/PSNR']['file'])
    with pytest.raises(ValueError, match='holds weights only and cannot be resumed'):
        train(config, 'best_resumed')


def test_a_non_finite_loss_stops_the_run_and_keeps_the_good_checkpoint(tmp_path):
    config = tiny_config(tmp_path)
    config.model.data_preprocessor.batch_transforms.poison = dict(type='PoisonedTarget', call=8)
    with pytest.raises(
        FloatingPointError,
        match=r'is inf at iteration 8.*epoch_1\.pth optim_wrapper\.optimizer\.lr=',
    ):
        train(config, 'poisoned')
    assert last_checkpoint(tmp_path)['meta']['iter'] == 5
    assert all(v.isfinite().all() for v in last_checkpoint(tmp_path)['state_dict'].values())


@pytest.mark.parametrize(
    ('options', 'error', 'message'),
    [
        ({'model__backbone__type': 'TinyNett'}, KeyError, 'Did you mean TinyNet'),
        ({'model__backbone__witdh': 3}, TypeError, "no argument 'witdh'. Did you mean width"),
        ({'model__losses__pixel__type': 'L1loss'}, KeyError, 'Did you mean L1Loss'),
        ({'train_dataloader__total_batch_size': 4}, ValueError, 'give one of them'),
        ({'train_dataloader__batch_size': 11}, ValueError, 'does not fill one batch of 11'),
        ({'train_dataloader__dataset__length': 0}, ValueError, '0 samples'),
        ({'val_evaluator__metrics': [dict(type='PSRN')]}, KeyError, 'Did you mean PSNR'),
        (
            {'default_hooks__checkpoint__save_best': 'tiny/PSRN'},
            ValueError,
            'Did you mean tiny/PSNR',
        ),
        ({'default_hooks__checkpoint__intervall': 3}, TypeError, 'intervall'),
    ],
)
def test_bad_configs_fail_before_training(tmp_path, options, error, message):
    config = tiny_config(tmp_path, **options)
    with pytest.raises(error, match=message):
        train(config, f'bad_{next(iter(options))}')
    assert not list(tmp_path.glob('*.pth'))


def test_a_hook_that_counts_otherwise_than_the_loop_is_refused(tmp_path):
    config = config_of(tmp_path, 'iterations', 0)
    config.default_hooks.checkpoint.by_epoch = True
    with pytest.raises(ValueError, match='counts epochs but the loop iterations'):
        train(config, 'other_count')


def test_a_second_run_does_not_destroy_the_first(tmp_path):
    train(tiny_config(tmp_path, train_cfg__max_epochs=1), 'first_run')
    with pytest.raises(ValueError, match='holds checkpoints of another run'):
        train(tiny_config(tmp_path), 'second_run')
    assert last_checkpoint(tmp_path)['meta']['epoch'] == 1


def test_weights_that_are_not_finite_are_never_saved(tmp_path):
    # The loss of the only iteration of the first epoch is finite, the step that follows is not.
    config = tiny_config(tmp_path, train_dataloader__dataset__length=2)
    config.optim_wrapper.optimizer = dict(type='SGD', lr=float('inf'))
    with pytest.raises(FloatingPointError, match='weights are not finite at iteration 1'):
        train(config, 'poisoned_weights')
    assert not list(tmp_path.glob('*.pth'))


@pytest.mark.parametrize('at', [3, 5])
def test_accumulated_gradients_survive_a_resume(tmp_path, monkeypatch, at):
    options = dict(optim_wrapper__accumulative_counts=2, train_cfg__max_epochs=2)
    whole = train(tiny_config(tmp_path / 'whole', **options), f'whole_gradients_{at}')
    signal_at(at, monkeypatch)
    config = tiny_config(tmp_path / 'cut', **options)
    with pytest.raises(SystemExit):
        train(config, f'cut_gradients_{at}')
    assert last_checkpoint(config.work_dir)['gradients']
    monkeypatch.undo()
    config.resume = True
    assert_same_state(whole, train(config, f'resumed_gradients_{at}'))


def test_pictures_curves_and_tensorboard_are_written(tmp_path):
    pytest.importorskip('tensorboard')
    config = tiny_config(tmp_path)
    config.default_hooks.pictures = dict(type='PictureHook', num_images=2)
    config.default_hooks.curves = dict(type='CurveHook')
    config.default_hooks.history = dict(type='TrimHistoryHook', max_length=7)
    config.visualizer.vis_backends.append(dict(type='TensorboardVisBackend'))
    config.experiment_name = 'pictures'
    runner = Runner.from_cfg(config)
    runner.train()
    shown = sorted(path.name for path in tmp_path.glob('*/vis_data/vis_image/*.png'))
    assert shown == ['tiny_0_10.png', 'tiny_0_20.png', 'tiny_1_10.png', 'tiny_1_20.png']
    picture = read_image(next(tmp_path.glob('*/vis_data/vis_image/tiny_0_10.png')))
    assert picture.shape == (12, 3 * 12 + 2 * 4, 3)
    noisy, target = picture[:, :12], picture[:, -12:]
    assert (noisy == 255 - target.astype(int)).all(), 'targets of tiny pairs are inverted'
    assert read_image(tmp_path / 'curves.png').std() > 1
    assert list(tmp_path.glob('*/vis_data/events.out.tfevents*'))
    history = runner.message_hub.get_scalar('train/images_per_s').data[0]
    assert 0 < len(history) <= 8
    assert (history > 0).all()


def test_pictures_of_a_data_set_whose_name_has_a_slash(tmp_path):
    config = tiny_config(tmp_path, train_cfg__max_epochs=2, val_dataloader__dataset__name='a/b')
    config.default_hooks.pictures = dict(type='PictureHook', num_images=1)
    config.default_hooks.checkpoint = dict(type='CheckpointHook', interval=1)
    config.experiment_name = 'pictures of a/b'.replace('/', '_')
    Runner.from_cfg(config).train()
    shown = [path.name for path in tmp_path.glob('*/vis_data/vis_image/*.png')]
    assert shown == ['a_b_0_10.png']


def test_a_network_is_compiled_by_one_setting(tmp_path):
    if shutil.which('g++') is None:
        pytest.skip('torch.compile needs a C++ compiler on a CPU')
    config = tiny_config(tmp_path, train_cfg__max_epochs=1, model__backbone__dropout=0.0)
    config.model.data_preprocessor.batch_transforms = {}
    eager = train(config, 'eager')['state_dict']
    config.model.compile = True
    config.work_dir = str(tmp_path / 'compiled')
    compiled = train(config, 'compiled')['state_dict']
    assert compiled.keys() == eager.keys()
    assert all(torch.allclose(compiled[k], eager[k], atol=1e-5) for k in eager)


def test_a_checkpoint_of_another_network_is_refused(tmp_path):
    train(tiny_config(tmp_path, train_cfg__max_epochs=1), 'first_network')
    config = tiny_config(tmp_path, model__backbone__width=5, resume=True)
    with pytest.raises(ValueError, match=r'of another shape: .*first.weight \(4, 3, 3, 3\)'):
        train(config, 'second_network')
    config.resume, config.load_from = False, str(tmp_path / 'epoch_1.pth')
    config.work_dir = str(tmp_path / 'other')
    with pytest.raises(ValueError, match=r'does not fit TinyNet .*first.weight \(4, 3, 3, 3\)'):
        train(config, 'third_network')


def test_another_schedule_or_batch_is_refused_on_resume(tmp_path):
    train(tiny_config(tmp_path, train_cfg__max_epochs=1), 'schedule')
    config = tiny_config(tmp_path, resume=True)
    config.param_scheduler[0].gamma = 0.1
    with pytest.raises(ValueError, match='another learning-rate schedule'):
        train(config, 'other_schedule')
    config = tiny_config(tmp_path, resume=True, train_dataloader__dataset__length=20)
    with pytest.raises(ValueError, match='5 steps an epoch, this one has 10'):
        train(config, 'other_data')
    config = tiny_config(tmp_path, resume=True, custom_hooks=[])
    with pytest.raises(ValueError, match='keep its EMAHook'):
        train(config, 'no_average')
    config = tiny_config(tmp_path, resume=True, train_dataloader__batch_size=3)
    with pytest.raises(ValueError, match='2 images a step over all processes, this one has 3'):
        train(config, 'other_batch')


def test_bfloat16_trains_on_the_cpu_and_float16_is_refused(tmp_path):
    config = tiny_config(tmp_path, optim_wrapper__type='AmpOptimWrapper', train_cfg__max_epochs=1)
    state = train(config, 'bf16')
    assert state['state_dict']['backbone.first.weight'].dtype == torch.float32
    if not torch.cuda.is_available():
        config.optim_wrapper.dtype = 'float16'
        with pytest.raises(ValueError, match='float16 needs a GPU'):
            train(config, 'fp16')


@pytest.mark.parametrize('written', [0, 1])
def test_a_checkpoint_that_cannot_be_written_ends_with_what_to_do(tmp_path, monkeypatch, written):
    save, calls = torch.save, itertools.count()

    def full(checkpoint, file):
        if next(calls) >= written:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        save(checkpoint, file)

    monkeypatch.setattr(torch, 'save', full)
    config = tiny_config(tmp_path, train_cfg__val_interval=9, train_cfg__max_epochs=2)
    with pytest.raises(OSError, match=r'pth could not be written: No space left') as error:
        train(config, f'full_disk_{written}')
    advice = 'epoch_1.pth is whole: resume from it with --resume'
    assert (advice in str(error.value)) == bool(written), 'only where there is one'
    assert str(error.value).startswith(str(tmp_path / f'epoch_{written + 1}.pth'))
