"""When a discriminator counts as collapsed, by the losses that it has."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

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
