"""Runs with a discriminator: resumed, in stages, with losses that go wrong, by the commands."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.runner import EpochBasedTrainLoop, IterBasedTrainLoop
from tiny_adversary import tiny_gan_config
from tiny_components import tiny_config
from trainings import follow, last_checkpoint, rates_of, train

from mmrestore.commands import main
from mmrestore.config import check_config, config_text
from mmrestore.datasets.image_file import read_image
from mmrestore.datasets.image_writer import write_image
from mmrestore.engine import Runner
from mmrestore.engine.checkpoint import load_checkpoint

TESTS = Path(__file__).parents[1]
SCHEDULES = dict(
    backbone=[dict(type='StepLR', step_size=1, gamma=0.5, by_epoch=True)],
    discriminator=[dict(type='StepLR', step_size=3, gamma=0.7, by_epoch=False)],
)


def assert_equal(one, two, place='checkpoint') -> None:
    """All tensors and numbers of two nested dictionaries are equal bit for bit."""
    assert type(one) is type(two), place
    if isinstance(one, dict):
        assert one.keys() == two.keys(), place
        for key in one:
            assert_equal(one[key], two[key], f'{place}.{key}')
    elif isinstance(one, (list, tuple)):
        assert len(one) == len(two), place
        for i, (a, b) in enumerate(zip(one, two, strict=True)):
            assert_equal(a, b, f'{place}.{i}')
    else:
        equal = torch.equal(one, two) if isinstance(one, torch.Tensor) else one == two
        assert equal, place


def assert_same_run(one: dict, two: dict) -> None:
    """Networks, averages, optimizers, schedulers, teachers and the state of hooks are equal."""
    parts = {name.split('.')[0] for name in one['state_dict']}
    assert parts == {'backbone', 'discriminator'}
    assert one['optimizer'].keys() == {'backbone', 'discriminator'}
    assert one['meta']['iter'] == two['meta']['iter']
    for checkpoint in (one, two):
        del checkpoint['meta']
    assert_equal(one, two)


def config_of(work_dir, **options):
    """Dropout, noise, averages, accumulated gradients and two discriminator steps."""
    config = tiny_gan_config(
        work_dir,
        model__discriminator_steps=2,
        optim_wrapper__backbone__accumulative_counts=2,
        optim_wrapper__discriminator__accumulative_counts=2,
        train_cfg__max_epochs=5,
        **options,
    )
    config.param_scheduler = SCHEDULES
    return config


def with_teacher(config, checkpoint, interval):
    teacher = dict(
        type='TeacherTarget', backbone=dict(type='TinyNet'), checkpoint=str(checkpoint), padding=2
    )
    config.model.data_preprocessor.batch_transforms = dict(
        teacher=teacher, noise=dict(type='TinyNoise')
    )
    config.default_hooks.stages = dict(type='TeacherUpdateHook', interval=interval)
    return config


@pytest.fixture(scope='module')
def first_stage(tmp_path_factory) -> Path:
    """The checkpoint of a plain restorer."""
    folder = tmp_path_factory.mktemp('first_stage')
    config = tiny_config(folder, train_cfg__max_epochs=1, custom_hooks=[])
    config.model.data_preprocessor.batch_transforms = {}
    train(config, 'first_stage')
    return folder / 'epoch_1.pth'


def signal_at(iteration: int, monkeypatch, loop=EpochBasedTrainLoop) -> None:
    """Let SIGTERM come at the beginning of an iteration."""
    run_iter = loop.run_iter

    def run_iter_and_signal(self, *arguments):
        if self.iter + 1 == iteration:
            signal.raise_signal(signal.SIGTERM)
        run_iter(self, *arguments)

    monkeypatch.setattr(loop, 'run_iter', run_iter_and_signal)


@pytest.mark.parametrize('at', [3, 10, 13, 16])
def test_a_stopped_run_ends_as_an_uninterrupted_one(tmp_path, monkeypatch, first_stage, at):
    """Within accumulated gradients, the turns of the discriminator, epochs and stages."""
    whole = train(with_teacher(config_of(tmp_path / 'whole'), first_stage, 7), f'gan_whole_{at}')
    signal_at(at, monkeypatch)
    config = with_teacher(config_of(tmp_path / 'cut'), first_stage, 7)
    with pytest.raises(SystemExit):
        train(config, f'gan_cut_{at}')
    stopped = last_checkpoint(config.work_dir)
    assert stopped['meta']['iter'] == at
    assert stopped['teachers']['teacher']['updates'] == (at - 1) // 7
    monkeypatch.undo()
    config.resume = True
    resumed = train(config, f'gan_resumed_{at}')
    assert whole['teachers']['teacher']['updates'] == 3
    assert len(whole['param_schedulers']) == 2
    assert_same_run(whole, resumed)


def test_a_killed_run_ends_as_an_uninterrupted_one(tmp_path):
    def by_iterations(work_dir):
        config = config_of(work_dir, train_dataloader__num_workers=2)
        config.train_cfg = dict(type='IterTrainLoop', max_iters=23, val_interval=9)
        config.default_hooks.checkpoint.update(by_epoch=False, interval=5, max_keep_ckpts=1)
        config.param_scheduler = SCHEDULES['discriminator']
        return config

    whole = train(by_iterations(tmp_path / 'whole'), 'gan_kill_whole')
    config = by_iterations(tmp_path / 'cut')
    config.dump(tmp_path / 'config.py')
    command = [sys.executable, '-m', 'mmrestore', 'train', str(tmp_path / 'config.py')]
    environment = {**os.environ, 'PYTHONPATH': str(TESTS), 'OMP_NUM_THREADS': '1'}
    process = subprocess.Popen([*command, '--work-dir', config.work_dir], env=environment)
    pointer = tmp_path / 'cut' / 'last_checkpoint'
    while not pointer.exists():
        assert process.poll() is None, 'the run ended before it wrote a checkpoint'
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert last_checkpoint(config.work_dir)['meta']['iter'] < 23
    config.resume = True
    assert_same_run(whole, train(config, 'gan_kill_resumed'))


def test_a_run_cannot_go_on_with_other_optimizers(tmp_path, first_stage):
    train(tiny_gan_config(tmp_path, train_cfg__max_epochs=1), 'gan_other')
    config = tiny_gan_config(tmp_path, resume=True)
    config.optim_wrapper.discriminator.optimizer.betas = (0.9, 0.99)
    with pytest.raises(ValueError, match=r'betas was \(0.5, 0.99\)'):
        train(config, 'gan_other_betas')


@pytest.mark.parametrize('source', ['load_from', 'hook'])
def test_a_second_stage_begins_with_the_first_and_learns_from_it(tmp_path, first_stage, source):
    config = with_teacher(tiny_gan_config(tmp_path, train_cfg__max_epochs=1), first_stage, 100)
    if source == 'load_from':
        config.load_from = str(first_stage)
    else:
        config.default_hooks.start = dict(type='InitialWeightsHook', checkpoint=str(first_stage))
    config.model.data_preprocessor.batch_transforms.teacher.padding = 0
    for part in config.optim_wrapper.values():
        part.optimizer.lr = 1e-12
    config.model.backbone.dropout = 0.0
    config.model.data_preprocessor.batch_transforms.pop('noise')
    config.custom_hooks = []
    config.experiment_name = f'gan_second_{source}'
    runner = Runner.from_cfg(config)
    runner.train()
    expected = load_checkpoint(first_stage)['state_dict']
    found = last_checkpoint(tmp_path)['state_dict']
    for name, value in expected.items():
        assert torch.allclose(found[name], value, atol=1e-6)
    pixel = runner.message_hub.get_scalar('train/loss_pixel').data[0]
    assert pixel.max() < 1e-12, 'the network has the targets that it makes itself'
    assert runner.message_hub.get_scalar('train/loss_adversarial').data[0].min() > 0.01
    assert last_checkpoint(tmp_path)['teachers']['teacher'] == {'updates': 0, 'state_dict': {}}


def test_the_student_becomes_the_teacher_at_the_end_of_a_stage(tmp_path, first_stage, monkeypatch):
    config = with_teacher(tiny_gan_config(tmp_path, train_cfg__max_epochs=3), first_stage, 6)
    seen, students = [], []
    run_iter = EpochBasedTrainLoop.run_iter

    def watched(loop, *arguments):
        network = loop.runner.network
        students.append(network.backbone.first.weight.detach().clone())
        run_iter(loop, *arguments)
        teacher = network.data_preprocessor.batch_transforms['teacher']
        seen.append(teacher.state_dict()['first.weight'].clone())
        assert not teacher._teacher.training

    monkeypatch.setattr(EpochBasedTrainLoop, 'run_iter', watched)
    train(config, 'gan_stages')
    first = load_checkpoint(first_stage)['state_dict']['backbone.first.weight']
    stages = [first] * 6 + [students[6]] * 6 + [students[12]] * 3
    assert len(seen) == 15
    assert all(a.equal(b) for a, b in zip(seen, stages, strict=True))
    assert not students[6].equal(first) and not students[12].equal(students[6])


def test_a_refreshed_teacher_needs_no_file_any_more(tmp_path, first_stage, monkeypatch):
    copy = tmp_path / 'copy.pth'
    copy.write_bytes(first_stage.read_bytes())
    signal_at(8, monkeypatch)
    config = with_teacher(tiny_gan_config(tmp_path / 'run', train_cfg__max_epochs=2), copy, 6)
    with pytest.raises(SystemExit):
        train(config, 'gan_no_file')
    monkeypatch.undo()
    copy.unlink()
    raw = torch.load(tmp_path / 'run' / 'iter_8.pth', weights_only=True)
    assert raw['teachers']['teacher']['state_dict'].keys() == {
        f'{layer}.{kind}' for layer in ('first', 'last') for kind in ('weight', 'bias')
    }
    config.resume = True
    assert train(config, 'gan_no_file_resumed')['meta']['iter'] == 10


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (dict(transform='teachr'), 'Did you mean teacher'),
        (dict(transform='noise'), 'TinyNoise, which has no teacher'),
        (dict(interval=0), 'at least 1 step'),
    ],
)
def test_wrong_stages_are_named(tmp_path, first_stage, options, message):
    config = with_teacher(tiny_gan_config(tmp_path), first_stage, 5)
    config.default_hooks.stages.update(options)
    with pytest.raises(ValueError, match=message):
        train(config, f'gan_wrong_{next(iter(options.values()))}')


def test_a_student_that_is_another_network_cannot_become_the_teacher(tmp_path, first_stage):
    config = with_teacher(tiny_gan_config(tmp_path, model__backbone__width=5), first_stage, 5)
    with pytest.raises(ValueError, match=r'another one\. of another shape: first\.weight'):
        train(config, 'gan_another_student')


def test_a_poisoned_discriminator_is_named_and_the_good_checkpoint_kept(tmp_path):
    config = tiny_gan_config(tmp_path / 'old')
    poison = dict(type='PoisonedRealImage', call=8)
    config.model.data_preprocessor.batch_transforms.poison = poison
    with pytest.raises(
        FloatingPointError, match=r'loss_discriminator is nan at iteration 8.*epoch_1\.pth'
    ) as error:
        train(config, 'gan_poisoned')
    last = last_checkpoint(tmp_path / 'old')
    assert last['meta']['iter'] == 5
    assert all(v.isfinite().all() for v in last['state_dict'].values())
    again = follow(str(error.value), config, tmp_path / 'new', 1e-12)
    assert again['meta']['iter'] == 5
    assert rates_of(again) == pytest.approx({'backbone': 1e-12, 'discriminator': 1e-12})
    for name, value in last['state_dict'].items():
        same = torch.allclose(again['state_dict'][name], value, atol=1e-6)
        assert same == name.startswith('backbone.'), 'the discriminator begins anew'


def test_commands_use_the_network_alone(tmp_path):
    config = tiny_gan_config(tmp_path / 'run', train_cfg__max_epochs=1)
    state = train(config, 'gan_commands')['state_dict']
    assert any(name.startswith('discriminator.') for name in state)
    plain = tiny_config(tmp_path / 'run', custom_hooks=[])
    scores = []
    checkpoint = str(tmp_path / 'run' / 'epoch_1.pth')
    image = np.random.default_rng(0).integers(0, 256, (9, 7, 3), dtype=np.uint8)
    write_image(tmp_path / 'image.png', image)
    for name, each in (('gan', config), ('plain', plain)):
        each.custom_hooks = []
        path = tmp_path / f'{name}.py'
        path.write_text(config_text(each))
        folder = tmp_path / f'test_{name}'
        main(['test', str(path), checkpoint, '--work-dir', str(folder)])
        (log,) = folder.glob('*/*.json')
        scores.append(json.loads(log.read_text())['tiny/PSNR'])
        main([
            *('restore', str(tmp_path / 'image.png'), '--config', str(path)),
            *('--checkpoint', checkpoint, '--output', str(tmp_path / f'restored_{name}')),
        ])  # fmt: skip
    assert scores[0] == scores[1]
    restored = [read_image(tmp_path / f'restored_{n}' / 'image.png') for n in ('gan', 'plain')]
    assert (restored[0] == restored[1]).all() and (restored[0] != image).any()


def test_mixed_precision_and_scaled_rates_reach_both_optimizers(tmp_path):
    config = tiny_gan_config(tmp_path / 'run', train_cfg__max_epochs=1)
    config.auto_scale_lr = dict(base_batch_size=8)
    (tmp_path / 'config.py').write_text(config_text(config))
    main([
        *('train', str(tmp_path / 'config.py'), '--work-dir', str(tmp_path / 'run')),
        *('--amp', '--auto-scale-lr'),
    ])  # fmt: skip
    optimizers = last_checkpoint(tmp_path / 'run')['optimizer']
    assert all('loss_scaler' in state for state in optimizers.values())
    rates = {name: state['param_groups'][0]['lr'] for name, state in optimizers.items()}
    assert rates == pytest.approx({'backbone': 1e-2 / 4, 'discriminator': 2e-2 / 4})


@pytest.mark.parametrize(
    ('options', 'error', 'message'),
    [
        ({'optim_wrapper.discriminater': dict(type='OptimWrapper')}, ValueError, 'Did you mean d'),
        ({'optim_wrapper.backbone.optimizer.beta': 1}, TypeError, 'Did you mean betas'),
        ({'optim_wrapper.discriminator.clip_gard': 1}, TypeError, 'Did you mean clip_grad'),
        ({'model.adversarial.kind': 'wasserstein'}, ValueError, "least_squares, .*'wasserstein'"),
        ({'model.discriminator.widht': 3}, TypeError, 'Did you mean width'),
        ({'param_scheduler.neither': []}, ValueError, 'expected schedules for backbone, discrim'),
    ],
)
def test_misspelt_settings_are_named(tmp_path, options, error, message):
    config = tiny_gan_config(tmp_path)
    config.param_scheduler = dict(SCHEDULES)
    config.merge_from_dict(options)
    with pytest.raises(error, match=message):
        Runner.from_cfg(config)


def test_one_optimizer_where_two_are_needed_and_two_where_one_is(tmp_path):
    config, plain = tiny_gan_config(tmp_path), tiny_config(tmp_path)
    check_config(config)
    wrappers = config.pop('optim_wrapper')
    config.optim_wrapper = plain.optim_wrapper
    with pytest.raises(ValueError, match='GANRestorer needs optimizers, one for each of backbone'):
        check_config(config)
    plain.pop('optim_wrapper')
    plain.optim_wrapper = wrappers
    with pytest.raises(ValueError, match='Restorer needs optimizers, one for the whole network'):
        check_config(plain)


def test_a_network_that_enlarges_learns_from_unpaired_images(tmp_path):
    """Without targets: the teacher is the first network, clean patches are twice as large."""
    from mmrestore.registry import MODELS

    torch.manual_seed(0)
    net = MODELS.get('TinyEnlargingNet')()
    torch.save(net.state_dict(), tmp_path / 'first.pth')
    config = tiny_gan_config(tmp_path / 'run', model__backbone=dict(type='TinyEnlargingNet'))
    config.model.backbone.pop('dropout', None)
    teacher = dict(
        type='TeacherTarget',
        backbone=dict(type='TinyEnlargingNet'),
        checkpoint=str(tmp_path / 'first.pth'),
        padding=0,
    )
    config.model.data_preprocessor.batch_transforms = dict(teacher=teacher)
    config.train_dataloader.dataset.clean.size = 16
    config.val_dataloader = config.val_evaluator = config.val_cfg = None
    config.default_hooks.checkpoint.save_best = []
    config.train_cfg = dict(type='IterTrainLoop', max_iters=6, val_interval=100)
    config.default_hooks.checkpoint.update(by_epoch=False, interval=6)
    config.param_scheduler = []
    config.load_from = str(tmp_path / 'first.pth')
    config.experiment_name = 'gan_enlarging'
    runner = Runner.from_cfg(config)
    runner.train()
    pixel = runner.message_hub.get_scalar('train/loss_pixel').data[0]
    assert pixel[0] == 0 and (pixel[1:] > 0).all(), 'it begins as its teacher and leaves it'
    assert last_checkpoint(tmp_path / 'run')['param_schedulers'] == []
    assert issubclass(type(runner.train_loop), IterBasedTrainLoop)
