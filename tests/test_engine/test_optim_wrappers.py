"""Optimizers of parts of a model, and gradients of several processes."""

from __future__ import annotations

import pytest
import torch
from tiny_components import tiny_config
from torch import nn
from trainings import train

from mmrestore.config import config_folder
from mmrestore.config.reading import read_settings
from mmrestore.engine import optim_wrappers
from mmrestore.engine.optim_wrappers import average_gradients


def test_gradients_that_another_process_has_count_as_zero_here(monkeypatch):
    """Of four parameters the first has a gradient here and there, the others as they are named."""
    here, there, both, neither = (nn.Parameter(torch.ones(2)) for _ in range(4))
    for parameter in (both, here):
        parameter.grad = torch.full((2,), 6.0)
    seen = []

    def all_reduce(used, op):
        seen.append(used.tolist())
        used.copy_(torch.tensor([1, 1, 1, 0]))

    def all_reduce_params(gradients, op):
        assert op == 'mean' and len(gradients) == 3
        for gradient, other in zip(gradients, (2.0, 0.0, 4.0), strict=True):
            gradient.add_(other).div_(2)

    monkeypatch.setattr(optim_wrappers, 'get_world_size', lambda: 2)
    monkeypatch.setattr(optim_wrappers, 'all_reduce', all_reduce)
    monkeypatch.setattr(optim_wrappers, 'all_reduce_params', all_reduce_params)
    average_gradients([both, here, there, neither])
    assert seen == [[1, 1, 0, 0]]
    assert [p.grad[0].item() for p in (both, here, there)] == [4.0, 3.0, 2.0]
    assert neither.grad is None


def test_one_process_keeps_its_gradients():
    parameter = nn.Parameter(torch.ones(2))
    average_gradients([parameter])
    assert parameter.grad is None


@pytest.mark.parametrize('kind', [torch.optim.Adam, torch.optim.AdamW])
def test_fused_optimizers_equal_the_default_ones(kind):
    ends = []
    for fused in (False, True):
        torch.manual_seed(0)
        net = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 3, 3))
        x, target = torch.rand(2, 3, 9, 9), torch.rand(2, 3, 5, 5)
        optimizer = kind(net.parameters(), lr=1e-3, fused=fused)
        for _ in range(100):
            optimizer.zero_grad()
            (net(x) - target).square().mean().backward()
            optimizer.step()
        ends.append(torch.cat([p.detach().flatten() for p in net.parameters()]))
    assert (ends[0] - ends[1]).abs().max() < 1e-6


@pytest.mark.parametrize('fused', [True, False])
def test_a_run_resumes_with_the_kernels_of_its_checkpoint(tmp_path, fused):
    config = tiny_config(tmp_path / 'whole', optim_wrapper__optimizer__fused=fused)
    whole = train(config, f'whole_{fused}')
    config = tiny_config(
        tmp_path / 'cut', optim_wrapper__optimizer__fused=fused, train_cfg__max_epochs=3
    )
    train(config, f'cut_{fused}')
    other = tiny_config(tmp_path / 'cut', optim_wrapper__optimizer__fused=not fused, resume=True)
    resumed = train(other, f'resumed_{fused}')
    for key, value in whole['state_dict'].items():
        assert torch.equal(resumed['state_dict'][key], value), key
    assert resumed['optimizer']['param_groups'][0]['fused'] is fused


def test_schedules_use_fused_optimizers():
    for path in (config_folder() / '_base_' / 'schedules').glob('*.py'):
        optimizer = read_settings(path).values['optim_wrapper']['optimizer']
        assert optimizer.get('fused') is True, path
