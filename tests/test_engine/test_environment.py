"""Settings of PyTorch that a config makes."""

from __future__ import annotations

import pytest
import torch
from strategy_runs import small_run

BACKENDS = (torch.backends.cuda.matmul, torch.backends.cudnn)


@pytest.fixture(autouse=True)
def _as_before():
    before = [backend.allow_tf32 for backend in BACKENDS]
    yield
    for backend, allowed in zip(BACKENDS, before, strict=True):
        backend.allow_tf32 = allowed


@pytest.mark.parametrize('tf32', [True, False])
def test_one_line_switches_tf32(tf32, tmp_path):
    for backend in BACKENDS:
        backend.allow_tf32 = not tf32
    small_run(('traps',), 'NAFNet', tmp_path, {'env_cfg.tf32': tf32})
    assert [backend.allow_tf32 for backend in BACKENDS] == [tf32, tf32]
