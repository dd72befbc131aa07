"""Training without clean images: pairs, teachers and blind spots in real runs."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from mmengine.hooks import Hook
from tiny_components import TinyNet, tiny_config

from mmrestore.engine import Runner
from mmrestore.engine.checkpoint import load_checkpoint
from mmrestore.registry import BATCH_TRANSFORMS, HOOKS

PAIR_LOSSES = dict(
    _delete_=True, reconstruction=dict(type='L1Loss'), consistency=dict(type='L1Loss')
)


@HOOKS.register_module()
class RecordWeight(Hook):
    """Writes down the consistency weight and the losses of every iteration."""

    def before_run(self, runner):
        self.seen = []

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        weight = getattr(runner.network, 'consistency_weight', None)
        self.seen.append((weight, {k: v.item() for k, v in outputs.items()}))


@BATCH_TRANSFORMS.register_module()
class SixTargets:
    """Makes six targets of the inputs."""

    def __call__(self, inputs, data_samples):
        samples = data_samples.new()
        samples.gt_img = inputs.unsqueeze(1) * torch.linspace(0, 1, 6).view(6, 1, 1, 1)
        return inputs, samples


def run(config, name):
    """Train; return the last checkpoint and what was seen."""
    config.experiment_name = name
    config.default_hooks.record = dict(type='RecordWeight')
    runner = Runner.from_cfg(config)
    runner.train()
    (record,) = [hook for hook in runner.hooks if isinstance(hook, RecordWeight)]
    last = (Path(config.work_dir) / 'last_checkpoint').read_text()
    return load_checkpoint(Path(config.work_dir) / last), record.seen


def pairs(work_dir, sampler, **options):
    config = tiny_config(work_dir, model__data_preprocessor__batch_transforms__noise=None)
    config.model.merge(
        dict(type='PairRestorer', sampler=dict(type=sampler), losses=PAIR_LOSSES, **options)
    )
    return config


def teacher_checkpoint(folder):
    torch.manual_seed(0)
    torch.save({'state_dict': TinyNet(width=7).state_dict()}, folder / 'teacher.pth')
    return str(folder / 'teacher.pth')


def assert_equal(one, two):
    assert one['meta']['iter'] == two['meta']['iter']
    for name, value in one['state_dict'].items():
        assert value.equal(two['state_dict'][name]), name


@pytest.mark.parametrize('sampler', ['AdjacentPixelSampler', 'CellPixelSampler'])
@pytest.mark.parametrize('detach', [True, False])
def test_pairs_of_pixels_train(tmp_path, sampler, detach):
    config = pairs(tmp_path, sampler, detach=detach)
    _, seen = run(config, f'{sampler} {detach}')
    assert len(seen) == 20
    for weight, losses in seen:
        assert weight == 4 and losses.keys() == {'loss', 'loss_reconstruction', 'loss_consistency'}
        parts = losses['loss_reconstruction'] + losses['loss_consistency']
        assert losses['loss'] == pytest.approx(parts, rel=1e-6)


def test_pairs_in_mixed_precision(tmp_path):
    config = pairs(tmp_path, 'AdjacentPixelSampler')
    config.optim_wrapper.type = 'AmpOptimWrapper'
    _, low = run(config, 'pairs in mixed precision')
    _, high = run(pairs(tmp_path / 'high', 'AdjacentPixelSampler'), 'pairs in float32')
    assert low[0][1]['loss'] != high[0][1]['loss']
    assert low[0][1]['loss'] == pytest.approx(high[0][1]['loss'], rel=0.02)


@pytest.mark.parametrize('by_epoch', [True, False])
def test_a_resumed_ramp_goes_on(tmp_path, by_epoch):
    ramp = dict(type='ConsistencyRampHook', increase_ratio=2.0, by_epoch=by_epoch)

    def config(name):
        made = pairs(tmp_path / name, 'CellPixelSampler')
        made.default_hooks.ramp = ramp
        made.default_hooks.checkpoint.max_keep_ckpts = 9
        return made

    whole, seen = run(config('whole'), f'whole ramp {by_epoch}')
    steps = [i // 5 if by_epoch else i for i in range(20)]
    expected = [2 * (t + 1) / (4 if by_epoch else 20) for t in steps]
    assert [weight for weight, _ in seen] == pytest.approx(expected)
    cut = config('cut')
    cut.load_from, cut.resume = str(tmp_path / 'whole' / 'epoch_2.pth'), True
    resumed, seen_after = run(cut, f'resumed ramp {by_epoch}')
    assert seen_after == seen[10:]
    assert_equal(whole, resumed)


def test_a_ramp_that_cannot_work_is_named(tmp_path):
    config = tiny_config(tmp_path / 'a')
    config.experiment_name = 'ramp of nothing'
    config.default_hooks.ramp = dict(type='ConsistencyRampHook')
    with pytest.raises(ValueError, match='needs a PairRestorer, got Restorer'):
        Runner.from_cfg(config).train()
    config = pairs(tmp_path / 'b', 'CellPixelSampler')
    config.experiment_name = 'ramp by epochs in iterations'
    config.train_cfg = dict(type='IterTrainLoop', max_iters=4)
    config.default_hooks.checkpoint.update(by_epoch=False)
    config.default_hooks.ramp = dict(type='ConsistencyRampHook')
    with pytest.raises(ValueError, match='by_epoch=False'):
        Runner.from_cfg(config).train()
    with pytest.raises(ValueError, match='must not be negative, got -1'):
        HOOKS.build(dict(type='ConsistencyRampHook', increase_ratio=-1))


def test_a_student_of_a_teacher_trains_and_resumes(tmp_path):
    """The teacher is made anew in a resumed run, and nothing that is drawn depends on when."""
    backbone = dict(type='TinyNet', width=7)
    teacher = dict(
        type='TeacherTarget',
        backbone=backbone,
        checkpoint=teacher_checkpoint(tmp_path),
        padding=4,
    )

    def config(name):
        made = tiny_config(tmp_path / name)
        transforms = dict(teacher=teacher, noise=dict(type='TinyNoise'))
        made.model.data_preprocessor.batch_transforms = transforms
        made.default_hooks.checkpoint.max_keep_ckpts = 9
        return made

    whole, seen = run(config('whole'), 'student')
    assert {len(v) for v in whole['state_dict'].values()} == {4, 3}, 'the student alone'
    cut = config('cut')
    cut.load_from, cut.resume = str(tmp_path / 'whole' / 'epoch_1.pth'), True
    resumed, seen_after = run(cut, 'resumed student')
    assert seen_after == seen[5:]
    assert_equal(whole, resumed)


def test_recharged_targets_train(tmp_path):
    config = tiny_config(tmp_path)
    config.model.data_preprocessor.batch_transforms = dict(
        targets=dict(type='SixTargets'), recharge=dict(type='Recharge')
    )
    config.model.losses.pixel.loss_weight = 6.0
    _, seen = run(config, 'recharged')
    assert seen[-1][1]['loss'] < seen[0][1]['loss']


def test_blind_spots_train(tmp_path):
    config = tiny_config(tmp_path)
    config.model.losses.pixel.type = 'MSELoss'
    config.model.data_preprocessor.batch_transforms.update(
        target=dict(type='NoisyTarget'), mask=dict(type='BlindSpotMask', cell=4, window=5)
    )
    _, seen = run(config, 'blind spots')
    assert len(seen) == 20


def test_a_missing_teacher_is_found_before_the_data_is_read(tmp_path):
    teacher = dict(type='TeacherTarget', backbone=dict(type='TinyNet'), checkpoint='lost.pth')
    config = tiny_config(tmp_path, model__data_preprocessor__batch_transforms__teacher=teacher)
    config.train_dataloader.dataset = dict(type='ImageFolder', root='lost', pipeline=[])
    config.experiment_name = 'missing_teacher'
    with pytest.raises(FileNotFoundError, match=r'lost\.pth.*train the teacher first'):
        Runner.from_cfg(config).train()
