"""A training that runs out of memory says what would help."""

from __future__ import annotations

import pytest
import torch
from mmengine.config import Config
from tiny_components import TinyNet, tiny_config
from trainings import train

from mmrestore.engine.out_of_memory import memory_advice
from mmrestore.registry import MODELS


@MODELS.register_module(force=True)
class HungryNet(TinyNet):
    """A network whose fourth pass finds no memory."""

    passes = 0

    def forward(self, x):
        type(self).passes += 1
        if self.passes == 4:
            raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory")
        return super().forward(x)


def test_the_advice_is_one_line(tmp_path):
    HungryNet.passes = 0
    config = tiny_config(tmp_path, model__backbone__type='HungryNet')
    with pytest.raises(RuntimeError, match=r'memory of cpu ran out in iteration \d') as error:
        train(config, 'run')
    assert '\n' not in str(error.value) and 'batch_size=1 with' in str(error.value)


def test_what_helps():
    loader = {'total_batch_size': 8, 'dataset': {'pipeline': {'patch': {'size': 64}}}}
    wrapper = {'type': 'OptimWrapper', 'accumulative_counts': 2}
    config = Config({'train_dataloader': loader, 'optim_wrapper': wrapper})
    text = memory_advice(config, 1, device='cuda')
    assert 'total_batch_size=4 with optim_wrapper.accumulative_counts=4' in text
    assert 'patches smaller than train_dataloader.dataset.pipeline.patch.size=64' in text
    assert '--amp' in text
    config.optim_wrapper.type = 'AmpOptimWrapper'
    config.train_dataloader.total_batch_size = 1
    text = memory_advice(config, 1, device='cuda')
    assert '--amp' not in text and 'accumulative_counts' not in text


def test_other_errors_stay(tmp_path, monkeypatch):
    def broken(self, x):
        raise RuntimeError('another mistake')

    monkeypatch.setattr(TinyNet, 'forward', broken)
    with pytest.raises((RuntimeError, ValueError), match='another mistake'):
        train(tiny_config(tmp_path), 'run')


def test_cuda_errors_are_recognized():
    from mmrestore.models.inference.memory import is_out_of_memory

    assert is_out_of_memory(torch.cuda.OutOfMemoryError('CUDA out of memory. Tried to allocate'))
