"""A loss that is not finite stops a run, or its update is skipped; the batch is kept."""

from __future__ import annotations

from itertools import islice

import pytest
import torch
from tiny_adversary import tiny_gan_config
from tiny_components import tiny_config
from trainings import assert_same_state, train

from mmrestore.datasets import ResumableSampler
from mmrestore.engine.checkpoint import load_checkpoint


def paths_of(iteration: int) -> list[str]:
    """The paths of the images of an iteration, counted from 1, of the tiny config."""
    keys = islice(ResumableSampler(range(10), seed=3), 2 * iteration - 2, 2 * iteration)
    return [f'{key}.png' for key in keys]


def poisoned(work_dir, iterations, skip, make=tiny_config, **options):
    config = make(work_dir, **options)
    words = [paths_of(iteration)[0] for iteration in iterations]
    transforms = config.model.data_preprocessor.batch_transforms
    transforms.poison = dict(type='PoisonedImages', words=words)
    config.default_hooks.finite_loss.skip = skip
    return config


def with_norms(work_dir, **options):
    """A network with running statistics, which an image that is not finite spoils."""
    config = tiny_config(work_dir, **options)
    config.model.backbone = dict(type='DnCNN', in_channels=3, channels=4, num_layers=3)
    return config


AMP = dict(type='AmpOptimWrapper', dtype='bfloat16', clip_grad=dict(max_norm=1))


@pytest.mark.parametrize('options', [{}, {'optim_wrapper': AMP}])
def test_a_skipped_iteration_changes_nothing(tmp_path, options):
    iterations = dict(type='IterTrainLoop', max_iters=2, val_interval=9)
    options = {**options, 'val_dataloader': None}
    states = []
    for last, poison in ((2, []), (3, [3])):
        config = poisoned(tmp_path / str(last), poison, 1, with_norms, **options)
        config.optim_wrapper.optimizer = dict(type='Adam', lr=1e-2)
        config.train_cfg = dict(iterations, max_iters=last)
        config.default_hooks.checkpoint.update(by_epoch=False, interval=1, save_best=None)
        config.custom_hooks = []
        config.param_scheduler = []
        states.append(train(config, f'skip_{last}_{len(options)}'))
    two, three = states
    assert three['meta']['iter'] == 3 and three['finite_loss'] == {'in_a_row': 1, 'skipped': 1}
    for name, value in two['state_dict'].items():
        assert value.isfinite().all() and value.equal(three['state_dict'][name]), name
    assert str(two['optimizer']) == str(three['optimizer'])


def test_what_skips_and_stops_ends_as_what_does_not_stop(tmp_path):
    """Steps of three iterations, one or two of which are skipped, across an end of an epoch."""
    poison = (2, 5, 6, 9, 18)
    options = {'optim_wrapper__accumulative_counts': 3}
    whole = train(poisoned(tmp_path / 'whole', poison, 2, with_norms, **options), 'whole_skips')
    assert whole['finite_loss'] == {'in_a_row': 0, 'skipped': 5}
    config = poisoned(tmp_path / 'resumed', poison, 2, with_norms, **options)
    config.resume, config.load_from = True, str(tmp_path / 'whole' / 'epoch_3.pth')
    resumed = train(config, 'resumed_skips')
    assert_same_state(whole, resumed)
    assert resumed['finite_loss'] == whole['finite_loss']


def test_too_many_in_a_row_stop_the_run_also_across_a_resume(tmp_path):
    poison = (5, 6)
    with pytest.raises(
        FloatingPointError, match=r'iteration 6, 1 before it were skipped \(.*\): lower'
    ):
        train(poisoned(tmp_path, poison, 1), 'rows')
    assert load_checkpoint(tmp_path / 'epoch_1.pth')['finite_loss']['in_a_row'] == 1
    config = poisoned(tmp_path, poison, 1)
    config.resume = True
    with pytest.raises(FloatingPointError, match='iteration 6, 1 before it were skipped'):
        train(config, 'rows_resumed')


@pytest.mark.parametrize('skip', [0, 1])
def test_the_batch_is_written_as_the_network_got_it(tmp_path, skip):
    config = poisoned(tmp_path, (4,), skip, train_cfg__max_epochs=1, train_cfg__val_interval=9)
    if skip:
        train(config, 'written')
    else:
        with pytest.raises(FloatingPointError, match=r'batch is in .*non_finite/iter_4\.pth\)'):
            train(config, 'written_and_stopped')
    content = torch.load(tmp_path / 'non_finite' / 'iter_4.pth', weights_only=True)
    broken = content['inputs'].isnan().flatten(1).sum(dim=1)
    assert broken.tolist() == [1, 0] and content['paths'] == paths_of(4)
    assert content['iteration'] == 4 and content['losses']['loss'] != content['losses']['loss']
    target = content['data_samples']['gt_img']
    noise = (content['inputs'] - target)[1]
    assert 0.05 < noise.std() < 0.15, 'the noise of this iteration is in it'


def test_what_is_logged_of_a_run_that_skips_is_finite(tmp_path):
    config = poisoned(tmp_path, (1, 7), 1, visualizer__vis_backends=[dict(type='LocalVisBackend')])
    train(config, 'logged')
    (log,) = tmp_path.glob('*/vis_data/scalars.json')
    assert 'NaN' not in log.read_text() and '"loss"' in log.read_text()
    text = next(tmp_path.glob('*/*.log')).read_text()
    for iteration in (1, 7):
        assert text.count(f'iteration {iteration} is skipped (the batch is in ') == 1
    assert '2 iterations were skipped, whose losses were not finite' in text


def test_an_adversarial_training_skips_both_updates(tmp_path):
    config = poisoned(tmp_path, (3, 7), 1, tiny_gan_config)
    config.default_hooks.collapse = dict(type='DiscriminatorCollapseHook')
    trained = train(config, 'gan_skips')
    assert trained['finite_loss']['skipped'] == 2
    assert all(value.isfinite().all() for value in trained['state_dict'].values())


def test_what_cannot_skip_is_refused(tmp_path):
    with pytest.raises(ValueError, match='skip must be at least 0, got -1'):
        train(poisoned(tmp_path / 'a', (), -1), 'negative')
    config = poisoned(tmp_path / 'b', (), 1, optim_wrapper__type='mmengine.OptimWrapper')
    with pytest.raises(ValueError, match='needs an OptimWrapper or AmpOptimWrapper of mmrestore'):
        train(config, 'foreign')
