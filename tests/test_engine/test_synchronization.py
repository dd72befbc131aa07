"""An ordinary training step reads nothing from the device, and its scalars arrive late."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest
import torch
from mmengine.hooks import Hook
from strategy_runs import small_run
from torch import Tensor

from mmrestore.engine import delayed_scalars
from mmrestore.engine.delayed_scalars import DelayedScalars
from mmrestore.engine.loaders import whole_loader
from mmrestore.models import DataPreprocessor
from mmrestore.structures import DataSample

# Each of these waits for the device, of a tensor that is not on the CPU.
READS = (
    *('item', 'tolist', 'numpy', 'cpu', 'nonzero', 'unique', 'masked_select'),
    *('__bool__', '__int__', '__float__', '__index__', '__array__'),
)


class Reads(Hook):
    """Counts reads of tensors in the iterations of a training, from the second one on."""

    priority = 'VERY_HIGH'

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.found: list[str] = []
        self.active = False
        for name in READS:
            monkeypatch.setattr(Tensor, name, self._counted(name, getattr(Tensor, name)))

    def _counted(self, name, method):
        def counted(tensor, *args, **kwargs):
            # Autograd and optimizers of PyTorch keep numbers on the CPU, whatever the device is.
            caller = sys._getframe(1).f_globals.get('__name__', '')
            if self.active and not caller.startswith('torch.'):
                line = f'{caller}:{sys._getframe(1).f_lineno} {name}'
                self.found.append(line)
            return method(tensor, *args, **kwargs)

        return counted

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        self.active = runner.iter > 0
        if self.active and torch.cuda.is_available():
            torch.cuda.set_sync_debug_mode('error')


class End(Hook):
    """Ends the iteration for ``Reads``, before the logger and checkpoints."""

    priority = 59

    def __init__(self, reads: Reads) -> None:
        self.reads = reads

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        self.reads.active = False
        if torch.cuda.is_available():
            torch.cuda.set_sync_debug_mode('default')


def as_on_a_gpu(monkeypatch) -> list[Tensor]:
    """Let scalars take the way of a GPU; return what was copied."""
    copied = []

    def copy(values):
        copied.append(torch.stack([value.double() for value in values]))
        return copied[-1], SimpleNamespace(synchronize=lambda: None)

    if not torch.cuda.is_available():
        monkeypatch.setattr(delayed_scalars, '_on_host', lambda values: False)
        monkeypatch.setattr(delayed_scalars, '_copied', copy)
    return copied


@pytest.mark.parametrize(
    ('strategies', 'network'),
    [
        (('traps',), 'SwinIR'),
        (('masked',), 'SwinIR'),
        (('apr',), 'ATBSN'),
        (('rd',), 'NBSN'),
        (('amsnet',), 'NAFNet'),
        (('two_stage',), 'NAFNet'),
    ],
)
def test_a_step_reads_nothing_from_the_device(strategies, network, tmp_path, monkeypatch):
    as_on_a_gpu(monkeypatch)
    runner = small_run(strategies, network, tmp_path, {'train_dataloader.sampler.repeat': 4})
    reads = Reads(monkeypatch)
    runner.register_hook(reads)
    runner.register_hook(End(reads))
    runner.train()
    assert runner.iter > 3
    allowed = (delayed_scalars.__name__, 'mmrestore.datasets', 'mmrestore.engine.hooks.bad_files')
    found = [line for line in reads.found if not line.startswith(allowed)]
    assert not found


def test_a_read_is_found(monkeypatch):
    reads = Reads(monkeypatch)
    reads.active = True
    assert torch.ones(1).item() == 1 and float(torch.ones(1)) == 1
    assert [line.split()[-1] for line in reads.found] == ['item', '__float__']


def test_scalars_arrive_one_iteration_late_and_in_order(monkeypatch):
    as_on_a_gpu(monkeypatch)
    got: list = []
    scalars = DelayedScalars()
    scalars.listeners.append(lambda iteration, values: got.append((iteration, values)))
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    for iteration in range(3):
        loss = torch.tensor(float(iteration), device=device)
        scalars.put(iteration, [('loss', loss), ('twice', 2 * loss)])
        assert [each for each, _ in got] == list(range(iteration))
    scalars.flush()
    assert got == [(i, [('loss', i), ('twice', 2 * i)]) for i in range(3)]


def test_late_scalars_give_the_same_log_and_the_same_weights(tmp_path, monkeypatch):
    logs, weights = [], []
    for name in ('at_once', 'late'):
        runner = small_run(('traps',), 'NAFNet', tmp_path / name, {'randomness.seed': 1})
        if name == 'late':
            as_on_a_gpu(monkeypatch)
        runner.train()
        logs.append(runner.message_hub.get_scalar('train/loss').data[0].tolist())
        weights.append(runner.network.state_dict())
    assert len(logs[0]) == 3 and logs[0] == logs[1]
    assert all(weights[0][key].equal(weights[1][key]) for key in weights[0])


def test_a_late_loss_that_is_not_finite_stops_before_it_is_saved(tmp_path, monkeypatch):
    as_on_a_gpu(monkeypatch)
    runner = small_run(('traps',), 'NAFNet', tmp_path)
    original = runner.network.loss_terms

    def broken(*arguments):
        terms = original(*arguments)
        if runner.iter == 1:
            terms['loss_pixel'] = terms['loss_pixel'] * float('nan')
        return terms

    monkeypatch.setattr(runner.network, 'loss_terms', broken)
    with pytest.raises(FloatingPointError, match='loss is nan at iteration 2 '):
        runner.train()
    assert not list(tmp_path.rglob('epoch_*.pth'))
    assert list(tmp_path.rglob('non_finite/iter_2.pth'))


def test_batches_are_pinned_and_copied_without_blocking(monkeypatch):
    loader = dict(dataset=dict(type='EmbeddedPhotographs'), batch_size=1)
    for has_gpu in (False, True):
        monkeypatch.setattr(torch.cuda, 'is_available', lambda has_gpu=has_gpu: has_gpu)
        assert whole_loader(loader)['pin_memory'] is has_gpu
    assert whole_loader({**loader, 'pin_memory': False})['pin_memory'] is False
    copied = []
    to = Tensor.to
    monkeypatch.setattr(
        Tensor,
        'to',
        lambda x, *args, **options: (copied.append(options), to(x, *args, **options))[1],
    )
    sample = DataSample(gt_img=torch.zeros(1, 3, 4, 4, dtype=torch.uint8))
    DataPreprocessor().cast_data({'inputs': torch.zeros(1, 3, 4, 4), 'data_samples': sample})
    assert copied and all(options.get('non_blocking') for options in copied)
