"""When a discriminator counts as collapsed, by the losses that it has."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from tiny_adversary import tiny_gan_config
from tiny_components import tiny_config
from trainings import follow, last_checkpoint, rates_of, train

from mmrestore.engine.checkpoint import load_checkpoint, save_checkpoint
from mmrestore.engine.hooks import DiscriminatorCollapseHook

HEALTHY, COLLAPSED, SPIKE = 0.5, 1e-5, 2.0


def walk(hook, losses, folder, *, begin=0, interval=40, keep=2):
    """Train with given losses and write checkpoints, as CheckpointHook does; return their state."""
    runner = SimpleNamespace(work_dir=str(folder), iter=0)
    state = {}
    for runner.iter in range(begin, len(losses)):
        loss = torch.tensor(losses[runner.iter])
        hook.after_train_iter(runner, 0, outputs={'loss_discriminator': loss})
        done = runner.iter + 1
        state = {'state_dict': {}, 'meta': {'iter': done}}
        hook.before_save_checkpoint(runner, state)
        if done % interval == 0:
            save_checkpoint(state, folder / f'iter_{done}.pth')
            (folder / 'last_checkpoint').write_text(f'iter_{done}.pth')
            (folder / f'iter_{done - keep * interval}.pth').unlink(missing_ok=True)
    return state


def kept_iterations(folder):
    return [load_checkpoint(path)['meta']['iter'] for path in folder.glob('before_collapse_*.pth')]


def collapsing(num, *, at, spikes=0.0):
    """Losses that collapse at an iteration, but for a share of batches."""
    losses = np.where(np.arange(num) < at, HEALTHY, COLLAPSED)
    return np.where(np.random.default_rng(0).random(num) < spikes, SPIKE, losses)


@pytest.mark.parametrize('spikes', [0.0, 0.005, 0.02, 0.2])
@pytest.mark.parametrize('at', [1000, 1039])
def test_batches_that_it_gets_wrong_do_not_hide_a_collapse(tmp_path, at, spikes):
    """Checkpoints are written right before and during the collapse; the one before is kept."""
    hook = DiscriminatorCollapseHook(patience=500)
    losses = collapsing(4000, at=at, spikes=spikes)
    with pytest.raises(RuntimeError, match=r'collapsed.*before_collapse_iter_\d+\.pth'):
        walk(hook, losses, tmp_path, interval=100)
    assert at + 49 <= hook.since < at + 100, 'when half of the last 100 losses are low'
    (kept,) = kept_iterations(tmp_path)
    assert at - 200 < kept <= at, 'none of the collapse, the newest or the one before it'


def test_batches_that_it_gets_right_are_no_collapse(tmp_path):
    losses = np.where(np.random.default_rng(0).random(3000) < 0.3, 0.0, HEALTHY)
    losses[:20] = 0.0
    walk(DiscriminatorCollapseHook(patience=1), losses, tmp_path)
    assert not kept_iterations(tmp_path)


def test_the_oldest_checkpoint_is_kept_where_all_are_of_the_collapse(tmp_path):
    with pytest.raises(RuntimeError, match=r'before_collapse_iter_40\.pth'):
        walk(DiscriminatorCollapseHook(patience=5), np.zeros(200), tmp_path)
    with pytest.raises(RuntimeError, match='No checkpoint had been written before: begin anew'):
        walk(DiscriminatorCollapseHook(patience=5), np.zeros(200), tmp_path / 'none', interval=999)


@pytest.mark.parametrize(('loss', 'recovers'), [(2e-3, False), (9e-3, False), (1.1e-2, True)])
def test_only_a_loss_far_above_the_floor_is_a_recovery(tmp_path, loss, recovers):
    """It collapses from iteration 480 on, and is better from iteration 700 on."""
    losses = collapsing(1000, at=480)
    losses[700:] = loss
    hook = DiscriminatorCollapseHook(floor=1e-3, patience=10_000)
    walk(hook, losses, tmp_path)
    assert kept_iterations(tmp_path) == ([] if recovers else [480])
    assert hook.since == (-1 if recovers else 530)
    walk(hook, np.append(losses, np.zeros(200)), tmp_path, begin=1000)
    assert len(kept_iterations(tmp_path)) == 1, 'it collapses again'


@pytest.mark.parametrize('cut', [30, 120, 520, 560, 700])
def test_its_state_survives_a_resume(tmp_path, cut):
    losses = collapsing(2000, at=490, spikes=0.02)

    def hook():
        return DiscriminatorCollapseHook(patience=300)

    with pytest.raises(RuntimeError) as whole:
        walk(hook(), losses, tmp_path / 'run')
    for path in (tmp_path / 'run').iterdir():
        path.unlink()
    first, second = hook(), hook()
    state = walk(first, losses[:cut], tmp_path / 'run')
    save_checkpoint(state, tmp_path / 'state.pth')
    second.after_load_checkpoint(None, load_checkpoint(tmp_path / 'state.pth'))
    with pytest.raises(RuntimeError) as resumed:
        walk(second, losses, tmp_path / 'run', begin=cut)
    assert str(resumed.value) == str(whole.value)


@pytest.mark.parametrize('options', [dict(patience=0), dict(window=0)])
def test_numbers_of_iterations_are_positive(options):
    with pytest.raises(ValueError, match='patience and window must be at least 1'):
        DiscriminatorCollapseHook(**options)


# Whole trainings


def collapsing_config(work_dir, patience, floor=1e-3):
    """A discriminator that is trained fast on black and white images, so that it is never wrong."""
    config = tiny_gan_config(
        work_dir,
        model__discriminator__factor=20.0,
        model__adversarial__loss_weight=0.0,
        train_cfg__max_epochs=40,
        train_cfg__val_interval=100,
    )
    transforms = config.model.data_preprocessor.batch_transforms
    transforms.clear()
    transforms.black = dict(type='BlackAndWhite')
    config.default_hooks.checkpoint.max_keep_ckpts = 3
    config.default_hooks.collapse = dict(
        type='DiscriminatorCollapseHook', patience=patience, window=10, floor=floor
    )
    return config


def test_a_collapsed_discriminator_is_named_and_the_checkpoint_before_kept(tmp_path):
    config = collapsing_config(tmp_path / 'old', patience=30)
    with pytest.raises(RuntimeError, match='loss_discriminator collapsed') as error:
        train(config, 'gan_collapsed')
    (kept,) = (tmp_path / 'old').glob('before_collapse_epoch_*.pth')
    before, last = load_checkpoint(kept), last_checkpoint(tmp_path / 'old')
    since = last['discriminator_collapse']['since']
    assert 0 < before['meta']['iter'] <= since - 9 < last['meta']['iter']
    assert before['discriminator_collapse']['since'] == -1
    assert len(list(kept.parent.glob('epoch_*.pth'))) == 3, 'what is kept is kept beside them'
    assert str(kept) in str(error.value)
    # The advice can be followed: a new run from there with another learning rate.
    again = follow(str(error.value), config, tmp_path / 'new', 1e-4)
    assert again['meta']['iter'] == 5
    assert rates_of(again) == pytest.approx({'backbone': 1e-2, 'discriminator': 1e-4})


def test_a_discriminator_that_recovers_goes_on(tmp_path, monkeypatch):
    """The loss is 0 in iterations 8 to 11 and from 14 on, that is two medians of 3 later."""
    from mmrestore.models.restorers import GANRestorer

    original, calls = GANRestorer.discriminator_terms, []

    def staged(self, restored, real):
        calls.append(1)
        terms = original(self, restored, real)
        low = len(calls) in (8, 9, 10, 11) or len(calls) >= 14
        return {**terms, 'loss_discriminator': terms['loss_discriminator'] * (0 if low else 1)}

    monkeypatch.setattr(GANRestorer, 'discriminator_terms', staged)
    config = tiny_gan_config(tmp_path)
    config.default_hooks.collapse = dict(
        type='DiscriminatorCollapseHook', patience=5, window=3, floor=1e-6
    )
    with pytest.raises(RuntimeError, match=r'since iteration 15.*before_collapse_epoch_2\.pth'):
        train(config, 'gan_recovers')
    assert len(calls) == 19
    assert [p.name for p in tmp_path.glob('before_*')] == ['before_collapse_epoch_2.pth']


def test_the_collapse_of_a_loss_that_is_not_there_is_named(tmp_path):
    config = tiny_config(tmp_path)
    config.default_hooks.collapse = dict(type='DiscriminatorCollapseHook')
    with pytest.raises(ValueError, match='use it with a GANRestorer'):
        train(config, 'gan_no_loss')
