"""Trainings that start from a part of another network."""

from __future__ import annotations

import pytest
import torch
from tiny_components import tiny_config
from torch import nn

from mmrestore.engine import Runner
from mmrestore.models.backbones import ATBSN, ATBSNStudent
from mmrestore.models.weights import copy_weights


@pytest.fixture
def teacher(tmp_path):
    """A checkpoint of a teacher, and its weights."""
    torch.manual_seed(0)
    weights = ATBSN(channels=8).state_dict()
    path = tmp_path / 'teacher.pth'
    torch.save({'state_dict': {f'backbone.{k}': v for k, v in weights.items()}}, path)
    return path, weights


def test_a_student_gets_all_of_its_teacher_but_the_last_stage(teacher):
    path, weights = teacher
    student = ATBSNStudent(channels=8)
    before = {k: v.clone() for k, v in student.state_dict().items()}
    names = copy_weights(nn.ModuleDict({'backbone': student}), path, without=['unet.dec1.'])
    assert len(names) == 30
    for name, value in student.state_dict().items():
        assert (name in names) is (not name.startswith('unet.dec1.'))
        assert value.equal((weights if name in names else before)[name]), name


def test_weights_that_do_not_fit(teacher):
    path, _ = teacher
    student = nn.ModuleDict({'backbone': ATBSNStudent(channels=8)})
    with pytest.raises(ValueError, match=r'of another shape: unet\.dec1\.conv2\.conv\.weight '):
        copy_weights(student, path)
    other = nn.ModuleDict({'backbone': nn.ModuleDict({'first': nn.Conv2d(1, 1, 1)})})
    with pytest.raises(ValueError, match=r'missing: first\.weight'):
        copy_weights(other, path)
    with pytest.raises(ValueError, match='No weight is left to be copied'):
        copy_weights(student, path, without=[''])
    with pytest.raises(FileNotFoundError, match=r'absent\.pth'):
        copy_weights(student, path.with_name('absent.pth'))


def test_a_run_starts_with_them_and_its_average_too(tmp_path):
    config = tiny_config(tmp_path)
    config.experiment_name = 'start'
    torch.manual_seed(1)
    weight = torch.randn(4, 3, 3, 3)
    torch.save({'first.weight': weight}, tmp_path / 'other.pth')
    config.default_hooks.start = dict(
        type='InitialWeightsHook',
        checkpoint=str(tmp_path / 'other.pth'),
        without=['first.bias', 'last.'],
    )
    config.custom_hooks = [dict(type='EMAHook', momentum=1e-6)]
    config.optim_wrapper.optimizer = dict(type='SGD', lr=0.0)
    runner = Runner.from_cfg(config)
    runner.train()
    assert runner.network.backbone.first.weight.cpu().equal(weight)
    (average,) = [hook for hook in runner.hooks if type(hook).__name__ == 'EMAHook']
    torch.testing.assert_close(average.ema_model.module.backbone.first.weight.cpu(), weight)
